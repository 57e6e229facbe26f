"""What follows from one approved gate, as far as it exists: specialists, their demonstrations, who failed."""

from dataclasses import dataclass
from functools import cached_property

from gsl.config.run import RunConfig
from gsl.phases import keys
from gsl.phases.branch import Branch
from gsl.phases.filtered import unshown
from gsl.phases.jobs import checkpoint_of
from gsl.phases.state import JobView, Proposal, RunState, Segment
from gsl.protocol.jobs import CheckpointSource
from gsl.protocol.reports import VariationReturn


@dataclass(frozen=True)
class Round:
    """Everything that follows from one approval; `approved` is the decision, edits included."""

    config: RunConfig
    state: RunState
    segment: Segment
    approved: Proposal

    @property
    def cycle(self) -> int:
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
        """Trains the generalist on all the specialists' variations before they are cloned from it."""
        return self.state.job(keys.lowest(self.cycle))

    @cached_property
    def cloned(self) -> CheckpointSource:
        """What specialists start from: the generalist trained on the lowest variations if that ended well."""
        if self.lowest is not None and self.lowest.status == "succeeded":
            return CheckpointSource(job=self.lowest.key)
        return self.source

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        found = []
        for index, part in enumerate(self.approved.partition, start=1):
            rungs = self.rungs_of(index)
            if rungs:
                shown = self.state.job(keys.demonstrations(self.cycle, index))
                found.append(Branch(index, part, rungs[-1], len(rungs), shown, self.demonstrates))
        return tuple(found)

    def rungs_of(self, index: int) -> tuple[JobView, ...]:
        """The jobs of a specialist, one a rung, as far as they exist."""
        rungs = range(1, self.config.specialists.rungs + 1)
        found = (self.state.job(keys.specialist(self.cycle, index, rung)) for rung in rungs)
        return tuple(job for job in found if job is not None)

    def start_of(self, index: int) -> int:
        """Where on the run's schedule a specialist's next rung begins: behind its own, which began at the gate."""
        numbers = range(1, len(self.approved.partition) + 1)
        beside = {job.key for number in numbers for job in self.rungs_of(number) if number != index}
        beside |= {job.key for job in self.demonstrations}
        return sum(job.spent for job in self.state.jobs if job.key not in beside)

    @property
    def demonstrates(self) -> bool:
        """Whether anything is demonstrated: steps are spent on what the guide learns from, and on nothing else."""
        return self.config.guide.learns_from == "demonstrations"

    @cached_property
    def generalist_demonstrations(self) -> JobView | None:
        return self.state.job(keys.demonstrations(self.cycle, 0))

    @cached_property
    def rest(self) -> tuple[int, ...]:
        """Training variations that no specialist gets: the generalist demonstrates them."""
        taken = {variation for part in self.approved.partition for variation in part}
        return tuple(v for v in self.config.suite.training_variations() if v not in taken)

    @cached_property
    def demonstrations(self) -> tuple[JobView, ...]:
        """The cycle's demonstrations jobs in the order in which they were planned."""
        mine = {keys.demonstrations(self.cycle, index) for index in range(len(self.approved.partition) + 1)}
        return tuple(job for job in self.state.jobs if job.key in mine)

    @property
    def kept(self) -> int | None:
        """Episodes that the cycle's demonstrations kept; None where that is not known of all of them."""
        shown = [job.demonstrated for job in self.demonstrations if job.status == "succeeded"]
        known = [counts for counts in shown if counts is not None]
        return sum(count.kept for counts in known for count in counts) if len(known) == len(shown) else None

    @property
    def warnings(self) -> tuple[str, ...]:
        failures = [b.failure for b in self.branches if b.failure is not None]
        total = len(self.branches)
        warnings = [f"{failure}; going on with {total - len(failures)} of {total} specialists" for failure in failures]
        if self.lowest is not None and self.lowest.failed:
            reason = f"training on the lowest variations {self.lowest.status}: {self.lowest.reason}"
            warnings.append(f"{reason}; specialists start from the generalist")
        shown = self.generalist_demonstrations
        if shown is not None and shown.failed:
            warnings.append(f"the generalist's demonstrations {shown.status}: {shown.reason}; going on without them")
        warnings += unshown(self.config, self.branches, shown)
        return tuple(f"cycle {self.cycle}: {w}" if self.config.cycles.count > 1 else w for w in warnings)
