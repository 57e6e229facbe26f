"""CONTRIBUTING.md shows the folders that there are."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
INDENT = 2
# Top-level folders whose inside the tree does not show, and folders whose inside it leaves out.
CLOSED = {"alembic", "benchmarks", "docker", "docs", "examples", "tests", "tools"}
LEAVES = {"gsl/config/suites", "frontend/src/pages", "frontend/public"}


def shown() -> Iterator[str]:
    """Folders of the tree in CONTRIBUTING.md, as paths."""
    tree = (ROOT / "CONTRIBUTING.md").read_text().split("## The tree")[1].split("```")[1]
    above: list[str] = []
    for indent, name in re.findall(r"^( *)([\w-]+)/", tree, re.MULTILINE):
        above[len(indent) // INDENT :] = [name]
        yield "/".join(above)


def folders() -> Iterator[str]:
    """Folders that hold files of the project, as far down as the tree shows them."""
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    for file in files:
        for folder in map(str, PurePosixPath(file).parents):
            inside = any(folder.startswith(f"{closed}/") for closed in CLOSED | LEAVES)
            if not inside and not folder.startswith("."):
                yield folder


def test_the_tree_is_the_folders() -> None:
    assert sorted(shown()) == sorted(set(folders()))
