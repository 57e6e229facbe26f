"""The parent of a trainer's command, `python -m gsl.worker.trainer.external.keeper PARENT COMMAND...`.

Nothing that the command starts outlives it, not even a daemon in a session of its own: what loses its parent becomes a
child of the keeper, which kills all that is below it when the command ends, when it gets SIGTERM, and when PARENT, the
process that started it, dies in whatever way. It leads a session of its own, so that signals for the trainers' group
reach neither it nor the command. It exits with the command's code, 128 + n if signal n killed the command. It has one
thread and uses the standard library alone, to start fast and because it forks.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gsl.worker.job.process import SIGNALLED, adopt_orphans, die_with, exit_code, name_process

_AWAITED = (signal.SIGTERM, signal.SIGCHLD)
_NOT_FOUND = 127
_DEATH_TAKES_S = 10.0
_LOOK_EVERY_S = 0.05


def main(parent: int, command: list[str]) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    name_process("gsl-keeper")
    adopt_orphans()
    die_with(parent, signal.SIGTERM)
    code = _wait(_start(command))
    _end_all()
    return code


def _start(command: list[str]) -> int:
    """Its process id. Should the keeper itself be killed, the kernel kills the command."""
    keeper = os.getpid()
    if child := os.fork():
        return child
    die_with(keeper)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the lock of the job's folder is for the keeper alone
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]} cannot be started: {error}", file=sys.stderr, flush=True)
    os._exit(_NOT_FOUND)


def _wait(command: int) -> int:
    """The command's exit code once it has ended, or that of SIGTERM once this process got it. Reaps orphans."""
    while signal.sigwait(_AWAITED) != signal.SIGTERM:
        for child, status in _reaped():
            if child == command:
                return exit_code(os.waitstatus_to_exitcode(status))
    return SIGNALLED + signal.SIGTERM


def _reaped() -> Iterator[tuple[int, int]]:
    """Process id and status of children that have ended. Raises ChildProcessError if there are no children."""
    while (ended := os.waitpid(-1, os.WNOHANG))[0]:
        yield ended


def _end_all() -> None:
    """Kill what is below this process, again and again, because it may fork meanwhile."""
    until = time.monotonic() + _DEATH_TAKES_S
    with suppress(ChildProcessError):
        while time.monotonic() < until:
            for process in _descendants():
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            for _ in _reaped():
                pass
            signal.sigtimedwait((signal.SIGCHLD,), _LOOK_EVERY_S)
    if left := _descendants():
        print(f"processes that the trainer started cannot be killed: {left}", file=sys.stderr, flush=True)


def _descendants() -> list[int]:
    """Process ids of all that are below this process, and have not ended."""
    parents = dict(_parents())
    found: list[int] = []
    below = {os.getpid()}
    while below := {process for process, parent in parents.items() if parent in below}:
        found += below
    return found


def _parents() -> Iterator[tuple[int, int]]:
    """Process id and that of its parent, of every process that has not ended."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = entry.read_text(errors="replace").rpartition(") ")[2].split()[:2]
            if state not in "ZX":
                yield int(entry.parent.name), int(parent)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
