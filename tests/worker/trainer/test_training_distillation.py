"""Distillation in jobs: histories are recorded, distilled, exact when interrupted; and the whole method with it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.config.guides import Distillation
from gsl.config.learners import SequenceModel
from gsl.config.networks import MLP
from gsl.config.run import RunConfig
from gsl.config.suites import DarkRoomSuite
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import DemonstrationsReport
from gsl.worker.inference import load_policy
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED, JobFolder
from gsl.worker.local_run import LocalRun
from gsl.worker.rollout import demonstration_file
from gsl.worker.trainer.guide_inputs import GuideInputError
from gsl.worker.trainer.stop import StopRequest
from tests.worker.jobs import TINY_MAZE, done, lines, numbers, prepare, spec, work
from tests.worker.learners.states import same
from tests.worker.trainer.test_training import StopAt

WHOLE: dict[str, Any] = {
    "suite": DarkRoomSuite(size=3, time_limit=6, held_out_goals=2),
    "learner": SequenceModel(
        network=MLP(width=8, depth=1), device="cpu", num_envs=4, num_steps=16, width=8, heads=2, layers=1, context=12
    ),
    "trial": {"episodes": 3},
    "guide": Distillation(updates=30, batch_size=4),
    "plateau": {"sigma": 0, "window": 2, "min_epochs": 0},
    "specialists": {"count": 2, "steps": 512, "start": "scratch"},
    "demonstrations": {"record": "history", "histories": 2, "per_variation": 3, "generalist_per_variation": 0,
                       "filter": "return"},
    "evaluation": {"episodes": 1, "held_out_sample": 2},
    "gate": {"mode": "auto"},
    "budget": {"total_steps": 4000, "generalist_steps": 256},
}  # fmt: skip


def config(**changes: Any) -> RunConfig:
    return RunConfig.model_validate(TINY_MAZE.model_dump() | WHOLE | changes)


def specialist(**changes: Any) -> JobSpec:
    whole = config(**changes)
    return spec("specialist", whole, variations=(0,), budget_steps=8 * whole.learner.batch_size + 100)


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    """A specialist with its history."""
    return done(tmp_path_factory.mktemp("specialist"), specialist())


@pytest.fixture(scope="module")
def histories(learnt: JobFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of that history."""
    job = spec("demonstrations", config(), variations=(0,), index=1, budget_steps=0)
    folder = done(tmp_path_factory.mktemp("histories"), job, learnt.resume)
    [report] = [line for line in lines(folder) if isinstance(line, DemonstrationsReport)]
    assert report.steps == 0
    assert [(count.variation, count.kept, count.tried) for count in report.counts] == [(0, 6, 6)]
    return folder.path / f"{job.key}.npz"


def finetune(**changes: Any) -> JobSpec:
    return spec("finetune", config(**changes), start="resume")


def test_a_history_shows_how_a_specialist_learnt(histories: Path) -> None:
    assert demonstration_file.read_provenance(histories).record == "history"
    shown = demonstration_file.load([histories])
    assert shown is not None
    assert shown.history is not None
    assert shown.history.tolist() == [0] * 18 + [1] * 18
    assert set(shown.variation.tolist()) == {0}


def test_a_specialist_that_was_stopped_has_the_same_history(learnt: JobFolder, tmp_path: Path) -> None:
    folder = prepare(tmp_path, specialist())
    assert work(folder, StopAt(folder, 3)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(learnt)
    assert same(load(folder.resume)["history"], load(learnt.resume)["history"])


class StopAfter(StopRequest):
    """Asks for a stop when it has been looked at so often."""

    def __init__(self, folder: JobFolder, looks: int) -> None:
        super().__init__(folder.stop)
        self._left = looks

    @property
    def requested(self) -> bool:
        self._left -= 1
        return self._left < 0


@pytest.mark.parametrize("looks", [0, 1, 20])
def test_distillation_that_was_stopped_goes_on_number_for_number(
    learnt: JobFolder, histories: Path, tmp_path: Path, looks: int
) -> None:
    """It looks before each update whether to stop."""
    job = finetune()
    undisturbed = done(tmp_path / "undisturbed", job, learnt.resume, (histories,))
    folder = prepare(tmp_path / "stopped", job, learnt.resume, (histories,))
    assert work(folder, StopAfter(folder, looks)) == EXIT_STOPPED
    if looks:
        assert 0 < load(folder.resume)["guide"]["update"] < 30
    assert work(folder) == EXIT_ENDED
    assert folder.read_result() == undisturbed.read_result()
    one, other = load(folder.resume), load(undisturbed.resume)
    assert same(one["learner"], other["learner"])
    assert one["learner"]["distilled"]
    published = [line.path for line in lines(folder) if line.type == "artifact" and line.kind == "checkpoint"]
    assert load(folder.path / published[-1])["learner"]["distilled"]


def test_histories_of_another_suite_are_refused(learnt: JobFolder, histories: Path, tmp_path: Path) -> None:
    job = finetune(suite=DarkRoomSuite(size=3, time_limit=5, held_out_goals=2))
    with pytest.raises(GuideInputError, match="time_limit is 6, here 5"):
        work(prepare(tmp_path, job, learnt.resume, (histories,)))


def test_a_checkpoint_without_a_history_is_refused(tmp_path: Path) -> None:
    episodes = {"record": "episodes", "generalist_per_variation": 0, "filter": "return"}
    plain = done(tmp_path / "specialist", specialist(demonstrations=episodes))
    assert "history" not in load(plain.resume)
    job = spec("demonstrations", config(), variations=(0,), index=1)
    with pytest.raises(ValueError, match=r"demonstrations\.record was not history"):
        work(prepare(tmp_path / "demonstrations", job, plain.resume))


EPISODES = {"record": "episodes", "per_variation": 2, "generalist_per_variation": 1, "max_tries": 4, "filter": "return"}


@pytest.mark.parametrize(
    "changes",
    [
        {"specialists": {"count": 2, "steps": 1024, "start": "scratch", "rungs": 2}},
        {"demonstrations": EPISODES},
        {"demonstrations": EPISODES, "trial": {"episodes": 1}},
    ],
    ids=["algorithm", "expert", "policy"],
)
def test_the_whole_method_ends_with_a_sequence_model(tmp_path: Path, changes: dict[str, Any]) -> None:
    whole = config(**changes)
    run = LocalRun(whole, tmp_path).finish()
    assert run.status == "succeeded", run.message
    assert run.jobs[-1].key == "evaluation-final"
    assert run.spent == sum(job.spent for job in run.jobs) <= whole.budget.total_steps
    assert (("specialists", "demonstrations") in run.ledger) is (whole.demonstrations.record == "episodes")
    result = run.result("finetune-1")
    assert result is not None
    assert "distillation_loss" in result.message


def test_a_loaded_policy_can_be_prompted(learnt: JobFolder, histories: Path, tmp_path: Path) -> None:
    folder = done(tmp_path, finetune(), learnt.resume, (histories,))
    policy, before = load_policy(folder.resume), load_policy(learnt.resume)
    seen = np.zeros((2, 6), np.float32)
    policy.prompt(seen, np.array([1, 2]), np.array([0.0, 1.0]), np.array([False, True]))
    assert policy(np.zeros(policy.spaces.observation_shape, np.float32)) in range(5)
    with pytest.raises(ValueError, match="cannot be prompted"):
        before.prompt(seen, np.array([1, 2]), np.array([0.0, 1.0]), np.array([False, True]))
    with pytest.raises(ValueError, match="as many"):
        policy.prompt(seen, np.array([1]), np.array([0.0, 1.0]), np.array([False, True]))
