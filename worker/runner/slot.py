"""What the processes of one worker slot share, as small files: its current job, measured speeds, and a request to stop.

The Celery process and that of the task have nothing else in common (the task has a fresh interpreter), and files
survive both.
"""

import json
from pathlib import Path

from gsl.atomic_file import write_text


class Slot:
    """One worker slot's folder."""

    def __init__(self, worker_dir: Path, name: str) -> None:
        self._path = worker_dir / "slots" / name
        self._path.mkdir(parents=True, exist_ok=True)

    def begin(self) -> None:
        """Clear what an earlier process of this slot left behind, except the measured speeds."""
        self._stop.unlink(missing_ok=True)
        self._job.unlink(missing_ok=True)

    @property
    def stopping(self) -> bool:
        return self._stop.exists()

    def stop(self) -> None:
        """The worker is shutting down: its job must stop and go back to the queue."""
        self._stop.touch()

    @property
    def job_id(self) -> int | None:
        try:
            return int(self._job.read_text())
        except FileNotFoundError:
            return None

    def hold(self, job_id: int) -> None:
        write_text(self._job, str(job_id))

    def release(self) -> None:
        self._job.unlink(missing_ok=True)

    @property
    def speeds(self) -> dict[str, float]:
        """Measured training steps per second, by suite."""
        try:
            speeds: dict[str, float] = json.loads(self._speeds.read_text())
        except FileNotFoundError:
            return {}
        return speeds

    def record_speed(self, suite: str, steps_per_second: float) -> None:
        write_text(self._speeds, json.dumps({**self.speeds, suite: round(steps_per_second, 3)}))

    @property
    def _stop(self) -> Path:
        return self._path / "stop"

    @property
    def _job(self) -> Path:
        return self._path / "job"

    @property
    def _speeds(self) -> Path:
        return self._path / "speeds.json"
