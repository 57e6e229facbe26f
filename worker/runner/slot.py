"""What the processes of one worker slot tell each other, as small files: the job held, speeds, and the wish to stop.

The Celery process and the process of the task share nothing else (the task's is a fresh interpreter), and files
outlive either of them.
"""

import json
from pathlib import Path

from worker.job.folder import write_atomically


class Slot:
    """One worker slot's folder."""

    def __init__(self, worker_dir: Path, name: str) -> None:
        self._path = worker_dir / "slots" / name
        self._path.mkdir(parents=True, exist_ok=True)

    def begin(self) -> None:
        """Forget what an earlier process of this slot left behind; speeds stay true."""
        self._stop.unlink(missing_ok=True)
        self._job.unlink(missing_ok=True)

    @property
    def stopping(self) -> bool:
        return self._stop.exists()

    def stop(self) -> None:
        """The worker shuts down: the job must come to a halt and be given back."""
        self._stop.touch()

    @property
    def job_id(self) -> int | None:
        try:
            return int(self._job.read_text())
        except FileNotFoundError:
            return None

    def hold(self, job_id: int) -> None:
        write_atomically(self._job, str(job_id))

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

    def note_speed(self, suite: str, steps_per_second: float) -> None:
        write_atomically(self._speeds, json.dumps({**self.speeds, suite: round(steps_per_second, 3)}))

    @property
    def _stop(self) -> Path:
        return self._path / "stop"

    @property
    def _job(self) -> Path:
        return self._path / "job"

    @property
    def _speeds(self) -> Path:
        return self._path / "speeds.json"
