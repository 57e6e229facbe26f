"""The progress of a run: its steps with state, budget and time left. Pure; `gsl.backend.store` gathers the input."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from gsl.backend.domain.line import Line, described
from gsl.backend.domain.pace import Pace
from gsl.backend.domain.run_steps import GateProgress, JobProgress, Step, steps_of
from gsl.backend.domain.time_left import Clock, is_starting, measuring_before, seconds_left
from gsl.config.run import RunConfig
from gsl.config.step_budget import longest_evaluation
from gsl.protocol.api import PhaseProgress
from gsl.protocol.jobs import ENDED

State = Literal["pending", "active", "done", "skipped", "failed"]


@dataclass(frozen=True)
class RunProgress:
    """What the state of a run's steps is derived from."""

    config: RunConfig
    status: str
    phase: str
    jobs: tuple[JobProgress, ...] = ()
    gates: tuple[GateProgress, ...] = ()
    pace: Pace = field(default_factory=Pace)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    line: Line = field(default_factory=Line)  # of its first queued job; `busy` workers have a job of another run
    waits: str = ""  # what the run is waiting for while jobs are queued and none is running


def phases(run: RunProgress) -> list[PhaseProgress]:
    steps = steps_of(run.config, run.jobs, run.gates)
    here = position(run, steps)
    clock = Clock(run.config, run.pace, run.now, run.line)
    return [
        PhaseProgress(
            phase=step.name,
            cycle=step.cycle,
            segment=step.segment,
            state=(state := _state(run, step, place - here)),
            budget_steps=step.budget,
            spent_steps=step.spent,
            eta_seconds=_seconds(run, clock, step, here == place) if state in ("active", "pending") else 0.0,
        )
        for place, step in enumerate(steps)
    ]


def position(run: RunProgress, steps: Sequence[Step]) -> int:
    """Place of the current step: the last one that has begun, or the last evaluation if only measuring is left."""
    begun = max((place for place, step in enumerate(steps) if step.begun), default=0)
    only_measuring = run.phase == "evaluation" and steps[begun].name == "finetune" and measuring_before(run.jobs)
    return len(steps) - 1 if only_measuring else begun


def eta(progress: Sequence[PhaseProgress]) -> float | None:
    """Seconds until the run ends; None if a figure that is needed was never measured."""
    parts = [phase.eta_seconds for phase in progress]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def activity(run: RunProgress) -> str:
    """What keeps a run from training: its jobs are queued, or a worker is starting them; otherwise empty."""
    running = [job for job in run.jobs if job.status == "running"]
    queued = [job for job in run.jobs if job.status == "queued"]
    if run.status in ENDED or not all(is_starting(job) for job in running):
        return ""
    return next((job_activity(job, run.line, run.pace, run.now) for job in (*running, *queued)), "")


def job_activity(job: JobProgress, line: Line, pace: Pace, at: datetime) -> str:
    """The same of one job, with its place in the line."""
    if is_starting(job):
        return f"starting on worker {job.worker}"
    return described(line, pace, job.queued_at, at) if job.status == "queued" else ""


def measurement_steps(config: RunConfig) -> int:
    """Upper bound of the steps measured outside the total: every episode runs to its time limit.

    Periodic evaluations are not included.
    """
    held_out = min(config.evaluation.held_out_sample, len(config.suite.held_out_variations()))
    last = longest_evaluation(config, len(config.suite.training_variations()) + held_out)
    if config.arm == "generalist":
        return last
    return 2 * last + config.cycles.count * longest_evaluation(config, held_out)


def job_count(config: RunConfig) -> int:
    """Number of jobs if all cycles take place and no gate is rejected."""
    if config.arm == "generalist":
        return 2  # the generalist and its last evaluation
    specialists = 1 if config.arm == "generalist_low" else config.specialists.count
    demonstrate = config.guide.learns_from == "demonstrations"
    before = 1 if config.specialists.lowest_steps else 0
    return 3 + config.cycles.count * (2 + before + specialists + (specialists + 1 if demonstrate else 0))


def _state(run: RunProgress, step: Step, distance: int) -> State:
    """`distance` is the number of steps from the current one."""
    passed: State = "done" if step.begun else "skipped"
    if run.status == "succeeded" or distance < 0:
        return passed
    if distance > 0:
        return "skipped" if run.status in ENDED else "pending"
    if run.status in ENDED:
        return "failed" if run.status == "failed" else "skipped"
    return "active" if any(job.attempt for job in run.jobs) else "pending"


def _seconds(run: RunProgress, clock: Clock, step: Step, is_current: bool) -> float | None:
    """Evaluations beside the specialists are waited for by whatever is current. A run that is tracked is measured at
    once, and nobody knows when its script trains the specialists."""
    if run.config.learner.is_tracked and step.name != "generalist":
        return None if step.name == "specialists" else 0.0
    last = step.name == "final_evaluation"
    if last and is_current and not step.begun:
        return seconds_left(clock, Step("final_evaluation", 1, begun=True), measuring_before(run.jobs))
    beside = step.name == "specialists" and is_current
    return seconds_left(clock, step, measuring_before(run.jobs) if beside else ())
