"""The package as `pip install` takes it, in an environment of its own outside the checkout."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


def build(folder: Path) -> Path:
    """The wheel, in this folder."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def install(wheel: Path, environment: Path) -> Path:
    """Install the wheel beside the packages that the tests use already; returns the folder of its commands."""
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, str(wheel)], check=True)
    [packages] = environment.glob("lib/python3*/site-packages")
    # A path alone: what its own .pth files add, the checkout among it, stays out.
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib"))
    return environment / "bin"
