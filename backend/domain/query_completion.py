"""How a query may go on at the cursor: by its grammar, and by the field whose value is being written."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lark import Token
from lark.exceptions import LarkError

from gsl.backend.domain.query_grammar import PARSER
from gsl.backend.domain.run_fields import FIELDS, OPERATORS, Field, every, find
from gsl.protocol.api.run_lists import RunQueryCompletion

MOST = 20
_QUOTED = re.compile(r"""(?<![^\s()<>=!~,])(?:"(?:\\.|[^"\\])*("?)|'(?:\\.|[^'\\])*('?))""", re.DOTALL)
_PART = re.compile(r"[^\s()<>=!~,\"']*$")
_PLAIN = re.compile(r"[^\s()<>=!~,\"']+")
_TIMES = ("1h ago", "1d ago", "7d ago", "30d ago")
_SAID = {"and": "both", "or": "either", "not": "the opposite"}
_OPERATORS = {
    "=": "is", "!=": "is not", "<": "less", "<=": "at most", ">": "more", ">=": "at least", "~": "contains",
    "!~": "does not contain", "in": "is one of (a, b)", "not in": "is none of (a, b)",
}  # fmt: skip
_OF_TIME = {"<": "before", ">": "after", "<=": "until", ">=": "since", "=": "on", "!=": "not on"}


@dataclass(frozen=True)
class Place:
    """Where the cursor is: what is being written, where that begins, and what may stand there."""

    start: int
    part: str
    accepted: frozenset[str]
    before: tuple[Token, ...]

    @property
    def compared(self) -> str | None:
        """The field whose value is being written."""
        if "VALUE" not in self.accepted:
            return None
        names = [name for name, sign in zip(self.before, self.before[1:], strict=False) if sign.type in _COMPARE]
        return str(names[-1])


_COMPARE = ("OP", "IN", "NOT_IN")


def place(query: str, at: int) -> Place:
    """Nothing may stand behind what is already wrong."""
    head = query[:at]
    start = _begin(head)
    part = head[start:].lstrip("\"'")
    parser = PARSER.parse_interactive(head[:start])
    try:
        before = tuple(parser.iter_parse())
    except LarkError:
        return Place(start, part, frozenset(), ())
    return Place(start, part, frozenset(parser.accepts()), before)  # type: ignore[no-untyped-call]  # of lark


def _begin(head: str) -> int:
    """Where the word, or the text in quotes that are still open, begins."""
    for quoted in _QUOTED.finditer(head):
        if not (quoted[1] or quoted[2]):
            return quoted.start()
    word = _PART.search(head)
    return word.start() if word else len(head)


def completions(
    here: Place, metrics: Sequence[str], values_of: Callable[[Field, str], Sequence[str]]
) -> list[RunQueryCompletion]:
    """The likeliest first. `values_of` finds values that runs have."""
    is_metric = frozenset(metrics).__contains__
    if here.compared is not None:
        field = find(here.compared, is_metric)
        return [] if field is None else _values(field, here.part, values_of)
    last = here.before[-1] if here.before else None
    field = find(str(last), is_metric) if last is not None and last.type == "TEXT" else None
    operators = _operators(field) if field is not None and not here.part and "OP" in here.accepted else []
    fields = _fields(here.part, metrics) if "TEXT" in here.accepted and not operators else []
    joining = [word for word in _words(here) if word.text != "not"]
    return [*operators, *joining, *fields, *(word for word in _words(here) if word.text == "not")][:MOST]


def _values(field: Field, part: str, values_of: Callable[[Field, str], Sequence[str]]) -> list[RunQueryCompletion]:
    known: Sequence[str] = _TIMES if field.kind == "time" else field.values
    if not known and field.kind in ("text", "tag", "name"):
        known = values_of(field, part)
    fitting = sorted((text for text in known if part.lower() in text.lower()), key=lambda text: _rank(text, part))
    return [RunQueryCompletion(text=_written(field, text), kind="value", help="") for text in fitting[:MOST]]


def _written(field: Field, text: str) -> str:
    if field.kind == "time" or _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _operators(field: Field) -> list[RunQueryCompletion]:
    said = _OF_TIME if field.kind == "time" else _OPERATORS
    return [RunQueryCompletion(text=sign, kind="operator", help=said[sign]) for sign in OPERATORS[field.kind]]


def _fields(part: str, metrics: Sequence[str]) -> list[RunQueryCompletion]:
    known = {field.name: field for field in every()}
    for name in metrics:
        found = find(f"metrics.{name}", frozenset(metrics).__contains__)
        known |= {found.name: found} if found is not None else {}
    names = [name for name in known if part.lower() in name] if part else list(FIELDS)
    fitting = sorted(names, key=lambda name: _rank(name, part) if part else 0)
    return [RunQueryCompletion(text=name, kind="field", help=known[name].help) for name in fitting[:MOST]]


def _rank(text: str, part: str) -> tuple[bool, bool, int]:
    """What begins with the part comes first, then what has a word that does."""
    text, part = text.lower(), part.lower()
    return (not text.startswith(part), not any(word.startswith(part) for word in text.split(".")), len(text))


def _words(here: Place) -> list[RunQueryCompletion]:
    accepted = {"and": "AND", "or": "_OR", "not": "NOT"}
    fitting = [word for word, name in accepted.items() if name in here.accepted and word.startswith(here.part.lower())]
    return [RunQueryCompletion(text=word, kind="word", help=_SAID[word]) for word in fitting]
