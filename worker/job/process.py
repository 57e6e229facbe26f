"""What the processes around a trainer share: the parent-death signal, a name, and how an exit is numbered."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_SIGNALLED = 128


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent dies; end at once if that has happened already. Linux only."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(_SIGNALLED + signal.SIGKILL)


def name_process(name: str) -> None:
    """The name of at most 15 characters that `ps` and `top` show for this process. Linux only."""
    if sys.platform == "linux":
        _prctl(_PR_SET_NAME, name.encode())


def exit_code(code: int) -> int:
    """128 + n for a process that signal n killed, which Python gives as -n."""
    return _SIGNALLED - code if code < 0 else code


def _prctl(option: int, value: int | bytes) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value)
