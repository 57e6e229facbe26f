"""Several worker slots of one machine: started together, started again after a crash, stopped together."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

from gsl.cli.output import warn

WORKER = "gsl.worker"
SAFE_PATH = {"PYTHONSAFEPATH": "1"}
"""For Python: no file of the current folder stands in for a module."""

_AGAIN_AFTER_S = 5.0
_CHECK_EVERY_S = 0.5
_WRONG_SETTINGS = 2
"""The exit code of a slot whose settings are invalid; starting it again does not help."""


def gpus() -> list[str]:
    """Names of the GPUs that workers may use, as CUDA_VISIBLE_DEVICES has them."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [one.strip() for one in visible.split(",") if one.strip() not in ("", "-1")]
    if shutil.which("nvidia-smi") is None:
        return []
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False)
    return [
        str(place) for place, _ in enumerate(line for line in listed.stdout.splitlines() if line.startswith("GPU "))
    ]


@dataclass
class Slot:
    """One slot: its settings and, while it runs, its process."""

    settings: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    ended_at: float = field(default=0.0, init=False)

    @classmethod
    def of(cls, place: int, devices: Sequence[str], name: str | None, folder: Path) -> Self:
        """The slot at this place; GPUs are shared if there are more slots."""
        device = {"CUDA_VISIBLE_DEVICES": devices[place % len(devices)]} if devices else {}
        own = str(place) if len(devices) == 0 or place >= len(devices) else device["CUDA_VISIBLE_DEVICES"]
        called = f"{name or socket.gethostname()}-{own}"
        return cls({**device, "GSL_WORKER_NAME": called, "GSL_WORKER_DIR": str(folder / own)})

    @property
    def name(self) -> str:
        return self.settings["GSL_WORKER_NAME"]

    def start(self, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-P", "-m", WORKER]
        settings = {**environment, **SAFE_PATH, **self.settings}
        self.process = subprocess.Popen(command, env=settings, start_new_session=True)

    def ended(self) -> int | None:
        """The exit code of a process that has just ended."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.process, self.ended_at = None, time.monotonic()
        return code


class _Stop:
    """Whether the slots shall stop; a second signal ends them at once."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        self.asked, self._slots = False, slots

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        for slot in self._slots:
            if slot.process is not None:
                slot.process.send_signal(signal.SIGKILL if self.asked else signal.SIGTERM)
        self.asked = True


def supervise(slots: Sequence[Slot], environment: Mapping[str, str]) -> int:
    """Keep the slots running until a signal comes; returns the exit code."""
    stop = _Stop(slots)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    for slot in slots:
        slot.start(environment)
    outcome = 0
    while not stop.asked or any(slot.process for slot in slots):
        for slot in slots:
            code = slot.ended()
            if code == _WRONG_SETTINGS and not stop.asked:
                stop(signal.SIGTERM, None)
                outcome = code
            elif code is not None and not stop.asked:
                warn(f"{slot.name} ended with exit code {code}; starting it again in {_AGAIN_AFTER_S:.0f} s")
            if slot.process is None and not stop.asked and time.monotonic() - slot.ended_at > _AGAIN_AFTER_S:
                slot.start(environment)
        time.sleep(_CHECK_EVERY_S)
    return outcome
