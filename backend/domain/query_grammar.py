"""The grammar of queries over runs, and what is wrong with a text that it does not read.

`status = failed and learner.learning_rate > 1e-4 and created > 2d ago maze`: comparisons, `and`, `or`, `not`,
parentheses, and words to find in name, notes or tags. What stands beside one another must both be true.
"""

from collections.abc import Iterable

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

GRAMMAR = r"""
?start: any_of
?any_of: all_of (_OR all_of)*
?all_of: _negation (AND? _negation)*
_negation: not | _atom
not: NOT (not | _atom)
_atom: text | comparison | one_of | none_of | group
group: "(" any_of ")"
text: TEXT | STRING
comparison: TEXT OP _value
one_of: TEXT IN _list
none_of: TEXT NOT_IN _list
_list: "(" _listed ("," _listed)* ")"
_listed: VALUE | STRING | AGO
_value: VALUE | STRING | AGO

AND.2: /and(?![^\s()])/i
_OR.2: /or(?![^\s()])/i
NOT.2: /not(?![^\s()])/i
NOT_IN.3: /not\s+in(?=\s*\()/i
IN.3: /in(?=\s*\()/i
AGO.3: /\d+(\.\d+)?\s*(min|s|h|d|w)[a-z]*\s+ago(?![^\s(),])/i
OP: "!=" | "<=" | ">=" | "!~" | "=" | "<" | ">" | "~"
STRING: /"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/s
TEXT: /(?!!?[=~])[^\s()<>=~,"'](?:[^\s()<>=!~]|!(?![=~]))*/
VALUE: /[^\s()<>=!~"',][^\s()<>=!~,]*/
%ignore /\s+/
"""
PARSER = Lark(GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=True)

_WORDS = {
    "TEXT": "a field such as status", "STRING": 'a "text in quotes"', "VALUE": "a value",
    "AGO": "a time such as 2d ago", "OP": "one of = != < <= > >= ~ !~",
    "IN": "in (...)", "NOT_IN": "not in (...)", "AND": "and", "_OR": "or",
    "NOT": "not", "LPAR": "(", "RPAR": ")", "COMMA": "a comma", "$END": "the end",
}  # fmt: skip

_SIGNS = "()<>=~!,"


class QueryError(Exception):
    """What is wrong with a query, and at which of its characters, counted from 0."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.position = position
        self.message = message


def parse(text: str) -> Tree[Token]:
    """The tree of a query that is not empty. Raises `QueryError`."""
    try:
        return PARSER.parse(text)
    except UnexpectedInput as error:
        raise _explained(text, error) from None


def _explained(text: str, error: UnexpectedInput) -> QueryError:
    expected = in_words(_expected(error))
    position: int | None = getattr(error, "pos_in_stream", None)  # which lark declares to be None
    if position is None or position >= len(text) or getattr(error, "token", None) == "":
        return QueryError(len(text), f"the query ends where {expected} is missing")
    found = text[position : position + 12].split(maxsplit=1)[0]
    if found[0] in "\"'":
        return QueryError(position, f"the quotes that open here ({found}) are never closed")
    quoted = ". Text with such characters needs quotes" if found[0] in _SIGNS else ""
    return QueryError(position, f"{found} cannot stand here; expected {expected}{quoted}")


def _expected(error: UnexpectedInput) -> set[str]:
    """lark says it in three ways."""
    found = getattr(error, "accepts", None) or getattr(error, "expected", None) or getattr(error, "allowed", None)
    return set(found or ())


def in_words(terminals: Iterable[str]) -> str:
    """What may stand somewhere, as a sentence says it."""
    known = set(terminals)
    words = [word for name, word in _WORDS.items() if name in known]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "something else"
