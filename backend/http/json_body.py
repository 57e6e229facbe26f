"""JSON bodies that can be stored.

PostgreSQL takes no NUL in text and no lone surrogate, no database a whole number beyond 64 bits, and NaN is not JSON.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from gsl.backend.errors import BadRequestError, InvalidError

_INT64 = 2**63


class JsonRoute(APIRoute):
    """A route whose JSON body holds only values that can be stored."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def checked(request: Request) -> Response:
            request = StorableRequest(request.scope, request.receive)
            # Read here: FastAPI would turn whatever reading or parsing raises into an error 400 without particulars.
            if await request.body() and "json" in request.headers.get("content-type", ""):
                await request.json()
            return await handle(request)

        return checked


class StorableRequest(Request):
    """A request whose `json` is parsed by `parse_json`, once, in a thread: others are answered meanwhile."""

    async def json(self) -> Any:
        if not hasattr(self, "_parsed"):
            self._parsed = await run_in_threadpool(parse_json, await self.body())
        return self._parsed


def parse_json(body: bytes) -> Any:
    """The JSON value of `body`; raises `BadRequestError` if it is not JSON, `InvalidError` if it cannot be stored."""
    try:
        value = json.loads(body.decode(), parse_int=_int64, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadRequestError(f"The body is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise BadRequestError(f"The body is not JSON: {error}.") from error
    except RecursionError as error:
        raise BadRequestError("The body is nested too deeply.") from error
    if b"\\u0000" in body or b"\\ud" in body.lower():  # only escapes can bring in NUL or lone surrogates
        _check_text(value, ())
    return value


def _int64(digits: str) -> int:
    value = int(digits) if len(digits) < 21 else _INT64
    if not -_INT64 <= value < _INT64:
        raise InvalidError(f"The integer {digits[:40]} does not fit into 64 bits.")
    return value


def _no_constant(name: str) -> float:
    raise BadRequestError(f"The body is not JSON: {name} is not a JSON number; use null instead.")


def _check_text(value: Any, path: tuple[str, ...]) -> None:
    if isinstance(value, str):
        if not storable(value):
            raise InvalidError.field(".".join(path) or "body", "contains a NUL character or an unpaired surrogate")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key, path)
            _check_text(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_text(item, (*path, str(index)))


def storable(text: str) -> bool:
    """Whether every database can hold the text."""
    return "\x00" not in text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)
