"""What every test shares: tests are left out where there is no GPU, or no C++ compiler, that they need."""

import shutil
import subprocess
from collections.abc import Callable

import pytest


def _has_gpu() -> bool:
    """Whether NVIDIA's driver lists a GPU; asked without importing torch."""
    if shutil.which("nvidia-smi") is None:
        return False
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and "GPU 0" in listed.stdout


def _has_compiler() -> bool:
    return shutil.which("g++") is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what is marked `gpu` or `compiler` on a machine without one."""
    needs: dict[str, tuple[Callable[[], bool], str]] = {
        "gpu": (_has_gpu, "needs an NVIDIA GPU"),
        "compiler": (_has_compiler, "needs a C++ compiler"),
    }
    for name, (present, reason) in needs.items():
        marked = [item for item in items if item.get_closest_marker(name)]
        if marked and not present():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=reason))
