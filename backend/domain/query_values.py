"""What the values of a query mean, by the kind of their field: numbers, times, yes and no."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gsl.backend.domain.run_fields import Field

MISSING = "none"
"""Written for a value that a run does not have."""
_THOUSANDS = {"k": 1e3, "m": 1e6, "g": 1e9}
_NUMBER = re.compile(r"([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kmg]?)", re.IGNORECASE)
_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)\s+ago", re.IGNORECASE)
_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST_S = 100 * 366 * 86_400
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}


@dataclass(frozen=True)
class Span:
    """A stretch of time, its end not included: a whole day where only a date is written."""

    begin: datetime
    end: datetime


Value = str | float | bool | Span | None
"""None is a missing value."""


def value_of(field: Field, text: str, quoted: bool, now: datetime) -> Value:
    """Raises ValueError, which says what would be right."""
    if not quoted and text.lower() == MISSING:
        return None
    if field.kind == "number":
        return _number(text)
    if field.kind == "time":
        return _time(text, now)
    if field.kind == "flag":
        return _flag(text)
    if field.source == "run" and field.values and text not in field.values:
        raise ValueError(f"{field.name} is one of {', '.join(field.values)}")
    return text


def _number(text: str) -> float:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no number; right would be 0.5, 1e-4, 20_000 or 2M")
    found = float(match[1].replace("_", "")) * _THOUSANDS.get(match[2].lower(), 1)
    if not math.isfinite(found):
        raise ValueError(f"{text} is too large")
    return found


def _flag(text: str) -> bool:
    found = _FLAGS.get(text.lower())
    if found is None:
        raise ValueError(f"{text} is neither yes nor no")
    return found


def _time(text: str, now: datetime) -> Span:
    if match := _AGO.fullmatch(text):
        at = now - _duration(float(match[1]), match[2].lower())
        return Span(at, at)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no time; right would be 2d ago, 2026-01-31 or 2026-01-31T12:00") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        return Span(at, at + timedelta(days=1)) if len(text) <= len("2026-01-31") else Span(at, at)
    except OverflowError:
        raise ValueError(f"{text} is too far away") from None


def _duration(number: float, unit: str) -> timedelta:
    seconds = _UNITS["min"] if unit.startswith("min") else _UNITS[unit[0]]
    if number * seconds > _LONGEST_S:
        raise ValueError("that is more than a hundred years ago")
    return timedelta(seconds=number * seconds)
