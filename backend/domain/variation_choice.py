"""A choice of variations as text: `0-15,18`. Pure."""

import re
from collections.abc import Iterable, Sequence

from gsl.backend.errors import InvalidError

MOST_CHARACTERS = 4_000
_CHOICE = re.compile(r"\d{1,16}(-\d{1,16})?(,\d{1,16}(-\d{1,16})?)*")


def chosen(text: str, known: Sequence[int]) -> frozenset[int] | None:
    """The variations that the text names; None for an empty one, which means all of them.

    Raises `InvalidError` for another form, and if one that is named, or an end of a range, is not `known`.
    """
    if not text:
        return None
    if not _CHOICE.fullmatch(text):
        raise InvalidError.field("variations", "must be numbers and ranges, as in 0-15,18")
    ranges = [_range(part) for part in text.split(",")]
    there = frozenset(known)
    unknown = next((end for ends in ranges for end in ends if end not in there), None)
    if unknown is not None:
        raise InvalidError.field("variations", f"{unknown} is not a variation of this run; it has {described(known)}")
    marked = _marked(ranges, sorted(there))
    if not marked:
        raise InvalidError.field("variations", "a range begins with its lower number, as in 0-15")
    return marked


def described(variations: Iterable[int], most: int = 20) -> str:
    """The numbers in the same form, for a message: 0-15, 18. None of them is `none`."""
    ranges: list[list[int]] = []
    for number in sorted(set(variations)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    more = f" and {len(texts) - most} more ranges" if len(texts) > most else ""
    return (", ".join(texts[:most]) or "none") + more


def _range(part: str) -> tuple[int, int]:
    first, _, last = part.partition("-")
    return int(first), int(last or first)


def _marked(ranges: Sequence[tuple[int, int]], known: Sequence[int]) -> frozenset[int]:
    """Those within any of the ranges; in order of both, so that many ranges over many variations take no time."""
    found, waiting = set(), sorted(ranges, reverse=True)
    end = -1
    for number in known:
        while waiting and waiting[-1][0] <= number:
            end = max(end, waiting.pop()[1])
        if number <= end:
            found.add(number)
    return frozenset(found)
