"""The house rules that a linter does not know: sizes of files and functions, and what must not be written anywhere."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
# Spelled in pieces, so that this file does not break its own rule.
FORBIDDEN = {
    "unfinished work": re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b"),
    "a test that is left out": re.compile(r"pytest\.(sk" r"ip\(|xf" r"ail)|@pytest\.mark\.(sk" r"ip|xf" r"ail)"),
    "a path of one machine": re.compile(r"(?<![\w.])/(wo" r"rk|ro" r"ot|ho" r"me/\w+)/"),
    "an unexplained ignore": re.compile(
        r"# type: ig" r"nore(\[[\w, -]+\])?\s*$|# no" r"qa(: [\w, ]+)?\s*$", re.MULTILINE
    ),
}
# Names that the field's own have replaced, and what they are called now.
REPLACED = {
    "doorbell": "dispatch, notification",
    "leash": "shim",
    "voided": "discarded",
    "gaveup": "Aborted",
    "housekeeper": "reaper",
    "surroundings": "RunnerContext",
    "take_in": "ingest",
}
SOURCE_SUFFIXES = {".py", ".ts", ".tsx", ".css", ".sh", ".toml", ".yml", ".md"}
NOT_OURS = {"node_modules", "dist", "data", "build", "versions"}  # versions: migrations, written by alembic
GENERATED = {"frontend/src/api/schema.d.ts"}


def sources() -> Iterator[Path]:
    """Every source file of the project; folders whose name starts with a dot are tools' own."""
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if not name.startswith(".") and name not in NOT_OURS]
        for path in (Path(folder) / name for name in files):
            if path.suffix in SOURCE_SUFFIXES and str(path.relative_to(ROOT)) not in GENERATED:
                yield path


def test_no_file_is_too_long() -> None:
    code = [path for path in sources() if path.suffix in {".py", ".ts", ".tsx"}]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in code}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    too_long = {}
    for path in sources():
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines(node) > LONGEST_FUNCTION:
                too_long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = _lines(node)
    assert too_long == {}


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code of a function: without its docstring."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def test_a_word_that_was_replaced_stays_away() -> None:
    texts = {
        path: path.read_text().lower() for path in sources() if path not in {Path(__file__), ROOT / "CHANGELOG.md"}
    }
    found = {str(path.relative_to(ROOT)): word for path, text in texts.items() for word in REPLACED if word in text}
    assert found == {}


def test_queries_are_written_in_the_store_alone() -> None:
    query = re.compile(
        r"^from (sqlalchemy|sqlmodel)\S* import .*\b(select|insert|update|delete|text|func)\b", re.MULTILINE
    )
    backend = [path for path in (ROOT / "backend").rglob("*.py") if query.search(path.read_text())]
    folders = {path.relative_to(ROOT / "backend").parts[0] for path in backend}
    assert folders == {"store"}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_forbidden_is_written(what: str) -> None:
    found = []
    for path in sources():
        text = path.read_text()
        found += [f"{path.relative_to(ROOT)}: {match.group().strip()}" for match in FORBIDDEN[what].finditer(text)]
    assert found == [], what
