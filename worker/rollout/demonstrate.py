"""Recording demonstrations: episodes of a policy, of which a filter keeps some."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.protocol.jobs import JobSpec
from gsl.protocol.keeping import Keeping, keeping_of
from gsl.protocol.reports import DemonstrationCount
from gsl.seeds import derive
from gsl.worker.envs import make_env, training_trial
from gsl.worker.envs.sampling.samplers import QueueSampler
from gsl.worker.rollout.collect import Policy, play
from gsl.worker.rollout.demonstration_file import Episode
from gsl.worker.rollout.env_runner import StepResult
from gsl.worker.rollout.evaluate import Evaluated


class Recorder:
    """An Observer that keeps the steps of every running episode, and every episode that has ended."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self._running: dict[int, list[_Step]] = defaultdict(list)

    def __call__(self, observation: NDArray[Any], action: NDArray[Any], result: StepResult) -> None:
        for slot, chosen in enumerate(action):
            if result.step.variation[slot] >= 0:
                self._running[slot].append((observation[slot], chosen, result.step.reward[slot]))
        for index, slot in enumerate(result.slots.tolist()):
            self.episodes.append(self._episode(self._running.pop(slot), result, index))

    def _episode(self, steps: "list[_Step]", result: StepResult, index: int) -> Episode:
        ended, slot, step = result.ended, int(result.slots[index]), result.step
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
"""Observation, action and reward."""


@dataclass
class Harvest:
    """Episodes kept of each variation, and how many were played."""

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


def harvest(spec: JobSpec, learner: Evaluated, on_step: Callable[[], None]) -> Harvest:
    """Play rounds until every variation has its episodes, or the attempts or the job's budget are used up.

    Each round plays as many episodes of a variation as are missing, and considers all of them: keeping the first to end
    would favour short ones.
    """
    settings, keeping = spec.config.demonstrations, keeping_of(spec)
    result = Harvest({v: [] for v in spec.variations}, dict.fromkeys(spec.variations, 0))
    policy = learner.policy(deterministic=settings.deterministic, seed=derive(spec.seed, "policy"))
    rounds = count()
    each = spec.config.episodes_in_a_row
    while queue := _round(result, keeping.episodes, keeping.tries, each)[: _affordable(spec, result)]:
        recorder = Recorder()
        result.steps += _play_round(spec, queue, next(rounds), policy, on_step, recorder)
        _take(keeping, result, recorder.episodes)
    return result


def _play_round(
    spec: JobSpec, queue: list[int], number: int, policy: Policy, on_step: Callable[[], None], recorder: Recorder
) -> int:
    """Record one episode, or trial, for each entry of the queue; returns the environment steps that took."""
    num_envs, config = min(spec.config.learner.num_envs, len(queue)), spec.config
    seed = derive(spec.seed, "round", number)
    env = make_env(config.suite, num_envs, QueueSampler(queue), seed, training_trial(config))
    try:
        _, steps = play(env, policy, len(queue) * config.episodes_in_a_row, on_step, recorder)
    finally:
        env.close()
    return steps


def _round(result: Harvest, target: int, max_tries: int, each: int) -> list[int]:
    """What to play next, in turn: every variation as often as it lacks episodes and has attempts left.

    `each` is how many episodes are played at once.
    """
    missing = {
        variation: min(-(-(target - len(episodes)) // each), (max_tries - result.tried[variation]) // each)
        for variation, episodes in result.kept.items()
    }
    longest = max(missing.values(), default=0)
    return [variation for turn in range(longest) for variation, number in missing.items() if number > turn]


def _affordable(spec: JobSpec, result: Harvest) -> int | None:
    """How many trials certainly fit the rest of the job's budget, however long they are; None without a budget."""
    if not spec.budget_steps:
        return None
    longest = spec.config.episodes_in_a_row * spec.config.suite.max_episode_steps
    return max(0, spec.budget_steps - result.steps) // longest


def _take(keeping: Keeping, result: Harvest, episodes: Sequence[Episode]) -> None:
    for episode in episodes:
        result.tried[episode.variation] += 1
        if keeping.is_worth_it(episode.variation, episode.total, episode.success):
            result.kept[episode.variation].append(episode)
