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


@dataclass(frozen=True)
class Limits:
    """When slots end by themselves, with code 0: after so long without a job, and before a time of this machine's
    monotonic clock."""

    idle_seconds: float | None = None
    ends_at: float | None = None

    @classmethod
    def of(cls, idle_seconds: float | None, minutes: float | None) -> Self:
        return cls(idle_seconds, None if minutes is None else time.monotonic() + 60 * minutes)

    @property
    def over(self) -> bool:
        return self.ends_at is not None and time.monotonic() >= self.ends_at

    @property
    def settings(self) -> dict[str, str]:
        """For a slot that starts now: one that is started again has no more time than the first had."""
        found = {}
        if self.idle_seconds is not None:
            found["GSL_IDLE_SECONDS"] = f"{self.idle_seconds:g}"
        if self.ends_at is not None:
            found["GSL_UNTIL_MINUTES"] = f"{max(0.01, (self.ends_at - time.monotonic()) / 60):.3f}"
        return found


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
    limits: Limits = Limits()
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    ended_at: float = field(default=0.0, init=False)

    @classmethod
    def of(cls, place: int, devices: Sequence[str], name: str | None, folder: Path, limits: Limits = Limits()) -> Self:
        """The slot at this place; GPUs are shared if there are more slots."""
        device = {"CUDA_VISIBLE_DEVICES": devices[place % len(devices)]} if devices else {}
        own = str(place) if len(devices) == 0 or place >= len(devices) else device["CUDA_VISIBLE_DEVICES"]
        called = f"{name or socket.gethostname()}-{own}"
        return cls({**device, "GSL_WORKER_NAME": called, "GSL_WORKER_DIR": str(folder / own)}, limits)

    @property
    def name(self) -> str:
        return self.settings["GSL_WORKER_NAME"]

    def start(self, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-P", "-m", WORKER]
        settings = {**environment, **SAFE_PATH, **self.limits.settings, **self.settings}
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
    """Keep the slots running until a signal comes or all have reached their limits; returns the exit code."""
    stop, staying, outcome = _Stop(slots), [*slots], 0
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    for slot in slots:
        slot.start(environment)
    while any(slot.process or (slot in staying and not stop.asked) for slot in slots):
        for slot in slots:
            code = slot.ended()
            if code == _WRONG_SETTINGS and not stop.asked:
                stop(signal.SIGTERM, None)
                outcome = code
            elif code is not None and not stop.asked and _is_done(slot, code):
                staying.remove(slot)
            elif code is not None and not stop.asked:
                warn(f"{slot.name} ended with exit code {code}; starting it again in {_AGAIN_AFTER_S:.0f} s")
            if _is_due(slot) and slot in staying and not stop.asked:
                slot.start(environment)
        time.sleep(_CHECK_EVERY_S)
    return outcome


def _is_done(slot: Slot, code: int) -> bool:
    """Whether it ended because of its limits, or has no time left to start again in."""
    return slot.limits.over or (code == 0 and slot.limits != Limits())


def _is_due(slot: Slot) -> bool:
    return slot.process is None and time.monotonic() - slot.ended_at > _AGAIN_AFTER_S
