"""Packages that are installed for one process: their metadata in a folder on its path, as pip leaves them."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

EntryPoints = Mapping[str, Mapping[str, str]]
"""By group, what each name stands for."""


def announce(site: Path, name: str, entry_points: EntryPoints) -> None:
    """Write what pip writes into `site` for a package of that name."""
    folder = site / f"{name}-0.1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    groups = (
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in named.items())
        for group, named in entry_points.items()
    )
    (folder / "entry_points.txt").write_text("\n".join(groups))


def install_example(site: Path, name: str) -> list[Path]:
    """Announce one of the examples as its pyproject.toml asks; the folders that belong on the path."""
    project = tomllib.loads((EXAMPLES / name / "pyproject.toml").read_text())
    announce(site, name, project["project"]["entry-points"])
    return [site, EXAMPLES / name]


def run_python(script: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    """Run a script with these folders on its path, warnings as errors where they are ours."""
    path = os.pathsep.join(map(str, [*paths, ROOT]))
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
