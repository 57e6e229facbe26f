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

from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import DemonstrationCount, Wire
from gsl.seeds import derive
from worker.envs import make_env
from worker.envs.sampling.samplers import QueueSampler
from worker.experience import Demonstrations, Earned
from worker.rollout.collect import Policy, play
from worker.rollout.demonstration_weights import Weight, step_weights
from worker.rollout.env_runner import Advance
from worker.rollout.evaluate import Evaluated


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
    reward: NDArray[np.float32]  # (L,) raw
    cut: NDArray[Any] | None = (
        None  # (*observation_shape), with which a time limit ended it that is no part of the task
    )


class Recorder:
    """Keeps what every slot has seen since its episode began; hands over episodes as they end."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self._running: dict[int, list[_Step]] = defaultdict(list)

    def __call__(self, observation: NDArray[Any], action: NDArray[Any], advance: Advance) -> None:
        for slot, chosen in enumerate(action):
            if advance.step.variation[slot] >= 0:
                self._running[slot].append((observation[slot], chosen, advance.step.reward[slot]))
        for index, slot in enumerate(advance.slots.tolist()):
            self.episodes.append(self._episode(self._running.pop(slot), advance, index))

    def _episode(self, steps: "list[_Step]", advance: Advance, index: int) -> Episode:
        ended, slot, step = advance.ended, int(advance.slots[index]), advance.step
        cut = step.truncated is not None and step.final_observation is not None and bool(step.truncated[slot])
        return Episode(
            variation=int(ended.variation[index]),
            observation=np.stack([seen for seen, _, _ in steps]),
            action=np.array([chosen for _, chosen, _ in steps]),
            total=float(ended.returns[index]),
            success=None if ended.success is None else bool(ended.success[index]),
            reward=np.array([earned for _, _, earned in steps], np.float32),
            cut=step.final_observation[slot].copy() if cut and step.final_observation is not None else None,
        )


_Step = tuple[NDArray[Any], Any, Any]
"""What was seen, done and earned."""


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
        _take(spec, result, recorder.episodes)
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


def _take(spec: JobSpec, result: Harvest, episodes: Sequence[Episode]) -> None:
    for episode in episodes:
        result.tried[episode.variation] += 1
        if _is_worth_keeping(spec, episode):
            result.kept[episode.variation].append(episode)


def _is_worth_keeping(spec: JobSpec, episode: Episode) -> bool:
    """A success; or a return above the threshold, which the generalist's own (index 0) need only reach.

    A specialist is asked for a gain. The generalist shows what it can already, so that it is not forgotten: its better
    episodes, where it does better than a score of 0.
    """
    if spec.config.demonstrations.filter == "success":
        return bool(episode.success)
    no_better_than, _ = spec.config.suite.score_range
    threshold = spec.thresholds.get(episode.variation, no_better_than)
    if spec.index:
        return episode.total > threshold
    return episode.total >= threshold and episode.total > no_better_than


def save(path: Path, episodes: Sequence[Episode], provenance: Provenance) -> None:
    """One row a step: observation, action, reward, variation, episode (counted from 0) and that episode's return.

    `truncated` marks where a time limit ended an episode that is no part of the task; what was observed then lies in
    `final_observation`, one row for each. Without any episode the arrays are empty. `provenance` is JSON in UTF-8.
    """
    lengths = [len(episode.action) for episode in episodes]
    cut = [episode.cut for episode in episodes if episode.cut is not None]
    ends = np.cumsum(lengths, dtype=np.int64) - 1
    truncated = np.zeros(sum(lengths), np.bool_)
    truncated[[end for end, episode in zip(ends, episodes, strict=True) if episode.cut is not None]] = True
    seen, nothing = [e.observation for e in episodes], np.empty((0,), np.float32)
    partial = path.with_name(path.name + ".partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    with partial.open("wb") as file:
        np.savez_compressed(
            file,
            observation=np.concatenate(seen) if seen else nothing,
            action=np.concatenate([e.action for e in episodes]) if episodes else np.empty((0,), np.int64),
            reward=np.concatenate([e.reward for e in episodes]) if episodes else nothing,
            truncated=truncated,
            final_observation=np.stack(cut) if cut else np.empty((0, *seen[0].shape[1:]) if seen else 0, np.float32),
            variation=np.repeat(np.array([e.variation for e in episodes], np.int64), lengths),
            episode=np.repeat(np.arange(len(episodes)), lengths),
            episode_return=np.repeat(np.array([e.total for e in episodes], np.float64), lengths),
            provenance=np.frombuffer(provenance.model_dump_json().encode(), np.uint8),
        )
    partial.replace(path)


_COLUMNS = ("observation", "action", "variation", "episode", "episode_return")
_EARNED = ("reward", "truncated", "final_observation")  # files of earlier versions have none of these


def load(paths: Sequence[Path], weight: Weight = "none") -> Demonstrations | None:
    """All demonstrations of these files, one after the other; None when there are none. Never unpickles.

    Raises ValueError when they shall be weighed by advantage and one of the files holds no rewards.
    """
    parts: list[dict[str, NDArray[Any]]] = []
    episodes = 0
    for path in paths:
        with np.load(path, allow_pickle=False) as file:
            if not len(file["action"]):
                continue
            part = {name: file[name] for name in (*_COLUMNS, *_EARNED) if name in file.files}
        if weight == "advantage" and "reward" not in part:
            raise ValueError(f"{path.name} holds no rewards: choose demonstrations.weight none or return")
        part["episode"] = part["episode"] + episodes
        episodes = int(part["episode"][-1]) + 1
        parts.append(part)
    return _joined(parts, weight) if parts else None


def _joined(parts: Sequence[dict[str, NDArray[Any]]], weight: Weight) -> Demonstrations:
    def column(name: str) -> NDArray[Any]:
        found = [part[name] for part in parts if name != "final_observation" or len(part[name])]
        return np.concatenate(found) if found else parts[0][name]

    rows = {name: column(name) for name in _COLUMNS}
    earned = {name: column(name) for name in _EARNED} if all("reward" in part for part in parts) else {}
    weights = step_weights(weight, rows["variation"], rows["episode"], rows.pop("episode_return"), earned.get("reward"))
    return Demonstrations(
        **{name: torch.from_numpy(values) for name, values in rows.items()},
        weight=torch.from_numpy(weights),
        earned=Earned(**{name: torch.from_numpy(values) for name, values in earned.items()}) if earned else None,
    )


def read_provenance(path: Path) -> Provenance:
    """Where a file of demonstrations comes from."""
    with np.load(path, allow_pickle=False) as file:
        return Provenance.model_validate(json.loads(file["provenance"].tobytes().decode()))
