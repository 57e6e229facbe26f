"""Copies of a whole database: taken while others use it, and put in the place of another in one step.

Sessions of browsers are left out: whoever finds a copy must not be able to guess who was signed in, and after a
restore everybody signs in again.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

LEFT_OUT = "browser_session"
Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a query; returns its rows."""


class CopyError(RuntimeError):
    """Why a database cannot be copied or replaced, in one sentence."""


@dataclass(frozen=True)
class Contents:
    """What a copy holds."""

    revision: str
    rows: dict[str, int]
    runs: tuple[int, ...]
    files: dict[str, str]
    """SHA-256 of stored files by their path."""


class DatabaseCopies(ABC):
    """How a database of one kind is copied. All methods raise `CopyError`."""

    kind: Literal["sqlite", "postgresql"]

    @abstractmethod
    def take(self, target: Path) -> Contents:
        """Write a consistent copy to a new file, without making anybody wait."""

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether there is no table yet."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Raises if somebody else uses the database."""

    @abstractmethod
    def put(self, source: Path) -> None:
        """Replace everything by a copy: whole or, if that fails, not at all."""


def contents(ask: Ask, tables: str) -> Contents:
    """Read in one transaction; `tables` is the query for their names."""
    names = sorted(str(name) for (name,) in ask(tables))
    if "alembic_version" not in names:
        raise CopyError("The database has no tables of GSL Lab yet, so there is nothing to back up.")
    return Contents(
        revision=str(ask("SELECT version_num FROM alembic_version")[0][0]),
        rows={name: int(ask(f'SELECT count(*) FROM "{name}"')[0][0]) for name in names if name != LEFT_OUT},
        runs=tuple(int(run) for (run,) in ask("SELECT id FROM run ORDER BY id")),
        files={str(path): str(sha256) for path, sha256 in ask("SELECT path, sha256 FROM artifact")},
    )
