"""Configurations that were launched: what was allowed then opens now, though rules between parts have changed since."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_STORED: ContextVar[bool] = ContextVar("stored", default=False)


@contextmanager
def stored() -> Iterator[None]:
    """Within it configurations are read as they are; types, ranges and unknown fields are checked as ever."""
    token = _STORED.set(True)
    try:
        yield
    finally:
        _STORED.reset(token)


def is_stored() -> bool:
    """Whether the configuration being read was launched before."""
    return _STORED.get()


def as_stored(value: Any, read: Callable[[Any], Any]) -> Any:
    """A pydantic wrap validator: the field holds a configuration that was launched."""
    with stored():
        return read(value)
