"""What follows from one approved gate, as far as it exists: specialists, their demonstrations, failures, warnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from gsl.config.run import RunConfig
from gsl.phases import keys
from gsl.phases.jobs import checkpoint_of
from gsl.phases.state import JobView, Proposal, RunState, Segment
from gsl.protocol.jobs import CheckpointSource
from gsl.protocol.reports import VariationReturn

_NAMED = 5  # variations in a warning


@dataclass(frozen=True)
class Branch:
    """A specialist and its demonstrations, as far as they exist; with several rungs `specialist` is its newest job."""

    index: int
    variations: tuple[int, ...]
    specialist: JobView
    rung: int
    demonstrations: JobView | None
    demonstrates: bool  # whether the guide learns from demonstrations

    @property
    def succeeded(self) -> bool:
        last = self.demonstrations if self.demonstrates else self.specialist
        return last is not None and last.status == "succeeded"

    @property
    def failure(self) -> str | None:
        """Which of its jobs failed and why; None while it is running or if it succeeded."""
        for job in (self.specialist, self.demonstrations):
            if job is not None and job.failed:
                return f"{job.kind} {self.index} {job.status}: {job.reason}"
        return None


@dataclass(frozen=True)
class ApprovedCycle:
    """Everything that follows from one approval; `decision` is what was approved, including edits."""

    config: RunConfig
    state: RunState
    segment: Segment
    decision: Proposal

    @property
    def number(self) -> int:
        """Which cycle of the run it is, from 1."""
        return self.segment.cycle

    @cached_property
    def source(self) -> CheckpointSource:
        """The generalist at the gate."""
        return checkpoint_of(self.config, self.segment.job)

    @cached_property
    def returns(self) -> tuple[VariationReturn, ...]:
        """The generalist's evaluated returns at the gate."""
        return self.state.evaluations.get(self.segment.evaluation, ())

    @cached_property
    def lowest(self) -> JobView | None:
        """The job that trains the generalist on all the lowest variations before specialists are cloned from it."""
        return self.state.job(keys.lowest(self.number))

    @cached_property
    def specialist_source(self) -> CheckpointSource:
        """What specialists are cloned from: the generalist trained on the lowest variations, if that succeeded."""
        if self.lowest is not None and self.lowest.status == "succeeded":
            return CheckpointSource(job=self.lowest.key)
        return self.source

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        found = []
        for index, variations in enumerate(self.decision.partition, start=1):
            rungs = self.rungs_of(index)
            if rungs:
                recorded = self.state.job(keys.demonstrations(self.number, index))
                found.append(Branch(index, variations, rungs[-1], len(rungs), recorded, self.demonstrates))
        return tuple(found)

    def rungs_of(self, index: int) -> tuple[JobView, ...]:
        """The jobs of a specialist that exist, one per rung."""
        rungs = range(1, self.config.specialists.rungs + 1)
        found = (self.state.job(keys.specialist(self.number, index, rung)) for rung in rungs)
        return tuple(job for job in found if job is not None)

    def start_steps_of(self, index: int) -> int:
        """Where on the run's schedule a specialist's next rung begins: after its own rungs, the first at the gate."""
        numbers = range(1, len(self.decision.partition) + 1)
        parallel = {job.key for number in numbers for job in self.rungs_of(number) if number != index}
        parallel |= {job.key for job in self.demonstrations}
        return sum(job.spent for job in self.state.jobs if job.key not in parallel)

    @property
    def demonstrates(self) -> bool:
        """Whether demonstrations are recorded: no steps are spent on them unless the guide learns from them."""
        return self.config.guide.learns_from == "demonstrations"

    @cached_property
    def generalist_demonstrations(self) -> JobView | None:
        return self.state.job(keys.demonstrations(self.number, 0))

    @cached_property
    def unassigned(self) -> tuple[int, ...]:
        """Training variations without a specialist, which the generalist demonstrates."""
        assigned = {variation for part in self.decision.partition for variation in part}
        return tuple(v for v in self.config.suite.training_variations() if v not in assigned)

    @cached_property
    def demonstrations(self) -> tuple[JobView, ...]:
        """The cycle's demonstrations jobs: the generalist's, then by specialist.

        Which specialist ended first must not matter, because fine-tuning reads them in this order.
        """
        numbers = range(len(self.decision.partition) + 1)
        found = (self.state.job(keys.demonstrations(self.number, index)) for index in numbers)
        return tuple(job for job in found if job is not None)

    @property
    def kept_episodes(self) -> int | None:
        """Demonstrated episodes that the filter kept; None if that is not known of every job."""
        counted = [job.demonstrated for job in self.demonstrations if job.status == "succeeded"]
        known = [counts for counts in counted if counts is not None]
        return sum(count.kept for counts in known for count in counts) if len(known) == len(counted) else None

    @property
    def warnings(self) -> tuple[str, ...]:
        failures = [b.failure for b in self.branches if b.failure is not None]
        total = len(self.branches)
        warnings = [f"{failure}; {total - len(failures)} of {total} specialists remain" for failure in failures]
        if self.lowest is not None and self.lowest.failed:
            reason = f"training on the lowest variations {self.lowest.status}: {self.lowest.reason}"
            warnings.append(f"{reason}; specialists start from the generalist instead")
        recorded = self.generalist_demonstrations
        if recorded is not None and recorded.failed:
            reason = f"the generalist's demonstrations {recorded.status}: {recorded.reason}"
            warnings.append(f"{reason}; fine-tuning continues without them")
        warnings += _filter_warnings(self.config, self.branches, recorded)
        return tuple(f"cycle {self.number}: {w}" if self.config.cycles.count > 1 else w for w in warnings)


def filter_advice(config: RunConfig) -> str:
    """What would let the filter keep episodes of specialists."""
    other = (
        "set demonstrations.filter to return" if config.demonstrations.filter == "success"
        else "set demonstrations.filter to success" if config.suite.has_success
        else "check whether any specialist returned more than the generalist"
    )  # fmt: skip
    return f"increase specialists.steps or demonstrations.max_tries, or {other}"


def _filter_warnings(config: RunConfig, branches: Sequence[Branch], generalist: JobView | None) -> list[str]:
    """A warning for each job that kept no episode of some variation, with the settings to change."""
    warnings = []
    for branch in branches:
        if branch.demonstrations is not None:
            warnings += _not_demonstrated(f"specialist {branch.index}", branch.demonstrations, filter_advice(config))
    if generalist is not None:
        advice = "increase demonstrations.max_tries, or set demonstrations.generalist_per_variation to 0"
        warnings += _not_demonstrated("the generalist", generalist, advice)
    return warnings


def _not_demonstrated(who: str, job: JobView, advice: str) -> list[str]:
    """The variations of which the job kept no episode; empty if it kept some of each, or if the counts are unknown."""
    empty = [count for count in job.demonstrated or () if not count.kept]
    if job.status != "succeeded" or not empty:
        return []
    names = ", ".join(str(count.variation) for count in empty[:_NAMED])
    names += f" and {len(empty) - _NAMED} more" if len(empty) > _NAMED else ""
    missing = f"{who} has no demonstrations of {'variation' if len(empty) == 1 else 'variations'} {names}"
    tried = sum(count.tried for count in empty)
    if not tried:
        return [f"{missing}: the budget was too small for one episode; increase budget.total_steps"]
    return [f"{missing}: the filter kept 0 of {tried} episodes; {advice}"]
