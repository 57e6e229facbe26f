"""The trainer's side of the simulation processes: starts them, sends orders, and ends them."""

import json
import os
import signal
import subprocess
import sys
from multiprocessing import Pipe
from typing import Final

import numpy as np

from gsl.worker.envs.base import EnvError
from gsl.worker.envs.metaworld.memory import SharedMemory
from gsl.worker.envs.metaworld.orders import DONE, Share, SlotError, Tasks

_ENDING_TAKES_S: Final = 5.0
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_NOT_FOR_THEM: Final = {signal.SIGTERM, signal.SIGINT}
"""The whole process group gets these, but the trainer still needs the simulation to write its checkpoint."""


class Pool:
    """Processes that share the slots of `memory` evenly."""

    def __init__(self, tasks: Tasks, memory: SharedMemory, num_envs: int, processes: int) -> None:
        parts = np.array_split(np.arange(num_envs), processes)
        shares = [Share(tasks, num_envs, int(part[0]), int(part[-1]) + 1) for part in parts]
        self._processes = [_Process(share, memory) for share in shares]

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def order(self, order: bytes) -> None:
        """Send an order to all of them, and wait until each has carried it out.

        Raises SlotError for the first slot that failed, and EnvError if a process has died.
        """
        for process in self._processes:
            process.send(order)
        failed = [error for process in self._processes if (error := process.receive()) is not None]
        if failed:
            raise failed[0]

    def close(self) -> None:
        """End them. A second call does nothing."""
        for process in self._processes:
            process.disconnect()
        for process in self._processes:
            process.end()


class _Process:
    def __init__(self, share: Share, memory: SharedMemory) -> None:
        self._orders, theirs = Pipe()
        command = [sys.executable, "-m", "gsl.worker.envs.metaworld.process"]
        # A new process inherits blocked signals, so it ignores them from its very start.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _NOT_FOR_THEM)
        try:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), str(memory.descriptor), json.dumps(share.state())],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), memory.descriptor),
                env=os.environ | _ONE_THREAD,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self._slots = f"{share.first} to {share.stop - 1}"

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, order: bytes) -> None:
        try:
            self._orders.send_bytes(order)
        except OSError as error:
            raise self._death() from error

    def receive(self) -> SlotError | None:
        try:
            reply = self._orders.recv_bytes()
        except (EOFError, OSError) as error:
            raise self._death() from error
        return None if reply == DONE else SlotError(**json.loads(reply))

    def disconnect(self) -> None:
        """Close the connection, which ends the process."""
        self._orders.close()

    def end(self) -> None:
        try:
            self._process.wait(_ENDING_TAKES_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _death(self) -> EnvError:
        self.end()
        code = self._process.returncode
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return EnvError(f"the simulation process of slots {self._slots} has died: {how}")
