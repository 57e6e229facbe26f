"""The parent of a trainer, `python -m worker.runner.shim GRACE COMMAND...`: sees that it ends.

It leads the trainer's process group. Its standard input is a pipe whose other end only the supervisor holds, so it
sees the supervisor's death by whatever cause: then it asks the group to stop, waits GRACE seconds and kills it, with
itself. When the leash itself is killed, the kernel kills the trainer (parent-death signal). Its exit code is the
trainer's, 128 + n for a trainer that signal n ended. Standard library alone: it must start fast and stay small.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

_PR_SET_PDEATHSIG = 1


def main(grace: float, command: list[str]) -> int:
    # The group's SIGTERM is for the trainer. A handler and not SIG_IGN: an ignored signal would stay ignored in it.
    signal.signal(signal.SIGTERM, _outlive)
    # The folder's lock comes down as an open file, and goes on to the trainer: it is free when all of them are gone.
    trainer = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, close_fds=False, preexec_fn=_die_with_parent
    )  # this process has one thread, so code between fork and exec is safe
    orphaned = threading.Event()
    threading.Thread(target=_end_with_supervisor, args=(grace, orphaned), daemon=True).start()
    code = trainer.wait()
    if orphaned.is_set():
        os.killpg(0, signal.SIGKILL)  # nobody is left to sweep up the trainer's children
    return 128 - code if code < 0 else code


def _outlive(signum: int, frame: FrameType | None) -> None:
    """Nothing to do: the leash ends when its trainer does."""


def _end_with_supervisor(grace: float, orphaned: threading.Event) -> None:
    sys.stdin.buffer.read()  # returns when the supervisor is gone
    orphaned.set()
    os.killpg(0, signal.SIGTERM)
    time.sleep(grace)
    os.killpg(0, signal.SIGKILL)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    # _exit: the thread that waits for the supervisor must not hold up the end.
    os._exit(main(float(sys.argv[1]), sys.argv[2:]))
