"""Specialists: how they start, when they end, which checkpoint is their best."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.method.score import score
from gsl.protocol.reports import ArtifactReport, EvaluationReport
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import JobFolder
from tests.worker.jobs import TINY_MAZE, done, epochs, lines, prepare, spec, work


def specialist(**changes: Any) -> Any:
    settings = TINY_MAZE.specialists.model_copy(update=changes)
    return TINY_MAZE.model_copy(update={"specialists": settings})


@pytest.fixture(scope="module")
def generalist(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return done(tmp_path_factory.mktemp("generalist"), spec(budget_steps=10 * 128))


def begun(path: Path, source: JobFolder | None, start: str) -> dict[str, Any]:
    """The learner of a specialist before its first epoch."""
    job = spec("specialist", index=1, start=start, budget_steps=0, seed=11)
    state: dict[str, Any] = load(done(path, job, source.resume if source else None).resume)["learner"]
    return state


def test_the_three_ways_to_start(generalist: JobFolder, tmp_path: Path) -> None:
    network = load(generalist.resume)["learner"]["network"]
    clone = begun(tmp_path / "clone", generalist, "clone")
    fresh = begun(tmp_path / "fresh", generalist, "clone_fresh_head")
    scratch = begun(tmp_path / "scratch", None, "scratch")
    assert all(np.array_equal(clone["network"][name], network[name]) for name in network)
    assert clone["adam"].keys() == load(generalist.resume)["learner"]["adam"].keys()
    same = {name for name in network if np.array_equal(fresh["network"][name], network[name])}
    assert network.keys() - same == {"policy_head.weight", "policy_head.bias"}
    assert "policy_head.weight" not in fresh["adam"]
    assert scratch["adam"] == {}


def test_a_missing_source_is_a_clear_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="specialist-1"):
        work(prepare(tmp_path, spec("specialist", index=1, start="clone")))


def test_it_is_evaluated_at_the_end_within_its_budget(tmp_path: Path) -> None:
    folder = done(tmp_path, spec("specialist", variations=(1,), held_out=(), index=1))
    reports = [line for line in lines(folder) if isinstance(line, EvaluationReport)]
    result = folder.read_result()
    assert result is not None
    assert reports[-1].epoch == result.epochs
    assert {entry.variation for entry in reports[-1].training} == {1}
    assert result.steps <= spec().budget_steps


def test_the_best_by_evaluation_is_kept_beside_the_last(tmp_path: Path) -> None:
    folder = done(tmp_path, spec("specialist", variations=spec().variations[:2], held_out=(), index=1))
    scores = {r.epoch: score(TINY_MAZE.suite, r.training) for r in lines(folder) if isinstance(r, EvaluationReport)}
    best = [line for line in lines(folder) if isinstance(line, ArtifactReport) and line.kind == "best"]
    result = folder.read_result()
    assert result is not None
    assert result.best_epoch == best[-1].epoch == max(scores, key=lambda epoch: (scores[epoch] or 0.0, epoch))
    assert list(scores.values()).count(scores[best[-1].epoch]) > 1, "of equal scores the latest, which trained longest"
    assert load(folder.path / best[-1].path)["epoch"] == best[-1].epoch


@pytest.mark.parametrize("every_epochs", [0, 5])
def test_a_solved_specialist_ends(tmp_path: Path, every_epochs: int) -> None:
    """At score 0 any measurement will do, so it ends at the first."""
    config = specialist(solved_at=0.0)
    evaluation = config.evaluation.model_copy(update={"every_epochs": every_epochs})
    config = config.model_copy(update={"evaluation": evaluation})
    folder = done(tmp_path, spec("specialist", config, variations=(1,), held_out=(), index=1))
    result = folder.read_result()
    assert result is not None
    assert (result.outcome, result.epochs) == ("solved", every_epochs or 1)


def test_entropy_and_step_size_of_its_own(generalist: JobFolder, tmp_path: Path) -> None:
    config = specialist(learning_rate=1e-5, ent_coef=0.4)
    job = spec("specialist", config, index=1, start="clone", budget_steps=512)
    folder = done(tmp_path, job, generalist.resume)
    assert {report.metrics["learning_rate"] for report in epochs(folder)} == {1e-5}
