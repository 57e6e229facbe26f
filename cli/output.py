"""What the commands print: tables for people, JSON for scripts; and errors, always on stderr."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from gsl.cli.text import plain

_PIPE_WIDTH = 160


def console(*, stderr: bool = False) -> Console:
    """As wide as the terminal; a file or pipe gets long lines rather than cut ones."""
    narrow = (sys.stderr if stderr else sys.stdout).isatty() or "COLUMNS" in os.environ
    width = None if narrow else _PIPE_WIDTH
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)


def say(*parts: RenderableType) -> None:
    """Each part on a line of its own; the terminal wraps long text, which then can be copied whole."""
    for part in parts:
        console().print(part, soft_wrap=isinstance(part, str))


def warn(text: str) -> None:
    """One line on stderr."""
    console(stderr=True).print(Text(plain(text)), soft_wrap=True)


def emit(data: BaseModel | Sequence[BaseModel] | Mapping[str, Any]) -> None:
    """JSON on stdout."""
    print(json.dumps(_json(data), indent=2, ensure_ascii=False))


def emit_line(data: Mapping[str, Any]) -> None:
    """One line of JSON on stdout, at once."""
    print(json.dumps(data, ensure_ascii=False), flush=True)


def _json(data: BaseModel | Sequence[BaseModel] | Mapping[str, Any]) -> Any:
    if isinstance(data, BaseModel):
        return data.model_dump(mode="json", warnings=False)
    if isinstance(data, Mapping):
        return dict(data)
    return [_json(one) for one in data]


def table(*headings: str, right: Sequence[str] = ()) -> Table:
    """With these headings; columns in `right` hold numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        made.add_column(
            heading, justify="right" if heading in right else "left", no_wrap=heading in right, overflow="fold"
        )
    return made


def cells(*values: object) -> list[RenderableType]:
    """Values of a row; styled texts stay as they are."""
    return [value if isinstance(value, Text) else Text(plain(str(value))) for value in values]
