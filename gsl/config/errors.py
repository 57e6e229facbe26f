"""Errors of a whole settings object, each at the field to change."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Problem = tuple[tuple[str | int, ...], str, Any]
"""Where it is, below the object; why it is wrong; the value that is."""


def refuse(title: str, problems: Sequence[Problem]) -> None:
    """Raise one ValidationError with all of them; pydantic puts the object's own place before each."""
    errors = [
        InitErrorDetails(type=PydanticCustomError("rule", "{reason}", {"reason": reason}), loc=where, input=value)
        for where, reason, value in problems
    ]
    if errors:
        raise ValidationError.from_exception_data(title, errors)
