"""Registers this slot with the API every few seconds: that it is alive, what it can run, and its current job.

The machine is described without importing torch, which would take memory and open the GPU.
"""

import logging
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from gsl import __version__
from gsl.client.errors import ApiError
from gsl.client.worker_api import WorkerApi
from gsl.protocol.dispatch import TRAINER
from gsl.protocol.lease import WorkerInfo
from gsl.worker.envs import films
from gsl.worker.job.declared_trainers import declared
from gsl.worker.runner.consumer_pulse import ConsumerPulse
from gsl.worker.runner.machine_use import MachineUse
from gsl.worker.runner.settings import WorkerSettings
from gsl.worker.runner.slot import Slot
from gsl.worker.runner.watchdog import Watchdog

logger = logging.getLogger(__name__)

EVERY_S = 10.0
_RETRY_S = 2.0
_NVIDIA_SMI_S = 20.0


class Registration:
    """A thread beside Celery, so that neither an unreachable broker nor a busy slot makes the worker look dead."""

    def __init__(
        self,
        api: WorkerApi,
        info: WorkerInfo,
        slot: Slot,
        disk_trouble: Callable[[], str | None],
        pulse: ConsumerPulse | None,
        watchdog: Watchdog,
    ) -> None:
        self._api, self._info, self._slot = api, info, slot
        self._machine = MachineUse(info.device)
        self._disk_trouble, self._pulse, self._watchdog = disk_trouble, pulse, watchdog
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registration", daemon=True)
        self._registered: bool | None = None

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        wait = 0.0
        while not self._ended.wait(wait):
            try:
                wait = EVERY_S if self._register() else _RETRY_S
            except Exception:  # without this thread, a slot that works would count as dead
                logger.exception("the worker could not be registered with the API")
                wait = _RETRY_S

    def _register(self) -> bool:
        unfit = self._disk_trouble()
        deaf = self._pulse.trouble if self._pulse else None
        use = self._machine.look(self._slot.steps_per_second)
        now = {"job_id": self._slot.job_id, "speeds": self._slot.speeds, "trouble": unfit or deaf, "use": use}
        try:
            reply = self._api.announce(self._info.model_copy(update=now))
        except ApiError as error:
            self._log_change(False, f"the worker could not be registered with the API: {error}")
            return False
        self._log_change(True, f"{self._info.name} is ready: {self._info.device}, {', '.join(self._info.suites)}")
        self._watchdog.look(reply, able=unfit is None and not self._slot.stopping)
        return True

    def _log_change(self, registered: bool, message: str) -> None:
        """Log a change of state, not every attempt."""
        if registered != self._registered:
            logger.log(logging.INFO if registered else logging.WARNING, message)
        self._registered = registered


def worker_info(settings: WorkerSettings) -> WorkerInfo:
    """This slot, as the API and the page show it. Suites, labels and device stay the same while the worker runs."""
    found = films()
    return WorkerInfo(
        name=settings.name,
        host=_host(),
        device=device(),
        suites=(*found, *(f"{TRAINER}{name}" for name in declared())),
        labels=settings.labels,
        videos=tuple(name for name, missing in found.items() if missing is None),
        no_videos={name: missing for name, missing in found.items() if missing is not None},
        version=__version__,
    )


def _host() -> str:
    """The machine, or its part that a job of Slurm's has: who has the same one shares its cores."""
    job = os.environ.get("SLURM_JOB_ID")
    return f"{socket.gethostname()}, Slurm job {job}" if job else socket.gethostname()


def device() -> str:
    """Name of the GPU that a trainer of this slot would use, or cpu."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible in ("", "-1") or _torch_is_for_cpu() or not shutil.which("nvidia-smi"):
        return "cpu"
    first = (visible or "0").split(",")[0]
    query = ["nvidia-smi", f"--id={first}", "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=_NVIDIA_SMI_S, check=False)
    except subprocess.TimeoutExpired:
        return "cpu"
    return answer.stdout.strip() if answer.returncode == 0 and answer.stdout.strip() else "cpu"


def _torch_is_for_cpu() -> bool:
    try:
        return version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return True
