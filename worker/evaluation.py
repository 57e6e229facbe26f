"""Fresh episodes that measure a policy: exactly the same number on every variation."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gsl.config.suites import SuiteSettings
from gsl.jobs import JobSpec
from gsl.reports import EvaluationReport, VariationReturn
from gsl.seeds import derive
from worker.envs import make_env
from worker.envs.samplers import QueueSampler
from worker.rollout import Policy, Watcher, play


class Evaluated(Protocol):
    """A learner, as far as an evaluation needs it."""

    def policy(self, *, deterministic: bool, seed: int) -> Policy: ...


@dataclass(frozen=True)
class Measurement:
    """What a set of variations returned, and the environment steps that took."""

    returns: tuple[VariationReturn, ...]
    steps: int


def measure(
    suite: SuiteSettings, policy: Policy, variations: Sequence[int], episodes: int, num_envs: int, seed: int,
    between: Callable[[], None], most: int | None = None, watch: Watcher | None = None,
) -> Measurement:  # fmt: skip
    """Exactly `episodes` finished episodes of each variation; fewer where that would take more than `most` steps."""
    queue = [variation for _ in range(episodes) for variation in variations]
    if not queue:
        return Measurement((), 0)
    env = make_env(suite, min(num_envs, len(queue)), QueueSampler(queue), seed)
    try:
        ended, steps = play(env, policy, len(queue), between, watch, most)
    finally:
        env.close()
    return Measurement(ended.by_variation(), steps)


def evaluate(
    spec: JobSpec, learner: Evaluated, epoch: int, between: Callable[[], None],
    most: int | None = None, watch: Watcher | None = None,
) -> EvaluationReport:  # fmt: skip
    """Measure the job's training variations, then its held-out ones, after `epoch`; nothing learns from it.

    It takes no more than `most` environment steps; `watch` sees what is played on the training variations.
    """
    started, config = time.monotonic(), spec.config
    seed = derive(spec.seed, "evaluation", epoch)
    policy = learner.policy(deterministic=config.evaluation.deterministic, seed=derive(seed, "policy"))

    def of(variations: Sequence[int], source: str, spent: int, watch: Watcher | None = None) -> Measurement:
        return measure(
            config.suite, policy, variations, config.evaluation.episodes, config.learner.num_envs,
            derive(seed, source), between, None if most is None else most - spent, watch,
        )  # fmt: skip

    training = of(spec.variations, "training", 0, watch)
    held_out = of(spec.held_out, "held_out", training.steps)
    return EvaluationReport(
        epoch=epoch,
        steps=training.steps + held_out.steps,
        seconds=time.monotonic() - started,
        training=training.returns,
        held_out=held_out.returns,
    )


def longest_evaluation(spec: JobSpec) -> int:
    """The longest that one evaluation of this job can take, in environment steps."""
    variations = len(spec.variations) + len(spec.held_out)
    return spec.config.evaluation.episodes * variations * spec.config.suite.max_episode_steps
