"""What a guide learns from, read from files: checked against the job's suite, observations and actions."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gsl.config.suites import ForkMazeSuite
from gsl.worker.guides import GuideInputs
from gsl.worker.job import checkpoint
from gsl.worker.job.folder import JobFolder
from gsl.worker.rollout import demonstration_file
from gsl.worker.rollout.demonstration_file import Episode, Provenance
from gsl.worker.spaces import Actions, Spaces
from gsl.worker.trainer.guide_inputs import GuideFiles, GuideInputError, guide_inputs
from tests.worker.jobs import TINY_MAZE, done, spec

SPACES = Spaces((3,), Actions("discrete", 4))
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def specialist(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return done(tmp_path_factory.mktemp("specialist"), spec(budget_steps=2 * 128))


def recorded(
    path: Path, suite: dict[str, Any] | None = None, spaces: Spaces | None = SPACES, shape: tuple[int, ...] = (3,),
    action: int = 3,
) -> Path:  # fmt: skip
    """A file of one episode of two steps."""
    provenance = Provenance(
        job="demonstrations-1-1", source_job="specialist-1-1", checkpoint_sha256="0", checkpoint_epoch=1, seed=0,
        filter="success", deterministic=False, suite=suite, spaces=None if spaces is None else spaces.state(),
    )  # fmt: skip
    episode = Episode(1, np.zeros((2, *shape), np.float32), np.array([0, action]), 1.0, True, np.zeros(2, np.float32))
    demonstration_file.save(path, [episode], provenance)
    return path


def read(given: GuideFiles) -> GuideInputs:
    return guide_inputs(spec("finetune"), given, SPACES, CPU)


def test_demonstrations_of_the_same_suite(tmp_path: Path) -> None:
    suite = TINY_MAZE.suite.model_dump(mode="json")
    found = read(GuideFiles((recorded(tmp_path / "one.npz", suite), recorded(tmp_path / "two.npz")))).demonstrations
    assert found is not None
    assert found.action.tolist() == [0, 3, 0, 3]


def test_a_setting_that_came_later_does_not_make_another_suite(tmp_path: Path) -> None:
    suite = TINY_MAZE.suite.model_dump(mode="json")
    del suite["context_seed"]
    assert read(GuideFiles((recorded(tmp_path / "one.npz", suite),))).demonstrations is not None


@pytest.mark.parametrize(
    ("suite", "facts"),
    [
        ({"name": "procgen", "game": "bigfish"}, "one.npz.*procgen.*forkmaze"),
        (
            ForkMazeSuite(goals=4, held_out_goals=1, corridor=3, branch=1, time_limit=16).model_dump(mode="json"),
            r"one.npz.*forkmaze.*corridor.*3.*2",
        ),
    ],
)
def test_another_suite_is_refused(tmp_path: Path, suite: dict[str, Any], facts: str) -> None:
    with pytest.raises(GuideInputError, match=facts):
        read(GuideFiles((recorded(tmp_path / "one.npz", suite),)))


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"spaces": Spaces((3,), Actions("discrete", 15))}, "one.npz.*15 discrete.*4 discrete"),
        ({"spaces": None, "shape": (5,)}, r"\(5,\).*\(3,\)"),
        ({"spaces": None, "action": 4}, "4 discrete"),
    ],
)
def test_another_shape_is_refused(tmp_path: Path, changes: dict[str, Any], facts: str) -> None:
    with pytest.raises(GuideInputError, match=facts):
        read(GuideFiles((recorded(tmp_path / "one.npz", **changes),)))


def test_a_teacher_is_the_policy_of_its_checkpoint_and_learns_nothing(specialist: JobFolder) -> None:
    [teacher] = read(GuideFiles((), ((specialist.resume, frozenset({2})),))).teachers
    assert teacher.variations == {2}
    kept = checkpoint.load(specialist.resume)["learner"]["network"]
    assert all(np.array_equal(value.numpy(), kept[name]) for name, value in teacher.network.state_dict().items())
    assert not any(parameter.requires_grad for parameter in teacher.network.parameters())


def test_a_teacher_of_another_shape_is_refused(specialist: JobFolder, tmp_path: Path) -> None:
    state = checkpoint.load(specialist.resume)
    checkpoint.save(tmp_path / "odd.ckpt", state | {"spaces": Spaces((9,), Actions("discrete", 4)).state()})
    with pytest.raises(GuideInputError, match=r"odd.ckpt.*\(9,\).*\(3,\)"):
        read(GuideFiles((), ((tmp_path / "odd.ckpt", frozenset({2})),)))
