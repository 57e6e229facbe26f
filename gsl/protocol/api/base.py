"""What every answer shares: pages, and errors as problem details."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


def example(value: dict[str, Any]) -> ConfigDict:
    """A body that OpenAPI shows as its example."""
    return ConfigDict(json_schema_extra={"examples": [value]})


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


def _example(value: dict[str, Any]) -> ConfigDict:
    """What the documentation shows as a body, beside what every schema has."""
    return ConfigDict(extra="forbid", from_attributes=True, json_schema_extra={"examples": [value]})


class Page(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int = Field(description="How many there are on all pages.")
    limit: int
    offset: int


class FieldError(Schema):
    field: str = Field(description="Dotted path of the wrong field, as config.suite.goals.")
    message: str = Field(description="What would be right.")


class Problem(Schema):
    """An error as RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


class Accepted(Schema):
    accepted: int = Field(description="How many reports were taken in.")
