"""The steps of a run in the order in which it takes them, with what each may spend. Pure.

The list only grows, and only after the current step: a gate that keeps training adds another segment of the generalist
behind itself, so that the current step never moves backwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gsl.config.run import RunConfig
from gsl.config.step_budget import evaluation_reserve
from gsl.phases import keys
from gsl.protocol.api import StepName
from gsl.protocol.jobs import ENDED, JobKind, JobStatus


@dataclass(frozen=True)
class JobProgress:
    """What progress needs to know about a job. `speed` is in environment steps per second."""

    key: str
    kind: JobKind
    status: JobStatus
    cycle: int = 1
    attempt: int = 0
    budget: int = 0
    spent: int = 0
    epochs: int = 0
    speed: float | None = None
    worker: str | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    first_at: datetime | None = None  # when its first epoch began
    last_at: datetime | None = None  # when its last epoch was reported
    trained: int = 0  # steps of its epochs
    id: int = 0

    @property
    def committed(self) -> int:
        """Steps that are spent or still in its budget."""
        return self.spent if self.status in ENDED else max(self.budget, self.spent)


@dataclass(frozen=True)
class GateProgress:
    """A gate before specialists: how many there are and the steps of each, as decided, or as proposed until then."""

    cycle: int
    segment: int
    specialists: int
    specialist_steps: int
    approved: bool = False


@dataclass(frozen=True)
class Step:
    """One step: `budget` is what it may spend, as far as that is known by now."""

    name: StepName
    cycle: int
    segment: int = 1
    jobs: tuple[JobProgress, ...] = ()
    gate: GateProgress | None = None
    budget: int = 0
    begun: bool = False

    @property
    def spent(self) -> int:
        return sum(job.spent for job in self.jobs)


def steps_of(config: RunConfig, jobs: Sequence[JobProgress], gates: Sequence[GateProgress] = ()) -> list[Step]:
    """All steps, the past ones as they were and the others as planned; then those of continuations."""
    launched = [job for job in jobs if not keys.of_continuation(job.key)]
    found = [_budgeted(config, step) for step in _steps(config, launched, gates)]
    if config.learner.is_tracked:
        return [_of_script(step) for step in found if config.arm == "generalist" or step.name not in _NOT_OF_SCRIPTS]
    tunings = [step for step in found if step.name == "finetune" and not step.begun]
    free = max(0, config.budget.total_steps - sum(map(_committed, found)))
    for number, step in enumerate(tunings):
        share = free // (len(tunings) - number)
        if config.cycles.finetune_steps is not None and step.cycle < config.cycles.count:
            share = min(free, config.cycles.finetune_steps)
        found[found.index(step)] = _with(step, share)
        free -= share
    return found + list(_continued(config, [job for job in jobs if keys.of_continuation(job.key)]))


_NOT_OF_SCRIPTS = ("finetune", "final_evaluation")


def _of_script(step: Step) -> Step:
    """A script trains specialists as runs of their own, whose steps are not those of this run."""
    if step.name != "specialists":
        return step
    return replace(step, budget=0, begun=step.gate is not None and step.gate.approved)


def _continued(config: RunConfig, jobs: Sequence[JobProgress]) -> Iterator[Step]:
    """Training and a final evaluation for each continuation; its training is planned when it is asked for."""
    for number, job in enumerate((job for job in jobs if job.kind != "evaluation"), start=1):
        yield _budgeted(config, _step("continuation", job.cycle, number, [job]))
        measured = [other for other in jobs if other.key == keys.continued_evaluation(number)]
        yield _budgeted(config, _step("final_evaluation", job.cycle, number + 1, measured))


def _steps(config: RunConfig, jobs: Sequence[JobProgress], gates: Sequence[GateProgress]) -> Iterator[Step]:
    last = tuple(job for job in jobs if job.key == keys.LAST_EVALUATION)
    cycles = config.cycles.count
    if config.arm == "generalist":
        cycles = 1
        yield _step("generalist", 1, 1, [job for job in jobs if job.kind == "generalist"])
    else:
        for cycle in range(1, cycles + 1):
            yield from _cycle(cycle, [job for job in jobs if job.cycle == cycle], jobs, gates)
    yield _step("final_evaluation", last[0].cycle if last else cycles, 1, last)


def _cycle(
    cycle: int, mine: Sequence[JobProgress], jobs: Sequence[JobProgress], gates: Sequence[GateProgress]
) -> Iterator[Step]:
    placed = [(keys.place_of(job.key), job) for job in jobs if _before_gate(job)]
    segments = max((segment for (of, segment), _ in placed if of == cycle), default=1)
    gate = None
    for segment in range(1, segments + 1):
        here = [job for place, job in placed if place == (cycle, segment)]
        if cycle == 1 or segment > 1:  # a later cycle starts from the fine-tuned policy
            yield _step("generalist", cycle, segment, [job for job in here if job.kind == "generalist"])
        yield _step("evaluation", cycle, segment, [job for job in here if job.kind == "evaluation"])
        gate = next((gate for gate in gates if (gate.cycle, gate.segment) == (cycle, segment)), None)
        yield Step("gate", cycle, segment, gate=gate, begun=gate is not None)
    specialists = [job for job in mine if job.kind in ("specialist", "demonstrations")]
    yield Step("specialists", cycle, jobs=tuple(specialists), gate=gate, begun=bool(specialists))
    yield _step("finetune", cycle, 1, [job for job in mine if job.kind == "finetune"])


def _before_gate(job: JobProgress) -> bool:
    return job.kind == "generalist" or (job.kind == "evaluation" and not keys.measures_apart(job.key))


def _step(name: StepName, cycle: int, segment: int, jobs: Sequence[JobProgress]) -> Step:
    return Step(name, cycle, segment, tuple(jobs), begun=bool(jobs))


def _budgeted(config: RunConfig, step: Step) -> Step:
    """With its budget, except that of a fine-tuning to come, which gets what the others leave."""
    if step.name == "specialists":
        return _with(step, _specialists(config, step))
    if step.begun:
        return _with(step, sum(job.budget for job in step.jobs))
    generalist = config.budget.total_steps if config.arm == "generalist" else config.budget.generalist_steps
    return _with(step, {"generalist": generalist, "evaluation": evaluation_reserve(config)}.get(step.name, 0))


def _specialists(config: RunConfig, step: Step) -> int:
    """As decided at the gate, or proposed there, or else configured; besides, other jobs that exist by now."""
    others = sum(job.budget for job in step.jobs if job.key.startswith(("lowest-", "demonstrations-")))
    if step.gate is None:
        chosen = config.specialists
        return chosen.count * chosen.steps + chosen.lowest_steps
    return step.gate.specialists * step.gate.specialist_steps + (
        others if step.begun else config.specialists.lowest_steps
    )


def _committed(step: Step) -> int:
    """What nothing else can spend: for a step in the past, what it spent."""
    if not step.begun:
        return step.budget
    spent = sum(job.committed for job in step.jobs)
    over = all(job.status in ENDED for job in step.jobs)
    return spent if over else max(spent, step.budget)


def _with(step: Step, budget: int) -> Step:
    return replace(step, budget=budget)
