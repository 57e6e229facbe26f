"""The documentation keeps pace: every setting, command, path and link in it exists, and none is left out."""

import re
from pathlib import Path

import pytest

from benchmarks.ppg_procgen import NAME, PAGE
from gsl.backend.settings import Settings
from gsl.config.guides import BUILTIN_GUIDES
from gsl.config.learners import BUILTIN_LEARNERS
from gsl.config.learners.base import incompatibility
from gsl.config.suites import BUILTIN_SUITES
from gsl.worker.runner.settings import WorkerSettings
from tools.screenshots import MAX_BYTES, PICTURE

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
README = (ROOT / "README.md").read_text()
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [pytest.param(page, id=page.name) for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS)]
MADE_BY_MAKE = {"frontend/dist"}
LONGEST_README = 150
GLOSSARY = {"variation", "specialist", "plateau", "gate", "demonstrations", "guide", "ledger", "arm"}
ARMS = ("DAPG", "Generalist alone")
SETTINGS = {str(field.validation_alias) for field in {**Settings.model_fields, **WorkerSettings.model_fields}.values()}


def rows(page: str, word: str) -> list[str]:
    """The first cells of a page's tables that have this form."""
    return re.findall(rf"^\| {word} \|", (ROOT / page).read_text(), re.MULTILINE)


def test_the_readme_is_short_and_explains_its_words() -> None:
    assert len(README.splitlines()) <= LONGEST_README
    assert set(rows("README.md", r"\*\*([a-z]+)\*\*")) == GLOSSARY


def test_the_readme_s_picture_is_small_enough_for_it() -> None:
    assert f"({PICTURE.relative_to(ROOT)})" in README
    assert PICTURE.stat().st_size <= MAX_BYTES


def test_the_readme_lists_every_page_of_the_documentation() -> None:
    assert set(re.findall(r"\(docs/([\w-]+\.md)\)", README)) == {page.name for page in DOCS}


def test_the_readme_s_result_is_the_table_s() -> None:
    table = (ROOT / "docs" / "results.md").read_text()
    means = [re.findall(rf"^\| {arm} \| 10 \| ([\d.]+)±", table, re.MULTILINE) for arm in ARMS]
    quoted = re.search(r"([\d.]+) with specialists and DAPG, and ([\d.]+) for the plain generalist", README)
    assert quoted is not None
    assert [[value] for value in quoted.groups()] == [[f"{float(mean):.2f}" for mean in arm] for arm in means]


def test_every_setting_has_a_row_and_no_other_name_does() -> None:
    assert set(rows("docs/settings.md", "`([A-Z_]+)`")) == SETTINGS


@pytest.mark.parametrize("page", PAGES)
def test_a_named_make_target_exists(page: Path) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)`", page.read_text()))
    assert named <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_make_alone_lists_every_target_a_person_types() -> None:
    listed = set(re.findall(r"make ([a-z]+) ", MAKEFILE))
    assert listed >= {"up", "demo", "test", "check", "bench", "dev", "types", "format", "screenshots", "clean"}


@pytest.mark.parametrize("page", PAGES)
def test_a_named_path_exists(page: Path) -> None:
    folders = r"gsl|client|backend|worker|frontend|tests|benchmarks|docker|kubernetes|tools|alembic|docs|examples"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", page.read_text())
    assert [path for path in named if path not in MADE_BY_MAKE and not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_to_a_page_and_a_heading_that_exist(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([\w-]+))?\)", page.read_text())
    for target, heading in links:
        found = page.parent / target if target else page
        assert found.exists(), target
        assert not heading or heading in headings(found), (target, heading)


def headings(page: Path) -> set[str]:
    """Anchors that GitHub makes of a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_table_of_learners_and_guides_is_the_code_s_own() -> None:
    shown = (ROOT / "docs/catalogue.md").read_text().split("<!-- guides -->\n")[1].split("<!-- /guides -->")[0]
    table = [f"| | {' | '.join(guide.title for guide in BUILTIN_GUIDES)} |", "|---" * (len(BUILTIN_GUIDES) + 1) + "|"]
    for learner in BUILTIN_LEARNERS:
        words = ["no" if incompatibility(learner, guide) else "yes" for guide in BUILTIN_GUIDES]
        table.append(f"| {learner.title} | {' | '.join(words)} |")
    assert shown.splitlines() == table


def test_every_suite_is_in_the_catalogue() -> None:
    names = {str(suite.model_fields["name"].default) for suite in BUILTIN_SUITES}
    assert set(rows("docs/catalogue.md", "`([a-z]+)`")) == names


def test_the_comparison_of_ppg_has_a_place_for_its_table() -> None:
    assert f"<!-- results:{NAME} -->" in PAGE.read_text()
