"""Virtual environments of other projects, for comparisons: made once in .make, apart from the product's own."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]


def python_of(name: str, *requirements: str) -> Path:
    """The interpreter of the environment `name`; a first call installs it, anew if that was interrupted.

    The first requirement is installed alone, so that nothing else decides which build of it comes. Raises
    CalledProcessError when a package cannot be had.
    """
    folder = ROOT / ".make" / f"{name}-venv"
    python, stamp, wanted = folder / "bin" / "python", folder / "installed.txt", "\n".join(requirements)
    if not (stamp.exists() and stamp.read_text() == wanted):
        print(f"Installing {requirements[0]} into {folder.relative_to(ROOT)}", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        _pip(python, requirements[0])
        _pip(python, *requirements)
        stamp.write_text(wanted)
    return python


def _pip(python: Path, *requirements: str) -> None:
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    subprocess.run([str(python), "-m", "pip", "install", *options, *requirements], check=True, stdout=sys.stderr)
