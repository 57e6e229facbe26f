"""Reading JSON bodies: what no table could store is refused here, before any route sees it.

PostgreSQL stores no NUL in text and no lone surrogate, no database a whole number beyond 64 bits, and NaN is no JSON.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from backend.errors import BadRequestError, InvalidError, TooLargeError

MAX_JSON_BYTES = 32 * 2**20
_INT64 = 2**63


class JsonRoute(APIRoute):
    """A route whose JSON body is bounded in size and holds only storable values."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def checked(request: Request) -> Response:
            body = await bounded_body(request)
            is_json = "json" in request.headers.get("content-type", "")
            request._body = body  # read once: Starlette keeps both under these names
            if body and is_json:
                request._json = parse_json(body)
            return await handle(request)

        return checked


async def bounded_body(request: Request) -> bytes:
    """The whole body, refused as soon as it grows beyond the limit."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_JSON_BYTES:
            raise TooLargeError(f"A JSON body may have at most {MAX_JSON_BYTES} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def parse_json(body: bytes) -> Any:
    """The JSON value of `body`; raises `BadRequestError` when it is none, `InvalidError` when it cannot be stored."""
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
        raise InvalidError(f"The whole number {digits[:40]} does not fit into 64 bits.")
    return value


def _no_constant(name: str) -> float:
    raise BadRequestError(f"The body is not JSON: {name} is no JSON number; write null.")


def _check_text(value: Any, path: tuple[str, ...]) -> None:
    if isinstance(value, str):
        if not storable(value):
            raise InvalidError.field(".".join(path) or "body", "holds a NUL or half a surrogate pair, which is no text")
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
