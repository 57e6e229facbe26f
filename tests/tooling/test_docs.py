"""The documentation keeps pace: every setting, every command and every path it names exists, and none is left out."""

import re
from pathlib import Path

import pytest

from backend.settings import Settings
from gsl.config.guides import BUILTIN_GUIDES
from gsl.config.learners import BUILTIN_LEARNERS
from gsl.config.learners.base import incompatibility
from gsl.config.suites import BUILTIN_SUITES
from worker.runner.settings import WorkerSettings

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
PAGES = ("README.md", "CONTRIBUTING.md")
MADE_BY_MAKE = {"frontend/dist"}
FIELDS = {**Settings.model_fields, **WorkerSettings.model_fields}


@pytest.mark.parametrize("name", sorted(str(field.validation_alias) for field in FIELDS.values()))
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", (ROOT / "README.md").read_text(), re.MULTILINE)


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert named == {str(field.validation_alias) for field in FIELDS.values()}


@pytest.mark.parametrize("page", PAGES)
def test_a_named_make_target_exists(page: str) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)`", (ROOT / page).read_text()))
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert named
    assert named <= targets


def test_make_alone_tells_every_target_a_person_types() -> None:
    told = set(re.findall(r"make ([a-z]+) ", MAKEFILE))
    assert told >= {"up", "demo", "test", "check", "bench", "dev", "types", "format", "clean"}


@pytest.mark.parametrize("page", PAGES)
def test_a_named_path_exists(page: str) -> None:
    text = (ROOT / page).read_text()
    folders = r"gsl|client|backend|worker|frontend|tests|benchmarks|docker|tools|alembic|docs|examples"
    named = re.findall(rf"[`(]((?:{folders})/[\w./-]*)[`)]", text)
    assert [path for path in named if path not in MADE_BY_MAKE and not (ROOT / path).exists()] == []


def test_the_table_of_learners_and_guides_is_the_code_s_own() -> None:
    told = (ROOT / "README.md").read_text().split("<!-- guides -->\n")[1].split("<!-- /guides -->")[0]
    rows = [f"| | {' | '.join(guide.title for guide in BUILTIN_GUIDES)} |", "|---" * (len(BUILTIN_GUIDES) + 1) + "|"]
    for learner in BUILTIN_LEARNERS:
        words = ["no" if incompatibility(learner, guide) else "yes" for guide in BUILTIN_GUIDES]
        rows.append(f"| {learner.title} | {' | '.join(words)} |")
    assert told.splitlines() == rows


def test_every_suite_is_in_the_readme() -> None:
    told = set(re.findall(r"^\| `([a-z]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert told == {str(suite.model_fields["name"].default) for suite in BUILTIN_SUITES}
