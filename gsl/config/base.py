"""How settings are declared, and how configurations of earlier launches are read.

A configuration that was valid when it was launched stays readable, even if rules between its parts have changed since.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

_STORED: ContextVar[bool] = ContextVar("stored", default=False)


def _add_compatibility(schema: JsonDict, settings: type[BaseModel]) -> None:
    """Add to the schema what the form needs to know about a member of a union before it is chosen."""
    for fact in ("observes", "actions", "hooks"):
        names = getattr(settings, fact, None)
        if isinstance(names, frozenset):
            schema[fact] = [*sorted(names)]


class Settings(BaseModel):
    """Immutable typed settings; unknown fields, NaN and infinities are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, json_schema_extra=_add_compatibility)


def setting(default: Any, help: str, *, unit: str | None = None, **limits: Any) -> Any:
    """A field whose help and unit appear in the API's schema and in the page's form.

    `limits` are pydantic's `ge`, `gt`, `le`, `lt`, `min_length`, `max_length`; `fail_fast` reports a list's first wrong
    item alone, because a long list may have a million.
    """
    extra: JsonDict | None = {"unit": unit} if unit else None
    return Field(default, description=help, json_schema_extra=extra, validate_default=True, **limits)


@contextmanager
def stored() -> Iterator[None]:
    """Read configurations without the rules between their parts; types, ranges and unknown fields are still checked."""
    token = _STORED.set(True)
    try:
        yield
    finally:
        _STORED.reset(token)


def is_stored() -> bool:
    """Whether the configuration being read comes from an earlier launch."""
    return _STORED.get()


def as_stored(value: Any, read: Callable[[Any], Any]) -> Any:
    """A pydantic wrap validator for a field that holds a configuration of an earlier launch."""
    with stored():
        return read(value)
