"""What every test shares: long files start first; what needs a GPU, a compiler or Slurm may be skipped."""

import shutil
import subprocess
from collections.abc import Callable

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.system import slurm

LONGEST_FIRST = ("tests/browser", "tests/worker/runner", "tests/worker")
"""What would end last and alone if it were not started first."""
SHARED = "tests/browser"
"""These files share one running product, so that one process runs them all."""


class _FileByFile(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A process runs a file at a time."""

    def _split_scope(self, nodeid: str) -> str:
        return SHARED if nodeid.startswith(SHARED) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    return _FileByFile(config, log)


def _has_gpu() -> bool:
    """Whether NVIDIA's driver lists a GPU; asked without importing torch."""
    if shutil.which("nvidia-smi") is None:
        return False
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and "GPU 0" in listed.stdout


def _has_compiler() -> bool:
    return shutil.which("g++") is not None


def _place(item: pytest.Item) -> int:
    return next((i for i, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start)), len(LONGEST_FIRST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts long tests to the front; skips what is marked `gpu`, `compiler` or `slurm` on a machine without it."""
    items.sort(key=_place)
    needs: dict[str, tuple[Callable[[], bool], str]] = {
        "gpu": (_has_gpu, "needs an NVIDIA GPU"),
        "compiler": (_has_compiler, "needs a C++ compiler"),
        "slurm": (slurm.installed, "needs slurmctld, slurmd, slurm-client and munge"),
    }
    for name, (present, reason) in needs.items():
        marked = [item for item in items if item.get_closest_marker(name)]
        if marked and not present():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=reason))
