"""A specialist of a round, from its training to its demonstrations."""

from dataclasses import dataclass

from gsl.phases.state import JobView


@dataclass(frozen=True)
class Branch:
    """A specialist and its demonstrations, as far as they exist; of several rungs its newest job."""

    index: int
    variations: tuple[int, ...]
    specialist: JobView
    rung: int
    demonstrations: JobView | None
    demonstrates: bool  # whether the guide wants it to

    @property
    def ended_well(self) -> bool:
        last = self.demonstrations if self.demonstrates else self.specialist
        return last is not None and last.status == "succeeded"

    @property
    def failure(self) -> str | None:
        """Why nothing more comes of it; None while it goes on or once it ended well."""
        for job in (self.specialist, self.demonstrations):
            if job is not None and job.failed:
                return f"{job.kind} {self.index} {job.status}: {job.reason}"
        return None
