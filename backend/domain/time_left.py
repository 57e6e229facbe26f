"""How long a run still takes: waiting, starting up, training, evaluating and demonstrating, at measured pace. Pure.

None where a figure that is needed was never measured: no number is better than a wrong one. The time that a person
takes at a gate is not included, and a generalist is expected to use its budget.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from gsl.backend.domain.line import Line, seconds_queued
from gsl.backend.domain.pace import TRAINING, Pace
from gsl.backend.domain.run_steps import JobProgress, Step
from gsl.config.run import RunConfig
from gsl.config.step_budget import longest_evaluation, specialist_training
from gsl.phases import keys
from gsl.protocol.jobs import ENDED, JobKind


@dataclass(frozen=True)
class Clock:
    """What the times left depend on besides the steps; `line` is that of the run's first queued job, and its `busy`
    workers are those that have jobs of other runs."""

    config: RunConfig
    pace: Pace
    now: datetime
    line: Line = field(default_factory=Line)


def seconds_left(clock: Clock, step: Step, measuring: Sequence[JobProgress] = ()) -> float | None:
    """Seconds until the step ends once it is reached; `measuring` are evaluations beside it that it has to wait for."""
    if step.name == "gate":
        return 0.0
    beside = [_job(clock, job) for job in measuring]
    if step.name == "specialists":
        return _specialists(clock, step, beside)
    if step.begun:
        return _sum([*(_job(clock, job) for job in step.jobs), *beside])
    kind: JobKind = "evaluation" if step.name == "final_evaluation" else "generalist"
    if step.name in ("evaluation", "finetune"):
        kind = step.name
    return _sum([clock.pace.wait(), _fresh(clock, kind, step.budget), *beside])


def is_starting(job: JobProgress) -> bool:
    """Whether a worker holds the job but has not trained since it claimed it."""
    if job.status != "running" or job.kind not in TRAINING:
        return False
    claimed = _claimed(job)
    return job.last_at is None or claimed is None or job.last_at < claimed


def _claimed(job: JobProgress) -> datetime | None:
    """When its present attempt began; of a resumed job only when it was queued again is known."""
    return job.started_at if job.attempt <= 1 else job.queued_at


def _job(clock: Clock, job: JobProgress) -> float | None:
    if job.status in ENDED:
        return 0.0
    if job.status != "running":
        return _sum(
            [seconds_queued(clock.line, clock.pace, job.queued_at, clock.now), _fresh(clock, job.kind, job.budget, job)]
        )
    elapsed = _elapsed(clock, _claimed(job))
    if job.kind not in TRAINING:
        whole = _fresh(clock, job.kind, job.budget)
        return None if whole is None else max(0.0, whole - elapsed)
    if is_starting(job):
        whole, startup = _fresh(clock, job.kind, job.budget, job), clock.pace.startup(job.kind)
        return None if whole is None or startup is None else whole - min(elapsed, startup)
    return _training(clock, job)


def _training(clock: Clock, job: JobProgress) -> float | None:
    """Of a job that has trained since its claim: what is left of its epochs, less the time since the last report."""
    speed, since = clock.pace.speed(job.kind), _elapsed(clock, job.last_at)
    if not speed:
        return None
    left = _to_train(clock.config, job.kind, job.budget, job) / speed
    if not left:
        return max(0.0, clock.pace.closing(job.kind) - since)
    return left - min(left, since, clock.config.learner.batch_size / speed) + clock.pace.closing(job.kind)


def _fresh(clock: Clock, kind: JobKind, budget: int, job: JobProgress | None = None) -> float | None:
    """Seconds from the claim to the end."""
    if kind not in TRAINING:
        measured = clock.pace.whole(kind)
        return _rollout(clock, kind, budget) if measured is None else measured
    startup, speed = clock.pace.startup(kind), clock.pace.speed(kind)
    if startup is None or not speed:
        return None
    return startup + _to_train(clock.config, kind, budget, job) / speed + clock.pace.closing(kind)


def _rollout(clock: Clock, kind: JobKind, budget: int) -> float | None:
    """Of an evaluation or demonstrations, none of which was measured yet: at most as long as training on its steps."""
    suite = clock.config.suite
    held_out = min(clock.config.evaluation.held_out_sample, len(suite.held_out_variations()))
    steps = longest_evaluation(clock.config, len(suite.training_variations()) + held_out)
    if kind == "demonstrations":
        steps = budget
    startup, speed = clock.pace.startup("generalist"), clock.pace.speed("generalist")
    return None if startup is None or not speed else startup + steps / speed


def _to_train(config: RunConfig, kind: JobKind, budget: int, job: JobProgress | None) -> int:
    """Environment steps in whole epochs that a job has still to train."""
    epoch = config.learner.batch_size
    whole = budget // epoch * epoch
    if kind == "specialist":
        whole = specialist_training(config, config.specialists.variations_each, budget)
    return max(0, whole - (job.trained if job else 0))


def _specialists(clock: Clock, step: Step, beside: list[float | None]) -> float | None:
    """The branches of the specialists side by side on the slots there are; rungs one after the other."""
    number, each = _plan(clock, step)
    rungs = clock.config.specialists.rungs
    begun = max((_rung(job) for job in step.jobs if job.key.startswith("specialist-")), default=0)
    first = 0.0 if step.begun else clock.pace.wait()
    later = [_rung_seconds(clock, number, each, rung) for rung in range(begun + 1, rungs + 1)]
    going = [_job(clock, job) for job in step.jobs]
    demonstrating = [_fresh(clock, "demonstrations", 0)] * _to_demonstrate(clock, step, number)
    if not step.begun and step.cycle == 1:
        beside = [*beside, _fresh(clock, "evaluation", 0)]
    lowest = [] if step.begun or not clock.config.specialists.lowest_steps else [_lowest(clock)]
    return _sum([first, *lowest, _side_by_side(clock, going), *later, _side_by_side(clock, [*demonstrating, *beside])])


def _plan(clock: Clock, step: Step) -> tuple[int, int]:
    """How many specialists, and the steps of each."""
    chosen = clock.config.specialists
    if step.gate is None and clock.config.arm == "generalist_low":
        return 1, chosen.count * chosen.steps
    return (step.gate.specialists, step.gate.specialist_steps) if step.gate else (chosen.count, chosen.steps)


def _rung(job: JobProgress) -> int:
    return int((*job.key.split("-"), "1")[3])


def _rung_seconds(clock: Clock, number: int, each: int, rung: int) -> float | None:
    """Those that continue, half of them in each rung, share what all of them may spend in it."""
    alive = max(1, ceil(number / 2 ** (rung - 1)))
    steps = number * each // clock.config.specialists.rungs // alive
    return _side_by_side(clock, [_fresh(clock, "specialist", steps)] * alive)


def _lowest(clock: Clock) -> float | None:
    return _fresh(clock, "finetune", clock.config.specialists.lowest_steps)


def _to_demonstrate(clock: Clock, step: Step, number: int) -> int:
    """Demonstrations jobs that are not planned yet: one for each specialist, and one for the generalist."""
    if clock.config.guide.learns_from != "demonstrations":
        return 0
    planned = sum(job.kind == "demonstrations" for job in step.jobs)
    own = 0 if step.begun or not clock.config.demonstrations.generalist_per_variation else 1
    return max(0, number + own - planned)


def _side_by_side(clock: Clock, seconds: Sequence[float | None]) -> float | None:
    """Of jobs on the slots there are: at least the longest, at least an equal share of all."""
    total = _sum(seconds)
    longest = max((each for each in seconds if each is not None), default=0.0)
    return None if total is None else max(longest, total / max(1, clock.line.slots))


def _elapsed(clock: Clock, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (clock.now - since).total_seconds())


def _sum(parts: Iterable[float | None]) -> float | None:
    known = list(parts)
    return None if any(part is None for part in known) else sum(part for part in known if part is not None)


def measuring_before(jobs: Sequence[JobProgress]) -> tuple[JobProgress, ...]:
    """The evaluation that runs beside the specialists, until it has ended."""
    return tuple(job for job in jobs if job.key == keys.BEFORE_EVALUATION and job.status not in ENDED)
