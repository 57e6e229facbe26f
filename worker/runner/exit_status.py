"""What the end of a trainer means for its job: pure, from its exit code and why it was stopped."""

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
"""Characters that `FinishRequest.error` takes."""
_SIGNALLED = 128
_FULL_BELOW = 1 << 20  # bytes
_DISK_FULL = "The worker's disk is full ({folder}): free some space there and start the run again."
_NO_SPACE = "No space left on device"

_AFTER: dict[Reason, Literal["paused", "cancelled", "lost"]] = {
    "pause": "paused", "cancel": "cancelled", "shutdown": "lost",
}  # fmt: skip


def ending(attempt: int, code: int, reason: Reason | None, result: JobResult | None, log: Path) -> FinishRequest:
    """How the job ends for this attempt.

    A trainer that a signal ended (out of memory, a simulator's crash, an operator) is lost and not failed: the
    backend starts it again from its checkpoint, a limited number of times.
    """
    if code == EXIT_ENDED and result is not None:
        return FinishRequest(attempt=attempt, status="succeeded", result=result)
    if reason is not None and (code == EXIT_STOPPED or code > _SIGNALLED):
        return FinishRequest(attempt=attempt, status=_AFTER[reason])
    if code == EXIT_STOPPED:
        return FinishRequest(attempt=attempt, status="lost", error="the trainer was told to stop from outside")
    what = _what_happened(code, log)
    error = f"{what}\n\n{log_tail(log)}".strip()[:_MAX_ERROR]
    return FinishRequest(attempt=attempt, status="lost" if code > _SIGNALLED else "failed", error=error)


def failure(attempt: int, error: Exception, log: Path) -> FinishRequest:
    """The supervisor itself could not go on."""
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    what = _DISK_FULL.format(folder=log.parent) if full else f"{type(error).__name__}: {error}"
    return FinishRequest(attempt=attempt, status="failed", error=what[:_MAX_ERROR])


def _what_happened(code: int, log: Path) -> str:
    if is_disk_full(log):
        return _DISK_FULL.format(folder=log.parent)
    if code == EXIT_ENDED:
        return "The trainer ended without a result."
    if code > _SIGNALLED:
        return f"The trainer was ended by {_signal_name(code - _SIGNALLED)}."
    return f"The trainer failed (exit code {code})."


def is_disk_full(log: Path) -> bool:
    """By what the trainer said, or, since a full disk takes no log either, by what is left."""
    return _NO_SPACE in log_tail(log) or shutil.disk_usage(log.parent).free < _FULL_BELOW


def log_tail(log: Path) -> str:
    """The log's last lines, as many as an error may carry."""
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
