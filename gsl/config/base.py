"""How a setting is declared: one value, one unit, one range, one sentence of help."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict


def _say_what_it_fits(schema: JsonDict, settings: type[BaseModel]) -> None:
    """Add to the schema what a form has to know of a member of a union before it is chosen."""
    for fact in ("observes", "actions", "hooks"):
        names = getattr(settings, fact, None)
        if isinstance(names, frozenset):
            schema[fact] = [*sorted(names)]


class Settings(BaseModel):
    """Immutable typed settings; unknown fields, NaN and infinities are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, json_schema_extra=_say_what_it_fits)


def setting(default: Any, help: str, *, unit: str | None = None, **limits: Any) -> Any:
    """A field whose help and unit reach the API's schema and the page's form.

    `limits` are pydantic's `ge`, `gt`, `le`, `lt`, `min_length`, `max_length`.
    """
    extra: JsonDict | None = {"unit": unit} if unit else None
    return Field(default, description=help, json_schema_extra=extra, validate_default=True, **limits)
