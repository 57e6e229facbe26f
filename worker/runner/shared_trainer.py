"""One trainer process for the jobs that a slot claimed together; to each of them it looks like a trainer of its own.

One that is asked to stop gets a `stop` file, and the process goes on with the others. Once all that are left were
asked, the process itself is stopped, and killed if it does not obey.
"""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gsl.worker.job.folder import JobFolder
from gsl.worker.runner.exit_status import log_tail
from gsl.worker.runner.launcher import Launcher
from gsl.worker.runner.stall import StallWatch
from gsl.worker.runner.trainer_process import TrainerProcess

logger = logging.getLogger(__name__)

_CHECK_EVERY_S = 0.1
_LOOK_EVERY_S = 0.5
_ENDS_WITHIN_S = 10.0
"""Longest wait for the process once all of its jobs are over."""


class SharedTrainer:
    """The process, which starts once every job has been prepared or has left. Used by a thread for each job."""

    def __init__(self, launcher: Launcher, folders: Sequence[JobFolder], log: Path, stall_seconds: float) -> None:
        """`log`: for what the process prints that belongs to no job. A single job gets it in its own."""
        self._launcher, self._stall_seconds = launcher, stall_seconds
        self.members = [Member(self, folder) for folder in folders]
        self._log = log
        self._changed = threading.Condition(threading.RLock())
        self._awaited, self._going = [*self.members], list[Member]()
        self._process: TrainerProcess | None = None
        self._note = ""
        self._looked_at, self._stalled = 0.0, False

    def close(self) -> None:
        """Wait until the process has ended, now that all jobs are over."""
        if self._process is None:
            return
        until = time.monotonic() + _ENDS_WITHIN_S
        while self._process.poll(_CHECK_EVERY_S) is None and time.monotonic() < until:
            pass
        self._process.kill()

    def leave(self, member: "Member") -> None:
        """This job needs no process after all."""
        with self._changed:
            if member in self._awaited:
                self._awaited.remove(member)
                self._changed.notify_all()

    def join(self, member: "Member", modules: Sequence[str], give_up: Callable[[], bool]) -> str:
        """Start the process, once nobody is awaited any more; what there is to say about that."""
        with self._changed:
            self._going.append(member)
            self.leave(member)
            self._changed.wait_for(lambda: not self._awaited)
            try:
                if self._process is None:
                    self._launch(modules, give_up)
            except OSError:
                self._going.remove(member)
                raise
        return self._note

    def _launch(self, modules: Sequence[str], give_up: Callable[[], bool]) -> None:
        folders, locks = [each.folder for each in self._going], [each.lock for each in self._going]
        self._watch = StallWatch(folders, self._stall_seconds)
        if len(folders) == 1:
            self._log = folders[0].log
        else:
            self._log.unlink(missing_ok=True)
        self._process, self._note = self._launcher.start(
            [folder.path for folder in folders], self._log, locks, modules, give_up
        )

    def poll(self, member: "Member", seconds: float) -> int | None:
        """The job's exit code, or the process's if that ended without one; None while it trains."""
        if len(self._going) > 1:
            time.sleep(seconds)
            seconds = 0
        with self._changed:
            assert self._process is not None
            of_process = self._process.poll(seconds)
            own = member.folder.read_exit()
            if (own is not None or of_process is not None) and member in self._going:
                self._going.remove(member)
                self._let_go(member, own)
            self._stop_if_all_were_asked()
        return of_process if own is None else own

    def _let_go(self, member: "Member", own: int | None) -> None:
        if own is not None:  # the process, which may go on, no longer needs the folder
            fcntl.flock(member.lock, fcntl.LOCK_UN)
        elif self._log != member.folder.log:
            with member.folder.log.open("a") as log:
                log.write(f"{log_tail(self._log)}\n")

    def stop(self, member: "Member", grace: float) -> None:
        """To be called until it has stopped, as a full disk may have no room for the file."""
        with self._changed:
            if len(self._going) > 1 and not member.folder.stop.exists():
                _touch(member.folder.stop)
            member.grace = grace if member.grace is None else member.grace
            self._stop_if_all_were_asked()

    def _stop_if_all_were_asked(self) -> None:
        graces = [each.grace for each in self._going]
        if self._process is not None and graces and None not in graces:
            self._process.stop(max(grace for grace in graces if grace is not None))

    def kill(self, member: "Member") -> bool:
        """Kill the process if no other job needs it; whether it is dead."""
        with self._changed:
            if self._process is None or self._going != [member]:
                return member not in self._going
            self._process.kill()
            self._going.remove(member)
        return True

    def stalled(self) -> bool:
        """Whether the process hangs. All of its jobs get the same answer, and no other one later."""
        with self._changed:
            now = time.monotonic()
            if not self._stalled and now - self._looked_at > _LOOK_EVERY_S:
                self._looked_at, self._stalled = now, self._watch.stalled()
            return self._stalled


class Member:
    """One job's part of the process, with what the job's runner needs of a trainer."""

    def __init__(self, shared: SharedTrainer, folder: JobFolder) -> None:
        self._shared, self.folder = shared, folder
        self.lock = -1
        self.grace: float | None = None
        """Seconds for its end, if it was asked for that."""

    def start(self, lock: int, modules: Sequence[str], give_up: Callable[[], bool]) -> str:
        """Start it, which keeps the open file `lock` open; returns what there is to say about how."""
        self.lock = lock
        return self._shared.join(self, modules, give_up)

    def leave(self) -> None:
        """Let the others begin without this job; nothing once it has started."""
        self._shared.leave(self)

    def poll(self, seconds: float) -> int | None:
        """The job's exit code, 128 + n if signal n killed its process; None if it still trains after `seconds`."""
        return self._shared.poll(self, seconds)

    def stalled(self) -> bool:
        """Whether the process hangs."""
        return self._shared.stalled()

    def stop(self, grace: float) -> None:
        """Ask for this job's end. A process with no other job is killed after `grace` seconds."""
        self._shared.stop(self, grace)

    def end(self, grace: float) -> None:
        """Stop, and wait until it has stopped."""
        self.stop(grace)
        while self.poll(_CHECK_EVERY_S) is None:
            self.stop(grace)

    def kill(self) -> None:
        """End at once; a process with other jobs is asked to let go of this one instead."""
        if not self._shared.kill(self):
            self.end(0)


def _touch(stop: Path) -> None:
    try:
        stop.touch()
    except OSError as error:
        logger.warning("%s cannot be asked to stop yet: %s", stop.parent, error)
