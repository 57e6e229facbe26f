"""What the processes around a trainer share: parent-death signal, orphans, a name, and how an exit is numbered."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_NAME, _PR_SET_CHILD_SUBREAPER = 1, 15, 36
SIGNALLED = 128


def die_with(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """Let the kernel send this signal when the parent dies; end at once if that has happened already. Linux only."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os._exit(SIGNALLED + number)


def adopt_orphans() -> None:
    """From now on, a descendant that loses its parent becomes a child of this process. Linux only."""
    if sys.platform == "linux":
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def name_process(name: str) -> None:
    """The name of at most 15 characters that `ps` and `top` show for this process. Linux only."""
    if sys.platform == "linux":
        _prctl(_PR_SET_NAME, name.encode())


def exit_code(code: int) -> int:
    """128 + n for a process that signal n killed, which Python gives as -n."""
    return SIGNALLED - code if code < 0 else code


def _prctl(option: int, value: int | bytes) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value)
