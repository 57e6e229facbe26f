"""What the end of a trainer means for its job: a pure function of its exit code and of why it was stopped."""

import errno
import os
import shutil
import signal
from pathlib import Path
from typing import Literal

from gsl.protocol.lease import FinishRequest
from gsl.protocol.reports import JobResult
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED

Reason = Literal["pause", "cancel", "shutdown", "time", "stall"]
"""`time`: the worker's own limit came before the job's first epoch here."""

_LOG_LINES = 200
_MAX_ERROR, _MAX_TROUBLE = 20_000, 500
"""Longest `FinishRequest.error` and `trouble`, in characters."""
ATTEMPT = "== "
"""What the line begins with that an attempt's log begins with."""
_SIGNALLED = 128
_FULL_BELOW = 1 << 20  # bytes
_DISK_FULL = "The worker's disk is full ({folder}). The job is tried again once there is space."
_DISK_FAILS = "The worker cannot use its disk ({folder}): {error}. The job is tried again later."
_ERRORS: dict[Reason, str] = {
    "stall": "The trainer showed no sign of life for too long, so it was ended.",
    "time": "The worker's time was over before the job got any further. If that happens again and again, its limit "
    "(GSL_UNTIL_MINUTES, gsl worker --until) is too short for this job.",
}
"""These losses count, so that no job is tried for ever."""
_NO_SPACE = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT))

_STATUS: dict[Reason, Literal["paused", "cancelled", "lost"]] = {
    "pause": "paused", "cancel": "cancelled", "shutdown": "lost", "time": "lost", "stall": "lost",
}  # fmt: skip


def finish_request(
    attempt: int, code: int, reason: Reason | None, result: JobResult | None, log: Path
) -> FinishRequest:
    """How this attempt at the job ended.

    A trainer that was ended by a signal (out of memory, a crash of the simulator, an operator) or that hung makes the
    job lost, not failed: the backend starts it again from its checkpoint, a limited number of times. A full disk is not
    the job's fault and not counted.
    """
    if code == EXIT_ENDED and result is not None:
        return FinishRequest(attempt=attempt, status="succeeded", result=result)
    if reason is not None and (code == EXIT_STOPPED or code > _SIGNALLED):
        return FinishRequest(attempt=attempt, status=_STATUS[reason], error=_ERRORS.get(reason))
    if code == EXIT_STOPPED:
        return FinishRequest(attempt=attempt, status="lost", error="The trainer was stopped by another process.")
    if is_disk_full(log):
        return _lost_to(_DISK_FULL.format(folder=log.parent), attempt)
    error = f"{_cause(code)}\n\n{log_tail(log)}".strip()[:_MAX_ERROR]
    return FinishRequest(attempt=attempt, status="lost" if code > _SIGNALLED else "failed", error=error)


def failure_request(attempt: int, error: Exception, log: Path) -> FinishRequest:
    """How a job ends when the runner itself fails: an error of the operating system is never the job's fault."""
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return _lost_to((_DISK_FULL if full else _DISK_FAILS).format(folder=log.parent, error=error), attempt)
    return FinishRequest(attempt=attempt, status="failed", error=f"{type(error).__name__}: {error}"[:_MAX_ERROR])


def _lost_to(trouble: str, attempt: int) -> FinishRequest:
    return FinishRequest(attempt=attempt, status="lost", trouble=trouble[:_MAX_TROUBLE])


def _cause(code: int) -> str:
    if code == EXIT_ENDED:
        return "The trainer exited without a result."
    if code > _SIGNALLED:
        return f"The trainer was killed by {_signal_name(code - _SIGNALLED)}."
    return f"The trainer failed with exit code {code}."


def is_disk_full(log: Path) -> bool:
    """Judged by the trainer's log, or by the free space: a full disk may have kept the log from being written."""
    return any(text in log_tail(log) for text in _NO_SPACE) or shutil.disk_usage(log.parent).free < _FULL_BELOW


def log_tail(log: Path) -> str:
    """The last lines of this attempt's log, as many as fit into an error."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _MAX_ERROR))
        text = file.read().decode(errors="replace")
    text = text[text.rfind(f"\n{ATTEMPT}") + 1 :]
    lines = text.splitlines()[-_LOG_LINES:]
    return "\n".join(lines)[-(_MAX_ERROR - 500) :]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
