"""Demonstrations: filter, counts, provenance, and what a guide gets of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.phases.jobs import demonstrations as demonstrations_of
from gsl.protocol.jobs import CheckpointSource
from gsl.protocol.keeping import keeping_of
from gsl.protocol.reports import ArtifactReport, DemonstrationsReport, VariationReturn
from gsl.worker.job.folder import JobFolder
from gsl.worker.rollout.demonstrate import Harvest, _take
from gsl.worker.rollout.demonstration_file import Episode, load, read_provenance, save
from tests.worker.jobs import TINY_MAZE, done, epochs, lines, spec


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
    from gsl.worker.envs import make_env
    from gsl.worker.envs.sampling.samplers import QueueSampler

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


BY_RETURN = TINY_MAZE.model_copy(
    update={"demonstrations": TINY_MAZE.demonstrations.model_copy(update={"filter": "return"})}
)


def test_the_return_filter_keeps_what_exceeds_the_threshold(generalist: JobFolder, tmp_path: Path) -> None:
    easy, hard = spec().variations[:2]
    folder = demonstrated(tmp_path, generalist, config=BY_RETURN, thresholds={easy: -1.0, hard: 99.0})
    counts = {count.variation: count for count in report_of(folder).counts}
    assert (counts[easy].kept, counts[easy].tried) == (3, 3)
    assert (counts[hard].kept, counts[hard].tried) == (0, 10)
    assert counts[hard].mean_return is None


def shown(total: float, reward: float = 0.0, variation: int = 1) -> Episode:
    return Episode(variation, np.zeros((2, 3), np.float32), np.zeros(2, np.int64), total, None, np.full(2, reward))


def kept(returns: Sequence[float], threshold: float | None, index: int = 1) -> list[float]:
    """Which of these returns the filter keeps, of a specialist or (index 0) of the generalist."""
    thresholds = {} if threshold is None else {1: threshold}
    job = spec("demonstrations", BY_RETURN, index=index, thresholds=thresholds)
    harvest = Harvest({1: []}, {1: 0})
    _take(keeping_of(job), harvest, [shown(total) for total in returns])
    assert harvest.tried == {1: len(returns)}
    return [episode.total for episode in harvest.kept[1]]


def test_failures_are_not_kept() -> None:
    """Threshold 0 and returns 0: none of five. Without a threshold an episode must score above 0."""
    assert kept([0.0] * 5, 0.0) == kept([0.0] * 5, 0.0, index=0) == kept([0.0] * 5, None) == []
    assert kept([0.0, 0.1], None) == kept([0.0, 0.1], None, index=0) == [0.1]


def test_a_specialist_shows_a_gain_and_the_generalist_what_it_can() -> None:
    assert kept([0.9, 1.0, 1.1], 1.0) == [1.1]
    assert kept([0.9, 1.0, 1.1], 1.0, index=0) == [1.0, 1.1]


def test_an_unchanged_policy_passes_about_half_of_its_episodes() -> None:
    """On the 20 lowest of 100 variations measured by 5 episodes each; against measured means it passes over 60 %."""
    rng, passed, once = np.random.default_rng(0), [], []
    for _ in range(50):
        truth = rng.normal(5, 1, 100)
        seen = rng.normal(truth[:, None], 2.0, (100, 5))
        returns = [
            VariationReturn(variation=v, episodes=5, mean_return=row.mean(), std_return=row.std(ddof=1),
                            success_rate=None, mean_length=1.0)
            for v, row in enumerate(seen)
        ]  # fmt: skip
        lowest = tuple(int(v) for v in seen.mean(1).argsort()[:20])
        job = demonstrations_of(BY_RETURN, 1, 1, lowest, CheckpointSource(job="specialist-1-1"), tuple(returns), 1000)
        for variation in lowest:
            again = rng.normal(truth[variation], 2.0, 20)
            passed.append(np.mean(again > job.thresholds[variation]))
            once.append(np.mean(again > seen[variation].mean()))
    assert np.mean(once) > 0.6
    assert 0.45 < np.mean(passed) < 0.52


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
    assert recorded.episode.unique(sorted=True).tolist() == list(range(int(recorded.episode[-1]) + 1))  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert load(files[1:]) is None
    job = spec("finetune", start="resume", budget_steps=3 * 128)
    guided = done(tmp_path / "guided", job, generalist.resume, files)
    assert all("demonstration_log_prob" in report.metrics for report in epochs(guided))
    plain = done(tmp_path / "plain", job, generalist.resume, files[1:])
    assert all("demonstration_log_prob" not in report.metrics for report in epochs(plain))


def test_rewards_and_cut_ends_are_kept(generalist: JobFolder, tmp_path: Path) -> None:
    """An episode's rewards add up to its return; one that a time limit cut has the observation it ended with."""
    folder = demonstrated(tmp_path / "job", generalist)
    rows = arrays(folder)
    for episode in np.unique(rows["episode"]):
        mine = rows["episode"] == episode
        assert rows["reward"][mine].sum() == pytest.approx(rows["episode_return"][mine][0], abs=1e-5)
    provenance = read_provenance(folder.path / "demonstrations-1-1.npz")
    episodes = [shown(1.0, 0.5), replace(shown(2.0, 1.0), cut=np.full(3, 7.0, np.float32)), shown(3.0, 1.5)]
    save(tmp_path / "one.npz", episodes, provenance)
    save(tmp_path / "two.npz", episodes[1:2], provenance)
    found = load([tmp_path / "one.npz", tmp_path / "two.npz"])
    assert found is not None
    assert found.earned is not None
    assert found.episode.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert found.earned.reward.tolist() == [0.5, 0.5, 1, 1, 1.5, 1.5, 1, 1]
    assert found.earned.truncated.nonzero().flatten().tolist() == [3, 7]
    assert found.earned.final_observation.tolist() == [[7.0] * 3] * 2


def test_a_file_from_before_rewards_were_kept_still_loads(generalist: JobFolder, tmp_path: Path) -> None:
    folder = demonstrated(tmp_path / "job", generalist)
    rows = arrays(folder)
    old = {name: rows[name] for name in rows if name not in ("reward", "truncated", "final_observation")}
    np.savez_compressed(tmp_path / "old.npz", **old)
    found, weighed = load([tmp_path / "old.npz"]), load([tmp_path / "old.npz"], "return")
    assert found is not None
    assert weighed is not None
    assert found.earned is None
    assert len(found) == len(weighed) == len(rows["action"])
    both = load([tmp_path / "old.npz", folder.path / "demonstrations-1-1.npz"])
    assert both is not None
    assert both.earned is None
    with pytest.raises(ValueError, match=r"old.npz.*demonstrations.weight"):
        load([tmp_path / "old.npz"], "advantage")
