"""The environment that holds Stable-Baselines3, made once in .make/peers-venv: the product's own stays free of it."""

import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".make" / "peers-venv"
STABLE_BASELINES = "stable-baselines3==2.9.2"
SHARED = ("torch", "numpy", "gymnasium", "procgen-mirror", "metaworld", "packaging")
"""Packages that both sides use, each in the version that is installed here."""


def peers_python() -> Path:
    """The interpreter of the peers' environment; a first call installs it, anew if that was interrupted."""
    python, wanted = FOLDER / "bin" / "python", _requirements()
    stamp = FOLDER / "installed.txt"
    if not (stamp.exists() and stamp.read_text() == wanted):
        print(f"Installing Stable-Baselines3 into {FOLDER.relative_to(ROOT)}", flush=True)
        venv.create(FOLDER, with_pip=True, clear=True)
        first = next(line for line in wanted.splitlines() if line.startswith("torch=="))
        _pip(python, first)  # alone and first, so that nothing else decides which build of torch comes
        _pip(python, *wanted.splitlines())
        stamp.write_text(wanted)
    return python


def _requirements() -> str:
    shared = [f"{name}=={version(name).split('+')[0]}" for name in SHARED]
    return "\n".join([STABLE_BASELINES, *shared])


def _pip(python: Path, *requirements: str) -> None:
    """Raises CalledProcessError when a package cannot be had."""
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    subprocess.run([str(python), "-m", "pip", "install", *options, *requirements], check=True, stdout=sys.stderr)
