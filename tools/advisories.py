"""Compares every pinned package with known vulnerabilities, without a network: `python -m tools.advisories`.

The advisories are in `tools/advisories.json`, those of pinned packages alone. `python -m tools.advisories refresh PATH`
makes that file anew from advisories in OSV's format: folders or zip files, such as the exports `PyPI/all.zip` and
`npm/all.zip` of osv.dev, or checkouts of the advisory databases of PyPA and GitHub.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parents[1]
SNAPSHOT = ROOT / "tools" / "advisories.json"
_PYTHON, _NODE = "PyPI", "npm"

Advisory = dict[str, Any]
Pins = dict[tuple[str, str], set[str]]
"""Versions by ecosystem and name; npm installs several of one package."""


def pins(root: Path = ROOT) -> Pins:
    """What `constraints.txt` and the page's lock file pin."""
    found: Pins = {}
    for line in (root / "constraints.txt").read_text().split():
        name, _, version = line.partition("==")
        found.setdefault((_PYTHON, _normal(_PYTHON, name)), set()).add(version)
    locked = json.loads((root / "frontend" / "package-lock.json").read_text())["packages"]
    for path, package in locked.items():
        if "node_modules/" in path and "version" in package:
            name = path.rpartition("node_modules/")[2]
            found.setdefault((_NODE, name), set()).add(package["version"])
    return found


def vulnerable(pinned: Pins, advisories: Iterable[Advisory]) -> list[tuple[str, Advisory]]:
    """Each pin that is affected, with the advisory that says so."""
    return [
        (f"{advisory['name']} {version}", advisory)
        for advisory in advisories
        for version in sorted(pinned.get((advisory["ecosystem"], advisory["name"]), ()))
        if affects(advisory, version)
    ]


def affects(advisory: Advisory, version: str) -> bool:
    """Ranges are half-open: from the version that introduced it up to the one that fixed it, or up to the last."""
    at = _version(version)
    in_range = any(
        _version(one["introduced"]) <= at
        and ("fixed" not in one or at < _version(one["fixed"]))
        and ("last_affected" not in one or at <= _version(one["last_affected"]))
        for one in advisory["ranges"]
    )
    return in_range or version in advisory.get("versions", ())


def _version(text: str) -> Version:
    """npm's pre-releases that Python cannot order count as the release: rather too early than too late."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version(re.split(r"[-+]", text)[0])


def _normal(ecosystem: str, name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower() if ecosystem == _PYTHON else name


def refreshed(paths: Iterable[Path], pinned: Pins) -> list[Advisory]:
    """The advisories of pinned packages, once each, in order."""
    found = {}
    for entry in (entry for path in paths for entry in _entries(path)):
        for advisory in _of_entry(entry):
            key = (advisory["ecosystem"], advisory["name"])
            if key in pinned and (advisory["ranges"] or advisory.get("versions")):
                found[*key, advisory["id"]] = advisory
    return [found[key] for key in sorted(found)]


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_dir():
        texts = (file.read_text() for file in sorted(path.rglob("*")) if file.suffix in (".json", ".yaml"))
    else:
        archive = ZipFile(path)
        texts = (archive.read(name).decode() for name in archive.namelist() if name.endswith((".json", ".yaml")))
    for text in texts:
        entry = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
        if isinstance(entry, dict) and "affected" in entry and not entry.get("withdrawn"):
            yield entry


def _of_entry(entry: dict[str, Any]) -> Iterator[Advisory]:
    for affected in entry["affected"]:
        ecosystem = affected.get("package", {}).get("ecosystem")
        if ecosystem not in (_PYTHON, _NODE):
            continue
        ranges = [one for part in affected.get("ranges", ()) if part["type"] != "GIT" for one in _ranges(part)]
        advisory = {
            "id": entry["id"],
            "aliases": sorted(entry.get("aliases", ())),
            "ecosystem": ecosystem,
            "name": _normal(ecosystem, affected["package"]["name"]),
            "ranges": ranges,
        }
        yield advisory if ranges else advisory | {"versions": affected.get("versions", [])}


def _ranges(part: dict[str, Any]) -> list[dict[str, str]]:
    """Its events, as pairs of a beginning and an end."""
    ranges: list[dict[str, str]] = []
    for event in part["events"]:
        [(what, version)] = event.items()
        if what == "introduced":
            ranges.append({"introduced": str(version)})
        elif ranges and what in ("fixed", "last_affected"):
            ranges[-1][what] = str(version)
    return ranges


def check(root: Path = ROOT, snapshot: Path = SNAPSHOT) -> int:
    """The exit status: 1 if a pin is affected by an advisory that nobody has accepted."""
    known = json.loads(snapshot.read_text())
    accepted: dict[str, str] = known["accepted"]
    found = [(pin, one) for pin, one in vulnerable(pins(root), known["advisories"]) if one["id"] not in accepted]
    for pin, advisory in found:
        fixed = [one["fixed"] for one in advisory["ranges"] if "fixed" in one]
        advice = f"; fixed in {', '.join(fixed)}" if fixed else ""
        print(f"{pin} is vulnerable: {advisory['id']} {' '.join(advisory['aliases'])}{advice}", file=sys.stderr)
    packages = {advisory["name"] for advisory in known["advisories"]}
    print(
        f"{len(known['advisories'])} advisories of {len(packages)} packages, as of {known['taken']}: {len(found)} apply"
    )
    return 1 if found else 0


def refresh(paths: list[Path], snapshot: Path = SNAPSHOT) -> None:
    accepted = json.loads(snapshot.read_text())["accepted"] if snapshot.exists() else {}
    known = {"taken": str(date.today()), "accepted": accepted, "advisories": refreshed(paths, pins())}
    snapshot.write_text(json.dumps(known, indent=1) + "\n")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.advisories", description="Known vulnerabilities of pins.")
    parser.add_argument("command", nargs="?", choices=["check", "refresh"], default="check")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="refresh: folders or zip files")
    given = parser.parse_args(arguments)
    if given.command == "refresh":
        if not given.paths:
            parser.error("refresh needs folders or zip files of advisories")
        refresh(given.paths)
    return check()


if __name__ == "__main__":
    sys.exit(main())
