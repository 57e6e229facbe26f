"""`make check` fails for a pin with a known vulnerability, in Python's packages and in the page's."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tools.advisories import Advisory, affects, check, pins, refreshed, vulnerable


def entry(name: str, ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    """As OSV has it."""
    events = [{"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"fixed": "3.1.4"}]
    ranges = [{"type": "GIT", "events": [{"introduced": "0"}]}, {"type": "ECOSYSTEM", "events": events}]
    affected = [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges}]
    return {"id": f"OSV-{name}", "aliases": ["CVE-1"], "affected": affected} | more


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One that pins a few packages."""
    (tmp_path / "frontend").mkdir()
    (tmp_path / "constraints.txt").write_text("jinja2==3.1.3\ntyping-extensions==4.0\n")
    locked = {"": {"version": "1"}, "node_modules/a/node_modules/@b/c": {"version": "3.0.1-rc.1"}}
    (tmp_path / "frontend" / "package-lock.json").write_text(json.dumps({"packages": locked}))
    return tmp_path


def advisories(project: Path, *entries: dict[str, Any]) -> list[Advisory]:
    folder = project / "osv"
    folder.mkdir()
    for number, each in enumerate(entries):
        (folder / f"{number}.json").write_text(json.dumps(each))
    return refreshed([folder], pins(project))


def snapshot(project: Path, *entries: dict[str, Any], accepted: dict[str, str] | None = None) -> Path:
    file = project / "advisories.json"
    known = {"taken": "2026-01-01", "accepted": accepted or {}, "advisories": advisories(project, *entries)}
    file.write_text(json.dumps(known))
    return file


def test_no_pin_of_this_project_is_known_to_be_vulnerable() -> None:
    assert check() == 0


def test_a_vulnerable_pin_fails_the_check(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(project, snapshot(project, entry("Jinja2"), entry("@b/c", "npm"))) == 1
    said = capsys.readouterr().err.splitlines()
    assert ["jinja2 3.1.3" in said[0], "@b/c 3.0.1-rc.1" in said[1]] == [True, True]
    assert "fixed in 2.0, 3.1.4" in said[0]


def test_an_accepted_one_does_not(project: Path) -> None:
    assert check(project, snapshot(project, entry("jinja2"), accepted={"OSV-jinja2": "templates are ours"})) == 0


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.1", True), ("1.9.9", True), ("2.0", False), ("2.9", False), ("3.0", True), ("3.1.4", False), ("4.0", False)],
)
def test_a_range_begins_where_it_was_introduced_and_ends_before_it_was_fixed(
    project: Path, version: str, expected: bool
) -> None:
    [advisory] = advisories(project, entry("jinja2"))
    assert affects(advisory, version) == expected


def test_what_is_withdrawn_or_of_others_is_left_out(project: Path) -> None:
    others = (entry("jinja2", withdrawn="2026-01-01T00:00:00Z"), entry("leftpad"), entry("jinja2", "npm"))
    assert advisories(project, *others) == []


def test_versions_count_where_there_is_no_range_and_the_last_one_is_included(project: Path) -> None:
    package = {"ecosystem": "PyPI", "name": "typing_extensions"}
    listed = {"id": "A", "affected": [{"package": package, "versions": ["4.0"]}]}
    events = [{"introduced": "1"}, {"last_affected": "4.0"}]
    last = {"id": "B", "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]}
    found = vulnerable(pins(project), advisories(project, listed, last))
    assert [advisory["id"] for _, advisory in found] == ["A", "B"]


def test_an_export_is_read_from_its_zip(project: Path) -> None:
    with ZipFile(project / "all.zip", "w") as archive:
        archive.writestr("OSV-1.json", json.dumps(entry("jinja2")))
    assert [one["id"] for one in refreshed([project / "all.zip"], pins(project))] == ["OSV-jinja2"]
