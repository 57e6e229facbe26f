"""Fresh episodes that measure a policy: exactly the same number on every variation, each played to its end.

They go in rounds of one episode a variation. Where a budget allows fewer than are asked for, their number is settled
beforehand, by what surely fits: stopping by what was played would favour quick episodes.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gsl.config.step_budget import round_steps
from gsl.config.suites import SuiteSettings
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import EvaluationReport, VariationReturn
from gsl.seeds import derive
from worker.envs import make_env
from worker.envs.sampling.samplers import QueueSampler
from worker.rollout.collect import Policy, Watcher, play


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
    between: Callable[[], None], watch: Watcher | None = None,
) -> Measurement:  # fmt: skip
    """Exactly `episodes` finished episodes of each variation."""
    queue = [variation for _ in range(episodes) for variation in variations]
    if not queue:
        return Measurement((), 0)
    env = make_env(suite, min(num_envs, len(queue)), QueueSampler(queue), seed)
    try:
        ended, steps = play(env, policy, len(queue), between, watch)
    finally:
        env.close()
    return Measurement(ended.by_variation(), steps)


def evaluate(
    spec: JobSpec, learner: Evaluated, epoch: int, between: Callable[[], None],
    most: int | None = None, watch: Watcher | None = None,
) -> EvaluationReport:  # fmt: skip
    """Measure the job's training variations, then its held-out ones, after `epoch`; nothing learns from it.

    Training variations get as many rounds as surely fit into `most` environment steps, and at least one; held-out ones
    get all. `watch` sees what is played on the training variations.
    """
    started, config = time.monotonic(), spec.config
    seed = derive(spec.seed, "evaluation", epoch)
    policy = learner.policy(deterministic=config.evaluation.deterministic, seed=derive(seed, "policy"))

    def of(variations: Sequence[int], source: str, rounds: int, watch: Watcher | None = None) -> Measurement:
        return measure(
            config.suite, policy, variations, rounds, config.learner.num_envs, derive(seed, source), between, watch
        )

    asked = config.evaluation.episodes
    rounds = asked if most is None else max(1, min(asked, most // round_steps(config, len(spec.variations))))
    training = of(spec.variations, "training", rounds, watch)
    held_out = of(spec.held_out, "held_out", asked)
    counted = training.steps if spec.evaluations_count else 0
    return EvaluationReport(
        epoch=epoch,
        steps=counted,
        measurement_steps=training.steps + held_out.steps - counted,
        rounds=rounds,
        rounds_asked=asked,
        seconds=time.monotonic() - started,
        training=training.returns,
        held_out=held_out.returns,
    )
