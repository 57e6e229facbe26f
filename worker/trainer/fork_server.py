"""Forks one trainer after the other and watches over each; the process side of a warm parent (see warm.py).

To its trainer it is what the shim (worker/runner/shim.py) is to one in a fresh process. On the socket `control` the
runner says which job to start and which signals to pass on. When that socket closes, the runner has died: the
trainer's group is asked to stop and is killed `grace` seconds later. If this process is killed, the kernel kills the
trainer. `multiprocessing.forkserver` gives its children neither sessions nor logs of their own, and does not end them
when whoever asked for them dies, so it would not spare this file.
"""

import array
import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from gsl.worker.job.process import die_with, exit_code

_MOST_BYTES = 1 << 16
_FILES = 253  # log, alive and a lock for each job: as many as the kernel passes on at once
Trouble = dict[str, str]
"""Why this process may not fork: `unfit`, and the `module` that made it so."""


def wait_for_job(
    control: socket.socket, grace: float, prepare: Callable[[list[str]], Trouble | None], fit: Callable[[], bool]
) -> list[str] | None:
    """In a fork: the arguments of its trainer. In the parent: None, when the runner has died or needs another one.

    `prepare` imports what a job needs; after each job, `fit` says whether to go on.
    """
    woken, waking = socket.socketpair()
    _note_ended_children(woken, waking)
    trouble = prepare([])
    if not trouble:
        _say(control, ready=True)
    while not trouble and (request := _next_request(control)) is not None:
        arguments, modules, files = request
        if trouble := prepare(modules):
            break
        _note_ended_children(woken, waking)  # again, because imports may have taken the signals over
        pid = _fork((control, woken, waking), files)
        if pid == 0:
            return arguments
        _say(control, started=pid)
        code = _supervise(pid, control, woken, grace)
        if code is None:
            return None
        last = not fit()
        _say(control, ended=code, last=last)
        if last:
            break
    if trouble:
        _say(control, **trouble)
    return None


def _next_request(control: socket.socket) -> tuple[list[str], list[str], list[int]] | None:
    """Arguments, modules and open files of the next trainer; None when the runner has died."""
    while True:
        try:
            data, ancillary, _, _ = control.recvmsg(_MOST_BYTES, socket.CMSG_SPACE(_FILES * array.array("i").itemsize))
        except ConnectionResetError:  # it ended without having read what was said to it last
            return None
        if not data:
            return None
        message = json.loads(data)
        if "arguments" in message:  # otherwise a signal for a trainer that has just ended
            return message["arguments"], message["modules"], _files(ancillary)


def _files(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    files = array.array("i")
    for _, _, data in ancillary:
        files.frombytes(data[: len(data) - len(data) % files.itemsize])
    return list(files)


def _fork(sockets: Sequence[socket.socket], files: list[int]) -> int:
    """0 in the trainer, in a session of its own; its process id in this process, as soon as it is in that session."""
    settled, settling = os.pipe()
    parent = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))
    pid = os.fork()
    if pid == 0:
        os.setsid()
        die_with(parent)
        _forget_parent(sockets)
        os.dup2(files[0], 1)
        os.dup2(files[0], 2)
    else:
        os.close(settling)
        os.read(settled, 1)  # ends when the trainer has closed its end, or has died
        for file in files:
            os.close(file)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
    for end in (settled, settling) if pid == 0 else (settled,):
        os.close(end)
    return pid


def _forget_parent(sockets: Sequence[socket.socket]) -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    for each in sockets:
        each.close()


def _supervise(pid: int, control: socket.socket, woken: socket.socket, grace: float) -> int | None:
    """The trainer's exit code once it has ended, or None once the runner has died and its group was ended.

    The trainer is reaped after the rest of its group was killed: until then no other group can get its process id.
    """
    orphaned = False
    while not _ended(pid) and not orphaned:
        readable, _, _ = select.select([control, woken], [], [])
        if control in readable:
            data = control.recv(_MOST_BYTES)
            orphaned = not data
            _signal(pid, signal.SIGTERM if orphaned else json.loads(data)["signal"])
        _drain(woken)
    if orphaned:
        _wait_for_end(pid, woken, grace)
    _signal(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return None if orphaned else exit_code(os.waitstatus_to_exitcode(status))


def _wait_for_end(pid: int, woken: socket.socket, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not _ended(pid) and (left := until - time.monotonic()) > 0:
        select.select([woken], [], [], left)
        _drain(woken)


def _ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _signal(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return  # it died before it had a session of its own


def _note_ended_children(woken: socket.socket, waking: socket.socket) -> None:
    """`woken` becomes readable when a child ends. SIGTERM is for trainers: this process ends with its runner."""
    woken.setblocking(False)
    waking.setblocking(False)
    signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, _ignore)


def _ignore(number: int, frame: FrameType | None) -> None:
    """It is enough that the signal wakes this process."""


def _drain(woken: socket.socket) -> None:
    try:
        woken.recv(_MOST_BYTES)
    except BlockingIOError:
        return  # nothing has ended since


def _say(control: socket.socket, **message: Any) -> None:
    try:
        control.send(json.dumps(message).encode())
    except BrokenPipeError:
        return  # the runner has died, which the next look at the socket shows
