"""What one worker slot is doing: its current jobs, whether it is stopping, and what it has measured of them."""

import json
import threading
import time
from pathlib import Path

from gsl.atomic_file import write_text

SEND_S = 10.0
"""Shortest time in which a worker that shuts down goes on sending the reports of its stopped trainer."""


class Slot:
    """Shared by the threads of the slot's process and its signal handlers; only the speeds outlive it, in a file."""

    def __init__(self, worker_dir: Path, name: str) -> None:
        self._folder = path = worker_dir / "slots" / name
        path.mkdir(parents=True, exist_ok=True)
        self._speeds = path / "speeds.json"
        self._writing = threading.Lock()
        self._stopping = self._closing = False
        self.out_of_time = False
        """Whether it stops because of its own limit."""
        self._job_ids: list[int] = []
        self._going: dict[int, float] = {}
        self._held_since: dict[int, float] = {}
        self._idle_since = time.monotonic()
        self.longest_start, self.longest_upload = 0.0, 0.0
        """Seconds from a job's claim to its first epoch, or to its end if it had none; and of sending a file."""
        self.trainer_log = path / "trainer.log"
        """What a trainer of several jobs prints that belongs to none of them."""

    @property
    def stopping(self) -> bool:
        return self._stopping

    def stop(self, *, out_of_time: bool = False) -> None:
        """The worker is shutting down: its job must stop and go back to the queue. Takes no lock: signals call it."""
        self.out_of_time = out_of_time
        self._stopping = True

    @property
    def closing(self) -> bool:
        """Whether it takes no further job; the one that it has may go on."""
        return self._closing or self._stopping

    def close(self) -> None:
        self._closing = True

    @property
    def sending_seconds(self) -> float:
        """How long a worker that shuts down goes on sending: twice what the slowest file took."""
        return max(SEND_S, 2 * self.longest_upload)

    @property
    def idle_seconds(self) -> float:
        """Since when it has no job; 0 while it has one."""
        return 0.0 if self._job_ids else time.monotonic() - self._idle_since

    @property
    def job_id(self) -> int | None:
        """The job that it has held for longest."""
        return next(iter(self._job_ids), None)

    def is_ready(self) -> None:
        """It takes jobs from now on: what came before was no idleness."""
        self._idle_since = time.monotonic()

    def hold(self, job_id: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)  # another slot may have pruned it after two weeks without a job
        self._held_since[job_id] = time.monotonic()
        self._job_ids.append(job_id)

    def release(self, job_id: int) -> None:
        self._began(job_id)
        self._idle_since = time.monotonic()
        self._job_ids.remove(job_id)
        self._going.pop(job_id, None)

    def has_begun(self, job_id: int) -> bool:
        """Whether the job has reported an epoch here."""
        return job_id not in self._held_since

    def _began(self, job_id: int) -> None:
        since = self._held_since.pop(job_id, None)
        if since is not None:
            self.longest_start = max(self.longest_start, time.monotonic() - since)

    def uploaded(self, seconds: float) -> None:
        """A file of its job has arrived."""
        self.longest_upload = max(self.longest_upload, seconds)

    @property
    def speeds(self) -> dict[str, float]:
        """Measured training steps per second, by suite."""
        try:
            speeds: dict[str, float] = json.loads(self._speeds.read_text())
        except FileNotFoundError:
            return {}
        return speeds

    @property
    def steps_per_second(self) -> float | None:
        """Speed of its trainer; None while it trains nothing. Jobs that train as one each report the speed of all."""
        going = [*self._going.values()]
        return sum(going) / len(going) if going else None

    def record_speed(self, job_id: int, suite: str, steps_per_second: float) -> None:
        if job_id in self._job_ids:
            self._going[job_id] = steps_per_second
            self._began(job_id)
        with self._writing:
            write_text(self._speeds, json.dumps({**self.speeds, suite: round(steps_per_second, 3)}))
