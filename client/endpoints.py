"""How a call of the API is declared once, for the client that waits and for the one that is awaited.

A declaration is a method that returns a conversation: a generator that yields requests, gets their answers, and returns
the result. `@endpoint` makes it a method of both clients, which differ only in how they send; `@paged` does the same
for lists that are read page by page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, overload

import httpx
from pydantic import BaseModel, TypeAdapter

from gsl.client.errors import ApiError
from gsl.client.transport import AsyncTransport, Transport

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
PAGE = 100
"""Items asked for at once."""


@dataclass(frozen=True)
class Request:
    """What is sent; parameters of the query that are None are left out."""

    method: str
    path: str
    query: Mapping[str, Any] | None = None
    body: Mapping[str, Any] | None = None
    after: float = 0.0
    """Seconds to wait before."""

    @property
    def options(self) -> dict[str, Any]:
        """httpx's."""
        query = {name: value for name, value in (self.query or {}).items() if value is not None}
        return {"params": query, "json": self.body}


Conversation = Generator[Request, httpx.Response, T]


def ask(request: Request) -> Conversation[httpx.Response]:
    return (yield request)


def get(model: type[M], path: str, query: Mapping[str, Any] | None = None, *, after: float = 0.0) -> Conversation[M]:
    answer = yield Request("GET", path, query=query, after=after)
    return model.model_validate_json(answer.content)


def send(
    model: type[M],
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
) -> Conversation[M]:
    answer = yield Request(method, path, query, body)
    return model.model_validate_json(answer.content)


def post(
    model: type[M], path: str, body: Mapping[str, Any] | None = None, query: Mapping[str, Any] | None = None
) -> Conversation[M]:
    return send(model, "POST", path, body, query)


def listed(model: type[M], path: str, query: Mapping[str, Any] | None = None) -> Conversation[list[M]]:
    """A list that the route sends whole."""
    answer = yield Request("GET", path, query=query)
    return TypeAdapter(list[model]).validate_json(answer.content)  # type: ignore[valid-type]  # known at run time


def changed(model: type[M], path: str, body: Mapping[str, Any]) -> Conversation[list[M]]:
    """All that one request has changed."""
    answer = yield Request("POST", path, body=body)
    return TypeAdapter(list[model]).validate_json(answer.content)  # type: ignore[valid-type]  # as above


def json_object(path: str, query: Mapping[str, Any]) -> Conversation[dict[str, Any]]:
    """An answer that has no model."""
    answer = yield Request("GET", path, query=query)
    content: dict[str, Any] = answer.json()
    return content


@dataclass(frozen=True)
class Pages(Generic[M]):
    """A list that the route sends page by page."""

    model: type[M]
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)

    def at(self, offset: int) -> Conversation[tuple[list[M], int | None]]:
        """The items from here on, and where the next page begins; None after the last."""
        answer = yield Request("GET", self.path, query={**self.query, "limit": PAGE, "offset": offset})
        page = answer.json()
        items = [self.model.model_validate(item) for item in page["items"]]
        after = offset + len(items)
        return items, after if items and after < page["total"] else None

    def all(self) -> Conversation[list[M]]:
        found: list[M] = []
        offset: int | None = 0
        while offset is not None:
            items, offset = yield from self.at(offset)
            found += items
        return found


class Sender:
    """Holds conversations, and waits for each answer."""

    _transport: Transport

    def converse(self, conversation: Conversation[T]) -> T:
        try:
            request = next(conversation)
            while True:
                try:
                    answer = self._transport.send(request.method, request.path, request.after, **request.options)
                except ApiError as error:
                    request = conversation.throw(error)
                else:
                    request = conversation.send(answer)
        except StopIteration as ended:
            result: T = ended.value
            return result

    def each(self, pages: Pages[M]) -> Iterator[M]:
        offset: int | None = 0
        while offset is not None:
            items, offset = self.converse(pages.at(offset))
            yield from items


class AsyncSender:
    """Holds conversations that are awaited."""

    _transport: AsyncTransport

    async def converse(self, conversation: Conversation[T]) -> T:
        try:
            request = next(conversation)
            while True:
                try:
                    answer = await self._transport.send(request.method, request.path, request.after, **request.options)
                except ApiError as error:
                    request = conversation.throw(error)
                else:
                    request = conversation.send(answer)
        except StopIteration as ended:
            result: T = ended.value
            return result

    async def each(self, pages: Pages[M]) -> AsyncIterator[M]:
        offset: int | None = 0
        while offset is not None:
            items, offset = await self.converse(pages.at(offset))
            for item in items:
                yield item


class endpoint(Generic[P, T]):
    """A method of both clients: `Client` returns its result, `AsyncClient` is awaited for it."""

    def __init__(self, declared: Callable[Concatenate[Any, P], Conversation[T]]) -> None:
        self._declared = declared
        self.__doc__ = declared.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> endpoint[P, T]: ...
    @overload
    def __get__(self, client: Sender, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: AsyncSender, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: Sender | AsyncSender | None, owner: type) -> Any:
        if client is None:
            return self
        declared = self._declared.__get__(client)

        def method(*args: P.args, **options: P.kwargs) -> T | Coroutine[Any, Any, T]:
            return client.converse(declared(*args, **options))

        return update_wrapper(method, declared)


class paged(Generic[P, M]):
    """A list of both clients: `Client` iterates over it, `AsyncClient` does so asynchronously."""

    def __init__(self, declared: Callable[Concatenate[Any, P], Pages[M]]) -> None:
        self._declared = declared
        self.__doc__ = declared.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> paged[P, M]: ...
    @overload
    def __get__(self, client: Sender, owner: type) -> Callable[P, Iterator[M]]: ...
    @overload
    def __get__(self, client: AsyncSender, owner: type) -> Callable[P, AsyncIterator[M]]: ...
    def __get__(self, client: Sender | AsyncSender | None, owner: type) -> Any:
        if client is None:
            return self
        declared = self._declared.__get__(client)

        def method(*args: P.args, **options: P.kwargs) -> Iterator[M] | AsyncIterator[M]:
            return client.each(declared(*args, **options))

        return update_wrapper(method, declared)
