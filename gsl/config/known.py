"""Names that choose a member of a union: an unknown one is refused at its field, with those it may have meant."""

from collections.abc import Iterable
from typing import Any

from pydantic import BeforeValidator

from gsl.config.errors import refuse
from gsl.config.near import near


def known(names: Iterable[str], what: str) -> BeforeValidator:
    """For a union of settings told apart by `name`; `what` they are, for the message."""
    among = tuple(names)

    def look(value: Any) -> Any:
        name = value.get("name") if isinstance(value, dict) else None
        if isinstance(name, str) and name not in among:
            refuse(what, [(("name",), f"there is no {what} {name!r}{near(name, among)}", name)])
        return value

    return BeforeValidator(look)
