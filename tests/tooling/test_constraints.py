"""constraints.txt pins exactly what the product and its developers need, and this environment holds those versions."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().split()
    return {normal(name): version for name, _, version in (line.partition("==") for line in lines)}


ELSEWHERE = {"maniskill"}
"""Extras for machines with a Vulkan device alone, pinned in pyproject.toml itself."""


def needed() -> dict[str, str]:
    """Version of every distribution that pyproject.toml asks for, directly or through another one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {name: asked for name, asked in project["optional-dependencies"].items() if name not in ELSEWHERE}
    asked = [*project["dependencies"], *(name for extra in extras.values() for name in extra)]
    todo = [one for one in map(Requirement, asked) if one.name != project["name"]]  # an extra that names others of ours
    seen: set[tuple[str, frozenset[str]]] = set()
    versions = {}
    while todo:
        requirement = todo.pop()
        key = (normal(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        found = distribution(requirement.name)
        versions[key[0]] = found.version.partition("+")[0]
        below = (Requirement(text) for text in found.requires or [])
        todo += [one for one in below if _applies(one, requirement.extras)]
    return versions


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": one}) for one in extras or {""})


def test_everything_needed_is_pinned_to_what_is_installed() -> None:
    pinned = pins()
    # PyTorch's CUDA builds bring NVIDIA's libraries, whose versions PyTorch itself pins.
    unpinned = {name: version for name, version in needed().items() if pinned.get(name) != version}
    assert {
        name: v for name, v in unpinned.items() if not name.startswith(("nvidia-", "cuda-")) and name != "triton"
    } == {}


def test_nothing_is_pinned_that_nobody_needs() -> None:
    assert set(pins()) - set(needed()) == set()
