"""What all messages of the API share: answers, requests, pages, and errors as problem details."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

MAX_ID = 2**63 - 1
"""The largest that a database holds."""

ANSWER = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


def example(value: dict[str, Any]) -> ConfigDict:
    """The example that OpenAPI shows for a request."""
    return ConfigDict(json_schema_extra={"examples": [value]})


class Answer(BaseModel):
    """What the server sends. Immutable; clients ignore fields they do not know, so a newer server may send more."""

    model_config = ANSWER


class Request(BaseModel):
    """What a person sends. Unknown fields are refused, so that a typing mistake is noticed."""

    model_config = ConfigDict(extra="forbid")


class Page(Answer, Generic[T]):
    """One page of a list."""

    items: tuple[T, ...]
    total: int = Field(description="Number of items on all pages together.")
    limit: int
    offset: int


class FieldError(Answer):
    field: str = Field(description="Dotted path of the invalid field, for example config.suite.goals.")
    message: str = Field(description="What is wrong, and what would be accepted.")
    position: int | None = Field(default=None, description="Of the wrong character in a text, counted from 0.")


class Problem(Answer):
    """An error as RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


class Accepted(Answer):
    accepted: int = Field(description="Number of reports stored.")
