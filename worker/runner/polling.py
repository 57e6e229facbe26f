"""One worker slot without a broker: it asks the API for its next job, which answers as soon as there is one."""

import logging
import signal
import time
from types import FrameType

from gsl.worker.runner.claiming import run_next
from gsl.worker.runner.job_runner import RunnerContext

logger = logging.getLogger(__name__)

_WAIT_S = 5.0
"""Longest time that one question waits for its answer, and so until an idle slot stops."""
_PAUSE_S = 0.5
"""Between questions, in case they are answered at once: the API is stopping, or refuses them."""


def run(context: RunnerContext) -> int:
    """Run jobs until a signal, or the slot's own limits, end it. Returns the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        _stop_on(number, context)
    logger.info("no broker is configured, so jobs are asked for at %s", context.api_url)
    context.slot.is_ready()
    while not context.slot.closing:
        if not run_next(context, _WAIT_S):
            time.sleep(_PAUSE_S)
    return 0


def _stop_on(number: signal.Signals, context: RunnerContext) -> None:
    """Let the first signal requeue the job and then end the slot; the second ends it at once."""
    before = signal.getsignal(number)

    def handle(_number: int, _frame: FrameType | None) -> None:
        context.slot.stop()
        signal.signal(number, before)

    signal.signal(number, handle)
