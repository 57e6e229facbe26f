"""What one worker slot is doing: its current jobs, whether it is stopping, and the speeds it has measured."""

import json
import threading
from pathlib import Path

from gsl.atomic_file import write_text


class Slot:
    """Shared by the threads of the slot's process and its signal handlers; only the speeds outlive it, in a file."""

    def __init__(self, worker_dir: Path, name: str) -> None:
        path = worker_dir / "slots" / name
        path.mkdir(parents=True, exist_ok=True)
        self._speeds = path / "speeds.json"
        self._writing = threading.Lock()
        self._stopping = False
        self._job_ids: list[int] = []
        self._going: dict[int, float] = {}
        self.trainer_log = path / "trainer.log"
        """What a trainer of several jobs prints that belongs to none of them."""

    @property
    def stopping(self) -> bool:
        return self._stopping

    def stop(self) -> None:
        """The worker is shutting down: its job must stop and go back to the queue. Takes no lock: signals call it."""
        self._stopping = True

    @property
    def job_id(self) -> int | None:
        """The job that it has held for longest."""
        return next(iter(self._job_ids), None)

    def hold(self, job_id: int) -> None:
        self._job_ids.append(job_id)

    def release(self, job_id: int) -> None:
        self._job_ids.remove(job_id)
        self._going.pop(job_id, None)

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
        with self._writing:
            write_text(self._speeds, json.dumps({**self.speeds, suite: round(steps_per_second, 3)}))
