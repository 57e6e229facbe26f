"""Starts trainers: forks of a warm parent where that works, fresh processes otherwise."""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gsl.config.run import RunConfig
from gsl.worker.runner.trainer_process import Leader, Shim, TrainerFiles, TrainerProcess
from gsl.worker.runner.warm_parent import WARM_PARENT, NoFork, WarmParent

logger = logging.getLogger(__name__)

_ANY = ""
"""In place of a job's module: what every trainer imports."""


def trainer_command(*folders: Path) -> Sequence[str]:
    return [sys.executable, "-m", "gsl.worker.trainer", *map(str, folders)]


def modules_of(config: RunConfig) -> tuple[str, ...]:
    """The modules that a run's settings name, whose import takes long for some suites."""
    return tuple(part.implementation.partition(":")[0] for part in (config.suite, config.learner, config.guide))


class Launcher:
    """One slot's trainers, one at a time."""

    def __init__(
        self,
        command: Callable[..., Sequence[str]] = trainer_command,
        warm_parent: Sequence[str] | None = None,
    ) -> None:
        """`command` starts a trainer of given folders in a fresh process, `warm_parent` a process that forks them."""
        self._command, self._warm_parent = command, warm_parent
        self._parent: WarmParent | None = None
        self._unfit: dict[str, str] = {}
        """Why trainers that import a module are not forked, by module."""

    def warm_up(self) -> None:
        """Let a warm parent begin its imports, unless one lives. To be called whenever the slot has no trainer."""
        if self._warm_parent is not None and (self._parent is None or not self._parent.usable):
            if self._parent is not None:
                self._parent.close()
            self._parent = WarmParent(self._warm_parent)

    def start(
        self,
        folders: Sequence[Path],
        log: Path,
        locks: Sequence[int],
        modules: Sequence[str],
        give_up: Callable[[], bool],
    ) -> tuple[TrainerProcess, str]:
        """Start the trainer of job folders with its output in `log`; it keeps the open files `locks` open.

        The second value says why it started in a fresh process; it is empty if that is as it should be.
        """
        gone, alive = os.pipe()
        with log.open("ab") as output:
            files = TrainerFiles(output.fileno(), (alive, *locks))
            leader, note = self._lead(folders, modules, files, give_up)
        os.close(alive)
        return TrainerProcess(leader, gone), note

    def close(self) -> None:
        if self._parent is not None:
            self._parent.close()
            self._parent = None

    def _lead(
        self, folders: Sequence[Path], modules: Sequence[str], files: TrainerFiles, give_up: Callable[[], bool]
    ) -> tuple[Leader, str]:
        try:
            return self._fork(folders, modules, files, give_up), ""
        except NoFork as reason:
            note = f"Started in a fresh process: {reason}." if str(reason) else ""
        if note:
            logger.warning(note)
        return Shim(self._command(*folders), files), note

    def _fork(
        self, folders: Sequence[Path], modules: Sequence[str], files: TrainerFiles, give_up: Callable[[], bool]
    ) -> Leader:
        for module in (_ANY, *modules):
            if module in self._unfit:
                raise NoFork(self._unfit[module])
        self.warm_up()
        if self._parent is None:
            raise NoFork("")
        try:
            return self._parent.fork([*map(str, folders)], modules, files, give_up)
        except NoFork as reason:
            self._parent = None
            if reason.module is not None:
                self._unfit[reason.module if reason.module in modules else _ANY] = str(reason)
            raise


def can_be_warm() -> bool:
    """Whether this system has what a warm parent needs."""
    return sys.platform == "linux"


def launcher() -> Launcher:
    """As a slot uses it."""
    return Launcher(warm_parent=WARM_PARENT if can_be_warm() else None)
