"""How answers of the API are read: whole, page by page, or into a file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from client import files
from client.transport import Transport

M = TypeVar("M", bound=BaseModel)
_PAGE = 100


class Answers:
    """Answers of one server as models."""

    _transport: Transport

    def _figure(self, path: str, options: Mapping[str, Any]) -> dict[str, Any]:
        figure: dict[str, Any] = self._transport.request("GET", path, params=options).json()
        return figure

    def _get(self, model: type[M], path: str, query: Mapping[str, Any] | None = None) -> M:
        return model.model_validate_json(self._transport.request("GET", path, params=query).content)

    def _post(self, model: type[M], path: str, body: Mapping[str, Any] | None = None) -> M:
        return model.model_validate_json(self._transport.request("POST", path, json=body).content)

    def _list(self, model: type[M], path: str) -> list[M]:
        """A whole list, whether or not the route splits it into pages."""
        answer = self._transport.request("GET", path).json()
        if isinstance(answer, dict):
            return list(self._pages(model, path, {}))
        return [model.model_validate(item) for item in answer]

    def _pages(self, model: type[M], path: str, filters: Mapping[str, Any]) -> Iterator[M]:
        offset = 0
        while True:
            query = {**filters, "limit": _PAGE, "offset": offset}
            answer = self._transport.request("GET", path, params=query).json()
            yield from (model.model_validate(item) for item in answer["items"])
            offset += len(answer["items"])
            if not answer["items"] or offset >= answer["total"]:
                return

    def _download(self, path: str, query: Mapping[str, Any], file: Path) -> Path:
        """Write an answer to `file`, which appears only if all of it arrived."""
        with self._transport.stream("GET", path, params=query) as response:
            return files.write(file, response.iter_bytes(files.CHUNK))
