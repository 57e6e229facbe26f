"""Queries over runs, read: what a run must fulfil. `store.run_query` makes SQL of it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lark import Token, Tree

from gsl.backend.domain.query_grammar import QueryError, parse
from gsl.backend.domain.query_values import Value, value_of
from gsl.backend.domain.run_fields import OPERATORS, Field, find, unknown

MOST_NESTED = 30
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Text:
    """Words to find in name, notes or tags; beside one another they are found as they are written."""

    text: str


@dataclass(frozen=True)
class Comparison:
    """`in` has several values, of which one must be equal."""

    field: Field
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Not:
    """Also true where what it denies is unknown because a value is missing."""

    part: "Node"


@dataclass(frozen=True)
class All:
    """Every part is true."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part is true."""

    parts: tuple["Node", ...]


Node = Text | Comparison | Not | All | AnyOf


def read(query: str, now: datetime, is_metric: Callable[[str], bool]) -> Node | None:
    """None for a query that asks nothing. Raises `QueryError`."""
    if not query.strip():
        return None
    return _Reader(query, now, is_metric).node(parse(query), 0)


def fields_of(node: Node | None) -> set[str]:
    """Names of the fields that a query compares."""
    if isinstance(node, Comparison):
        return {node.field.name}
    parts: Sequence[Node] = (
        node.parts if isinstance(node, All | AnyOf) else [node.part] if isinstance(node, Not) else []
    )
    return {name for part in parts for name in fields_of(part)}


class _Reader:
    """Makes a query of its tree."""

    def __init__(self, query: str, now: datetime, is_metric: Callable[[str], bool]) -> None:
        self._query, self._now, self._is_metric = query, now, is_metric

    def node(self, tree: Tree[Token], depth: int) -> Node:
        if depth > MOST_NESTED:
            raise QueryError(tree.meta.start_pos, f"parentheses and not are nested more than {MOST_NESTED} deep")
        if tree.data == "text":
            return Text(_unquoted(_tokens(tree)[0]))
        if tree.data in ("comparison", "one_of", "none_of"):
            return self._comparison(*_tokens(tree))
        if tree.data == "all_of":
            return self._all_of(tree, depth)
        parts = [self.node(part, depth + 1) for part in tree.children if isinstance(part, Tree)]
        if tree.data == "not":
            return Not(parts[0])
        return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]

    def _all_of(self, tree: Tree[Token], depth: int) -> Node:
        parts: list[Node] = []
        words: list[Token] = []
        for part in tree.children:
            word = part.children[0] if isinstance(part, Tree) and part.data == "text" else None
            if isinstance(word, Token) and word.type == "TEXT":
                words.append(word)
                continue
            parts, words = [*parts, *self._phrase(words)], []
            if isinstance(part, Tree):
                parts.append(self.node(part, depth + 1))
        parts += self._phrase(words)
        return All(tuple(parts)) if len(parts) > 1 else parts[0]

    def _phrase(self, words: Sequence[Token]) -> list[Node]:
        """Words beside one another, with what is between them."""
        return [Text(self._query[words[0].start_pos : words[-1].end_pos])] if words else []

    def _comparison(self, name: Token, operator: Token, *values: Token) -> Comparison:
        field = find(str(name), self._is_metric)
        if field is None:
            raise QueryError(name.start_pos or 0, unknown(str(name)))
        sign = " ".join(operator.lower().split())
        if sign not in OPERATORS[field.kind]:
            right = ", ".join(OPERATORS[field.kind])
            raise QueryError(
                operator.start_pos or 0, f"{field.name} cannot be compared by {sign}; right would be {right}"
            )
        return Comparison(field, sign, tuple(self._value(field, sign, token) for token in values))

    def _value(self, field: Field, sign: str, token: Token) -> Value:
        try:
            value = value_of(field, _unquoted(token), token.type == "STRING", self._now)
        except ValueError as error:
            raise QueryError(token.start_pos or 0, str(error)) from None
        if value is None and sign not in ("=", "!="):
            raise QueryError(token.start_pos or 0, "none goes with = and != only; in quotes it is a text")
        return value


def _tokens(tree: Tree[Token]) -> list[Token]:
    return [token for token in tree.children if isinstance(token, Token)]


def _unquoted(token: Token) -> str:
    return _ESCAPED.sub(r"\1", token[1:-1]) if token.type == "STRING" else str(token)
