"""What planning may need of jobs, read when it is asked for: most plans, such as a cancellation, need nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from gsl.backend.db.models import Job

Value = TypeVar("Value")


class OnDemand(Mapping[str, Value]):
    """By the job's key; `read` gets its id, once."""

    def __init__(self, jobs: Sequence[Job], read: Callable[[int], Value]) -> None:
        self._ids = {job.key: job.id or 0 for job in jobs}
        self._read = read
        self._known: dict[str, Value] = {}

    def __getitem__(self, key: str) -> Value:
        if key not in self._known:
            self._known[key] = self._read(self._ids[key])
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)
