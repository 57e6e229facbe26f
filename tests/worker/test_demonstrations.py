"""Demonstrations: filter, counts, provenance, and what a guide gets of them."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.reports import ArtifactReport, DemonstrationsReport
from tests.worker.jobs import TINY_MAZE, done, epochs, lines, spec
from worker.demonstrations import load, read_provenance
from worker.job_folder import JobFolder


@pytest.fixture(scope="module")
def generalist(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    """Trained enough to reach each goal now and then."""
    return done(tmp_path_factory.mktemp("generalist"), spec(budget_steps=40 * 128))


def demonstrated(path: Path, source: JobFolder, **changes: Any) -> JobFolder:
    job = spec("demonstrations", key="demonstrations-1-1", index=1, start="clone", budget_steps=0, held_out=())
    return done(path, job.model_copy(update=changes), source.resume)


def report_of(folder: JobFolder) -> DemonstrationsReport:
    return next(line for line in lines(folder) if isinstance(line, DemonstrationsReport))


def arrays(folder: JobFolder) -> dict[str, np.ndarray[Any, Any]]:
    with np.load(folder.path / "demonstrations-1-1.npz", allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def test_successful_episodes_up_to_a_cap(generalist: JobFolder, tmp_path: Path) -> None:
    folder = demonstrated(tmp_path, generalist)
    kept = {count.variation: count.kept for count in report_of(folder).counts}
    assert kept.keys() == set(spec().variations)
    assert all(count.kept <= 3 and count.kept <= count.tried <= 10 for count in report_of(folder).counts)
    assert sum(kept.values()) > 0
    rows = arrays(folder)
    assert (rows["episode_return"] > 1.0).all()
    for variation, episodes in kept.items():
        assert len(np.unique(rows["episode"][rows["variation"] == variation])) == episodes
    assert rows["observation"].shape == (len(rows["action"]), 3)
    assert isinstance(lines(folder)[-1], ArtifactReport)


def test_an_episode_is_what_was_seen_and_done(generalist: JobFolder, tmp_path: Path) -> None:
    """Replaying the actions of a kept episode in a fresh maze shows the same observations and reaches the goal."""
    from worker.envs import make_env
    from worker.envs.samplers import QueueSampler

    rows = arrays(demonstrated(tmp_path, generalist))
    first = rows["episode"] == 0
    env = make_env(TINY_MAZE.suite, 1, QueueSampler([int(rows["variation"][0])]), 0)
    observation = env.reset()
    for seen, action in zip(rows["observation"][first], rows["action"][first], strict=True):
        assert np.array_equal(observation[0], seen)
        step = env.step(np.array([action]))
        observation = step.observation
    assert step.done[0]
    assert step.success is not None
    assert step.success[0]


def test_the_return_filter_keeps_what_reaches_the_threshold(generalist: JobFolder, tmp_path: Path) -> None:
    settings = TINY_MAZE.demonstrations.model_copy(update={"filter": "return"})
    config = TINY_MAZE.model_copy(update={"demonstrations": settings})
    easy, hard = spec().variations[:2]
    folder = demonstrated(tmp_path, generalist, config=config, thresholds={easy: -1.0, hard: 99.0})
    counts = {count.variation: count for count in report_of(folder).counts}
    assert (counts[easy].kept, counts[easy].tried) == (3, 3)
    assert (counts[hard].kept, counts[hard].tried) == (0, 10)
    assert counts[hard].mean_return is None


def test_the_budget_is_kept(generalist: JobFolder, tmp_path: Path) -> None:
    folder = demonstrated(tmp_path, generalist, budget_steps=50)
    result = folder.read_result()
    assert result is not None
    assert 0 < result.steps <= 50


def test_provenance(generalist: JobFolder, tmp_path: Path) -> None:
    folder = demonstrated(tmp_path, generalist)
    said = read_provenance(folder.path / "demonstrations-1-1.npz")
    assert said.checkpoint_sha256 == hashlib.sha256(generalist.resume.read_bytes()).hexdigest()
    assert (said.job, said.source_job, said.seed) == ("demonstrations-1-1", "generalist-1", spec().seed)


def test_the_same_seed_demonstrates_the_same(generalist: JobFolder, tmp_path: Path) -> None:
    first, again = arrays(demonstrated(tmp_path / "a", generalist)), arrays(demonstrated(tmp_path / "b", generalist))
    assert np.array_equal(first["action"], again["action"])


def test_fine_tuning_learns_from_them(generalist: JobFolder, tmp_path: Path) -> None:
    source = demonstrated(tmp_path / "shown", generalist)
    empty = demonstrated(tmp_path / "none", generalist, variations=())
    files = (source.path / "demonstrations-1-1.npz", empty.path / "demonstrations-1-1.npz")
    recorded = load(files)
    assert recorded is not None
    assert len(recorded) == len(arrays(source)["action"])
    assert load(files[1:]) is None
    job = spec("finetune", start="resume", budget_steps=3 * 128)
    guided = done(tmp_path / "guided", job, generalist.resume, files)
    assert all("demonstration_log_prob" in report.metrics for report in epochs(guided))
    plain = done(tmp_path / "plain", job, generalist.resume, files[1:])
    assert all("demonstration_log_prob" not in report.metrics for report in epochs(plain))
