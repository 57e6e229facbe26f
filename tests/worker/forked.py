"""Meta-World's simulating processes as forks of this one, which has imported everything and made the tasks already.

A fresh interpreter takes seconds for that, and every job of a run starts some. Otherwise they are the real ones.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gsl.worker.envs.metaworld import process
from gsl.worker.envs.metaworld.orders import Share
from gsl.worker.envs.metaworld.simulator import TaskSimulator

simulator_of = cache(TaskSimulator)
"""A task's simulator, made once here; each fork plays with a copy of its own."""


@contextmanager
def forked_simulation() -> Iterator[None]:
    """Meanwhile the processes that simulate are forks."""
    with pytest.MonkeyPatch.context() as patch:
        borrowed = SimpleNamespace(
            Popen=ForkedPopen, DEVNULL=subprocess.DEVNULL, TimeoutExpired=subprocess.TimeoutExpired
        )
        patch.setattr("gsl.worker.envs.metaworld.pool.subprocess", borrowed)
        patch.setattr("gsl.worker.envs.metaworld.slots.TaskSimulator", simulator_of)
        yield


class ForkedPopen:
    """As much of `subprocess.Popen` as the pool needs, for `python -m gsl.worker.envs.metaworld.process ...`."""

    def __init__(self, command: Sequence[str], pass_fds: Sequence[int], **ignored: Any) -> None:
        connection, memory, share = command[-3:]
        tasks = Share.restored(json.loads(share)).tasks
        for name in tasks.names:
            simulator_of(name, tasks.goals, tasks.goal_seed, tasks.goal_observed)
        given = (int(connection), int(memory), share, tuple(pass_fds))
        self._process: BaseProcess = get_context("fork").Process(target=_simulate, args=given)
        self._process.start()
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("metaworld_process", timeout or 0.0)
        return code

    def kill(self) -> None:
        self._process.kill()


def _simulate(connection: int, memory: int, share: str, kept: tuple[int, ...]) -> None:
    """A fork holds its parent's descriptors; only those of a fresh process may stay, for pipes to be seen to end."""
    for number in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        if number > 2 and number not in kept:
            with suppress(OSError):  # the one that listed them is closed already
                os.close(number)
    process.main(connection, memory, Share.restored(json.loads(share)))
