"""Validation errors at the field to change, and what their messages share: counts, suggestions for a mistyped name."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BeforeValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Problem = tuple[tuple[str | int, ...], str, Any]
"""The field's location within the object, the reason, and the rejected value."""

BrokenRule = tuple[tuple[str, ...], str]
"""The field to change and the reason."""

_SUGGESTED = 5


def refuse(title: str, problems: Sequence[Problem]) -> None:
    """Raise one ValidationError for all problems, if any; pydantic prepends the object's own location."""
    errors = [
        InitErrorDetails(type=PydanticCustomError("rule", "{reason}", {"reason": reason}), loc=where, input=value)
        for where, reason, value in problems
    ]
    if errors:
        raise ValidationError.from_exception_data(title, errors)


def counted(count: int, noun: str) -> str:
    """`1 epoch`, `2 epochs`: for messages."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def did_you_mean(name: str, choices: Iterable[str], listed: int = _SUGGESTED) -> str:
    """The end of a message about an unknown name: the closest choices, or the first `listed` if none is close.

    Upper and lower case do not matter.
    """
    names = sorted(choices)
    by_lower = {one.lower(): one for one in names}
    close = [by_lower[one] for one in get_close_matches(name.lower(), by_lower, _SUGGESTED, cutoff=0.5)]
    if close:
        *others, last = close
        return f"; did you mean {', '.join(others)} or {last}?" if others else f"; did you mean {last}?"
    more = f" and {len(names) - listed} more" if len(names) > listed else ""
    return f"; choose {', '.join(names[:listed])}{more}" if names else ""


def known_name(names: Iterable[str], what: str) -> BeforeValidator:
    """A validator for a union of settings that `name` tells apart: an unknown name is refused at the `name` field.

    `what` the members are (suite, learner, ...) goes into the message.
    """
    choices = tuple(names)

    def check(value: Any) -> Any:
        name = value.get("name") if isinstance(value, dict) else None
        if isinstance(name, str) and name not in choices:
            refuse(what, [(("name",), f"unknown {what} {name!r}{did_you_mean(name, choices)}", name)])
        return value

    return BeforeValidator(check)


def in_one_sentence(error: ValidationError) -> str:
    """Names each invalid setting and what would be right, but not its value, which may be a secret."""
    wrong = "; ".join(
        f"{problem['loc'][0]}: {problem['msg'].removeprefix('Value error, ')}" for problem in error.errors()
    )
    return f"A setting is missing or invalid. {wrong}."


def first_error(error: ValidationError) -> str:
    """Where and what the first thing is that is wrong, as `episodes.3.length: Input should be ...`."""
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}" if where else str(problem["msg"])
