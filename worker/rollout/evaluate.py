"""Fresh episodes that measure a policy: exactly the same number on every variation, each played to its end.

A round is one episode of each variation, or one trial for a learner with memory. If the budget does not allow all
rounds, their number is fixed beforehand, by what certainly fits: stopping when the budget is used up would favour short
episodes.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gsl.config.step_budget import affordable_rounds
from gsl.config.suites import SuiteSettings
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import EvaluationReport, PlaceReturn, TrialReturns, VariationReturn
from gsl.seeds import derive
from gsl.worker.envs import Trial, evaluation_trial, make_env
from gsl.worker.envs.sampling.samplers import QueueSampler
from gsl.worker.rollout.collect import Observer, Policy, play
from gsl.worker.rollout.episodes import Episodes


class Evaluated(Protocol):
    """What an evaluation needs of a learner."""

    def policy(self, *, deterministic: bool, seed: int) -> Policy: ...


@dataclass(frozen=True)
class Measurement:
    """Returns on a set of variations, and the environment steps that measuring them took."""

    returns: tuple[VariationReturn, ...]
    steps: int
    by_place: tuple[PlaceReturn, ...] = ()  # in the trial, for a learner with memory


def measure(
    suite: SuiteSettings, policy: Policy, variations: Sequence[int], episodes: int, num_envs: int, seed: int,
    on_step: Callable[[], None], observe: Observer | None = None, trial: Trial | None = None,
) -> Measurement:  # fmt: skip
    """Exactly `episodes` finished episodes of each variation, or as many trials."""
    queue = [variation for _ in range(episodes) for variation in variations]
    if not queue:
        return Measurement((), 0)
    env = make_env(suite, min(num_envs, len(queue)), QueueSampler(queue), seed, trial)
    each = 1 if trial is None else trial.all
    try:
        ended, steps = play(env, policy, len(queue) * each, on_step, observe)
    finally:
        env.close()
    return Measurement(_scored(ended, trial).by_variation(), steps, ended.by_place())


def _scored(ended: Episodes, trial: Trial | None) -> Episodes:
    """The episodes that count: all, or those after the trial."""
    if trial is None or not trial.scored or ended.place is None:
        return ended
    return ended[ended.place >= trial.episodes]


def evaluate(
    spec: JobSpec, learner: Evaluated, epoch: int, on_step: Callable[[], None],
    max_steps: int | None = None, observe: Observer | None = None,
) -> EvaluationReport:  # fmt: skip
    """Measure the job's training variations, then its held-out ones, after `epoch`; nothing learns from it.

    Training variations get as many rounds as certainly fit into `max_steps` environment steps, and at least one;
    held-out ones get all. `observe` is called with every step on the training variations.
    """
    started, config = time.monotonic(), spec.config
    seed = derive(spec.seed, "evaluation", epoch)
    policy = learner.policy(deterministic=config.evaluation.deterministic, seed=derive(seed, "policy"))
    trial = evaluation_trial(config)

    def of(variations: Sequence[int], source: str, rounds: int, observe: Observer | None = None) -> Measurement:
        return measure(
            config.suite, policy, variations, rounds, config.learner.num_envs, derive(seed, source), on_step, observe,
            trial,
        )  # fmt: skip

    asked = config.evaluation.episodes
    rounds = affordable_rounds(config, len(spec.variations), max_steps)
    training = of(spec.variations, "training", rounds, observe)
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
        trial=None if trial is None else TrialReturns(training=training.by_place, held_out=held_out.by_place),
    )
