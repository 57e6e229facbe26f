"""Python 3.11 and 3.12: what pyproject.toml allows is what the set-up looks for, and the lowest is what is checked."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "find_python.sh"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOWEST, BEYOND = (int(minor) for minor in re.findall(r"3\.(\d+)", PROJECT["project"]["requires-python"]))
ALLOWED = {f"3.{minor}" for minor in range(LOWEST, BEYOND)}


def find(python: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHON": python}
    return subprocess.run(["sh", SCRIPT], env=environment, capture_output=True, text=True, check=False)


def fake(folder: Path, version: str) -> str:
    """A program that answers as this Python does, but claims another version."""
    path = folder / f"python{version}"
    claim = f"import sys; sys.version_info = ({version.replace('.', ', ')}, 0); exec(sys.argv.pop(1))"
    path.write_text(f'#!/bin/sh\nshift\nexec "{sys.executable}" -c "{claim}" "$1"\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("version", sorted(ALLOWED))
def test_the_setup_takes_every_version_that_is_allowed(version: str, tmp_path: Path) -> None:
    found = find(fake(tmp_path, version))
    assert (found.returncode, found.stdout.strip()) == (0, sys.executable)


@pytest.mark.parametrize("version", [f"3.{LOWEST - 1}", f"3.{BEYOND}"])
def test_the_setup_refuses_other_versions_and_names_the_right_ones(version: str, tmp_path: Path) -> None:
    found = find(fake(tmp_path, version))
    assert found.returncode == 1
    assert set(re.findall(r"\b3\.\d+\b", found.stderr.replace(str(tmp_path), ""))) >= ALLOWED


def test_types_are_checked_for_the_lowest_version() -> None:
    assert PROJECT["tool"]["mypy"]["python_version"] == f"3.{LOWEST}"
    assert "target-version" not in PROJECT["tool"]["ruff"]  # ruff takes the lowest of requires-python


def test_no_path_of_the_makefile_names_a_version() -> None:
    assert re.findall(r"/python3\.\d+", (ROOT / "Makefile").read_text()) == []
