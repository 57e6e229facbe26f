"""Recorded episodes of a policy, filtered, with their provenance, as npz."""

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field

from gsl.config.method import DemonstrationSettings
from gsl.jobs import JobSpec
from gsl.reports import DemonstrationCount, Wire
from gsl.seeds import derive
from worker.envs import make_env
from worker.envs.samplers import QueueSampler
from worker.evaluation import Evaluated
from worker.experience import Demonstrations
from worker.loop import Advance
from worker.rollout import Policy, play


class Provenance(Wire):
    """Where demonstrations come from."""

    job: str
    source_job: str
    checkpoint_sha256: str
    checkpoint_epoch: int
    seed: int
    filter: str
    deterministic: bool
    suite: dict[str, Any] | None = Field(default=None, description="Its settings; files before 0.2 do not say.")
    spaces: dict[str, Any] | None = Field(default=None, description="Observations and actions; as `suite`.")


@dataclass(frozen=True)
class Episode:
    """One recorded episode of L steps."""

    variation: int
    observation: NDArray[Any]  # (L, *observation_shape)
    action: NDArray[Any]  # (L,) int64 or (L, size) float32
    total: float  # raw return
    success: bool | None


class Recorder:
    """Keeps what every slot has seen since its episode began; hands over episodes as they end."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self._running: dict[int, list[tuple[NDArray[Any], Any]]] = defaultdict(list)

    def __call__(self, observation: NDArray[Any], action: NDArray[Any], advance: Advance) -> None:
        for slot, chosen in enumerate(action):
            if advance.step.variation[slot] >= 0:
                self._running[slot].append((observation[slot], chosen))
        for index, slot in enumerate(advance.slots.tolist()):
            self.episodes.append(self._episode(self._running.pop(slot), advance, index))

    def _episode(self, steps: list[tuple[NDArray[Any], Any]], advance: Advance, index: int) -> Episode:
        ended = advance.ended
        return Episode(
            variation=int(ended.variation[index]),
            observation=np.stack([seen for seen, _ in steps]),
            action=np.array([chosen for _, chosen in steps]),
            total=float(ended.returns[index]),
            success=None if ended.success is None else bool(ended.success[index]),
        )


@dataclass
class Harvest:
    """Episodes kept and tried of each variation."""

    kept: dict[int, list[Episode]] = field(default_factory=dict)
    tried: dict[int, int] = field(default_factory=dict)
    steps: int = 0

    def counts(self) -> tuple[DemonstrationCount, ...]:
        return tuple(
            DemonstrationCount(
                variation=variation,
                kept=len(episodes),
                tried=self.tried[variation],
                mean_return=float(np.mean([e.total for e in episodes])) if episodes else None,
            )
            for variation, episodes in sorted(self.kept.items())
        )


def harvest(spec: JobSpec, learner: Evaluated, between: Callable[[], None]) -> Harvest:
    """Play rounds until every variation has its episodes, or the tries or the job's budget are used up.

    Each round plays as many episodes of a variation as are missing, and all of them count: keeping the first to end
    would favour short ones.
    """
    settings = spec.config.demonstrations
    wanted = settings.per_variation if spec.index else settings.generalist_per_variation
    result = Harvest({v: [] for v in spec.variations}, dict.fromkeys(spec.variations, 0))
    policy = learner.policy(deterministic=settings.deterministic, seed=derive(spec.seed, "policy"))
    rounds = count()
    while queue := _round(result, wanted, settings.max_tries)[: _affordable(spec, result)]:
        recorder = Recorder()
        result.steps += _play_round(spec, queue, next(rounds), policy, between, recorder)
        _take(result, recorder.episodes, spec.thresholds, settings)
    return result


def _play_round(
    spec: JobSpec, queue: list[int], number: int, policy: Policy, between: Callable[[], None], recorder: Recorder
) -> int:
    """Record one episode for each entry of the queue; the environment steps that took."""
    num_envs = min(spec.config.learner.num_envs, len(queue))
    env = make_env(spec.config.suite, num_envs, QueueSampler(queue), derive(spec.seed, "round", number))
    try:
        _, steps = play(env, policy, len(queue), between, recorder)
    finally:
        env.close()
    return steps


def _round(result: Harvest, wanted: int, max_tries: int) -> list[int]:
    """What to play next: every variation as often as episodes are missing and tries are left, in turn."""
    missing = {
        variation: min(wanted - len(episodes), max_tries - result.tried[variation])
        for variation, episodes in result.kept.items()
    }
    longest = max(missing.values(), default=0)
    return [variation for turn in range(longest) for variation, number in missing.items() if number > turn]


def _affordable(spec: JobSpec, result: Harvest) -> int | None:
    """How many episodes surely fit the rest of the job's budget, however long they are; None: it has no budget."""
    if not spec.budget_steps:
        return None
    return max(0, spec.budget_steps - result.steps) // spec.config.suite.max_episode_steps


def _take(
    result: Harvest, episodes: Sequence[Episode], thresholds: dict[int, float], settings: DemonstrationSettings
) -> None:
    for episode in episodes:
        result.tried[episode.variation] += 1
        enough = episode.total >= thresholds.get(episode.variation, -np.inf)
        if episode.success if settings.filter == "success" else enough:
            result.kept[episode.variation].append(episode)


def save(path: Path, episodes: Sequence[Episode], provenance: Provenance) -> None:
    """One row a step: observation, action, variation, episode (counted from 0) and that episode's return.

    Without any episode the arrays are empty. `provenance` is JSON as UTF-8 bytes.
    """
    lengths = [len(episode.action) for episode in episodes]
    partial = path.with_name(path.name + ".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("wb") as file:
        np.savez_compressed(
            file,
            observation=np.concatenate([e.observation for e in episodes]) if episodes else np.empty((0,), np.float32),
            action=np.concatenate([e.action for e in episodes]) if episodes else np.empty((0,), np.int64),
            variation=np.repeat(np.array([e.variation for e in episodes], np.int64), lengths),
            episode=np.repeat(np.arange(len(episodes)), lengths),
            episode_return=np.repeat(np.array([e.total for e in episodes], np.float64), lengths),
            provenance=np.frombuffer(provenance.model_dump_json().encode(), np.uint8),
        )
    partial.replace(path)


def load(paths: Sequence[Path]) -> Demonstrations | None:
    """All demonstrations of these files, one after the other; None when there are none. Never unpickles."""
    parts = []
    for path in paths:
        with np.load(path, allow_pickle=False) as file:
            if len(file["action"]):
                parts.append((file["observation"], file["action"], file["variation"]))
    if not parts:
        return None
    observation, action, variation = (torch.from_numpy(np.concatenate(column)) for column in zip(*parts, strict=True))
    return Demonstrations(observation, action, variation)


def read_provenance(path: Path) -> Provenance:
    """Where a file of demonstrations comes from."""
    with np.load(path, allow_pickle=False) as file:
        return Provenance.model_validate(json.loads(file["provenance"].tobytes().decode()))
