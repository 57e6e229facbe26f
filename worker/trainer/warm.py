"""The warm parent of a slot's trainers, `python -m gsl.worker.trainer.warm CONTROL GRACE`.

It imports what every trainer needs, which takes seconds, and then forks one trainer for each job, which takes
milliseconds (fork_server.py). A fork carries on from what its parent has touched, so a parent that has more than one
thread or has opened a GPU forks nothing: it says so and ends, and its job starts in a fresh process.
"""

import gc
import importlib
import os
import socket
import sys
from pathlib import Path

from gsl.worker.job.process import name_process
from gsl.worker.trainer.fork_server import Trouble, wait_for_job

MAY_GROW_BYTES = 512 << 20
"""A parent that has grown by more is replaced: its forks inherit its memory."""
_ALWAYS = ("gsl.worker.trainer.__main__",)
_GPUS = ("/dev/nvidia", "/dev/dxg", "/dev/kfd", "/dev/dri/")
"""Devices that CUDA opens, also within WSL, and that ROCm opens; neither works in a fork of the process that did."""


def imported(modules: list[str]) -> Trouble | None:
    """Import what this job needs and later ones may; why this process must not fork then, and since which module."""
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # noqa: BLE001 - the trainer imports it too, and reports the error as its job's
            print(f"{module} cannot be imported: {error}", file=sys.stderr, flush=True)
        if trouble := unfit():
            return {"unfit": trouble, "module": module}
    _gather(modules)
    gc.freeze()  # a collection in a fork must not copy what it shares with this process
    return None


def _gather(modules: list[str]) -> None:
    """So that forks need not ask git, and say what was imported here even if it has been edited since."""
    from gsl.worker.trainer.provenance import gather  # imports torch, as all that comes before it does

    gather(modules)


def unfit() -> str | None:
    """Why this process must not fork trainers; None if it may."""
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    if any(link.startswith(_GPUS) for link in links):
        return "opens the GPU"
    threads = len([*Path("/proc/self/task").iterdir()])
    return f"starts threads ({threads - 1})" if threads > 1 else None


def memory_bytes() -> int:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _serve() -> int:
    imported([*_ALWAYS])
    most = memory_bytes() + MAY_GROW_BYTES
    runner = socket.socket(fileno=int(sys.argv[1]))
    arguments = wait_for_job(
        runner, float(sys.argv[2]), lambda modules: imported([*_ALWAYS, *modules]), lambda: memory_bytes() < most
    )
    if arguments is None:
        return 0
    from gsl.worker.trainer.__main__ import main  # a fork has it already

    sys.orig_argv = [sys.executable, "-m", "gsl.worker.trainer", *arguments]  # what a fresh process would be started by

    return main(arguments)


if __name__ == "__main__":
    name_process("gsl-warm")
    sys.exit(_serve())
