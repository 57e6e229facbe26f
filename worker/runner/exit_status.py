"""What the end of a trainer means for its job: a pure function of its exit code and of why it was stopped."""

import errno
import shutil
import signal
from pathlib import Path
from typing import Literal

from gsl.protocol.lease import FinishRequest
from gsl.protocol.reports import JobResult
from worker.job.folder import EXIT_ENDED, EXIT_STOPPED

Reason = Literal["pause", "cancel", "shutdown"]

_LOG_LINES = 200
_MAX_ERROR = 20_000
"""Longest `FinishRequest.error`, in characters."""
_SIGNALLED = 128
_FULL_BELOW = 1 << 20  # bytes
_DISK_FULL = "The worker's disk is full ({folder}). Free some space there, then start the run again."
_NO_SPACE = "No space left on device"

_STATUS: dict[Reason, Literal["paused", "cancelled", "lost"]] = {
    "pause": "paused", "cancel": "cancelled", "shutdown": "lost",
}  # fmt: skip


def finish_request(
    attempt: int, code: int, reason: Reason | None, result: JobResult | None, log: Path
) -> FinishRequest:
    """How this attempt at the job ended.

    A trainer that was ended by a signal (out of memory, a crash of the simulator, an operator) makes the job lost, not
    failed: the backend starts it again from its checkpoint, a limited number of times.
    """
    if code == EXIT_ENDED and result is not None:
        return FinishRequest(attempt=attempt, status="succeeded", result=result)
    if reason is not None and (code == EXIT_STOPPED or code > _SIGNALLED):
        return FinishRequest(attempt=attempt, status=_STATUS[reason])
    if code == EXIT_STOPPED:
        return FinishRequest(attempt=attempt, status="lost", error="The trainer was stopped by another process.")
    error = f"{_cause(code, log)}\n\n{log_tail(log)}".strip()[:_MAX_ERROR]
    return FinishRequest(attempt=attempt, status="lost" if code > _SIGNALLED else "failed", error=error)


def failure_request(attempt: int, error: Exception, log: Path) -> FinishRequest:
    """How a job ends when the runner itself fails."""
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    cause = _DISK_FULL.format(folder=log.parent) if full else f"{type(error).__name__}: {error}"
    return FinishRequest(attempt=attempt, status="failed", error=cause[:_MAX_ERROR])


def _cause(code: int, log: Path) -> str:
    if is_disk_full(log):
        return _DISK_FULL.format(folder=log.parent)
    if code == EXIT_ENDED:
        return "The trainer exited without a result."
    if code > _SIGNALLED:
        return f"The trainer was killed by {_signal_name(code - _SIGNALLED)}."
    return f"The trainer failed with exit code {code}."


def is_disk_full(log: Path) -> bool:
    """Judged by the trainer's log, or by the free space: a full disk may have kept the log from being written."""
    return _NO_SPACE in log_tail(log) or shutil.disk_usage(log.parent).free < _FULL_BELOW


def log_tail(log: Path) -> str:
    """The last lines of the log, as many as fit into an error."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _MAX_ERROR))
        text = file.read().decode(errors="replace")
    lines = text.splitlines()[-_LOG_LINES:]
    return "\n".join(lines)[-(_MAX_ERROR - 500) :]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
