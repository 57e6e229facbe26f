"""The parent of a trainer, `python -m gsl.worker.runner.shim GRACE COMMAND...`: makes sure that the trainer ends.

It leads the trainer's process group. Its standard input is a pipe whose other end only the runner holds, so it notices
the death of the runner, whatever the cause: it asks the group to stop, waits GRACE seconds and kills it, itself
included. If the shim is killed, the kernel kills the trainer (parent-death signal). A trainer has no death watch of its
own. The shim exits with the trainer's code, 128 + n for a trainer killed by signal n. It uses the standard library
alone, to start fast and stay small. Trainers that are forked have a warm parent instead (worker/trainer/warm.py).
"""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from types import FrameType

from gsl.worker.job.process import die_with, exit_code


def main(grace: float, command: list[str]) -> int:
    # The group's SIGTERM is for the trainer. A handler and not SIG_IGN, which the trainer would inherit.
    signal.signal(signal.SIGTERM, _ignore)
    # The trainer inherits the open lock file of its folder, which is free again once all these processes have ended.
    trainer = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, close_fds=False, preexec_fn=partial(die_with, os.getpid())
    )  # this process has one thread, so code between fork and exec is safe
    orphaned = threading.Event()
    threading.Thread(target=_end_with_runner, args=(grace, orphaned), daemon=True).start()
    code = trainer.wait()
    if orphaned.is_set():
        os.killpg(0, signal.SIGKILL)  # nobody else would end the trainer's children
    return exit_code(code)


def _ignore(signum: int, frame: FrameType | None) -> None:
    """The shim ends when its trainer does."""


def _end_with_runner(grace: float, orphaned: threading.Event) -> None:
    sys.stdin.buffer.read()  # returns when the runner has died
    orphaned.set()
    os.killpg(0, signal.SIGTERM)
    time.sleep(grace)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    # _exit: the thread that waits for the runner must not delay the end.
    os._exit(main(float(sys.argv[1]), sys.argv[2:]))
