"""What exporters say of a run as a whole: what it is called elsewhere, and its settings as hyperparameters."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from importlib.util import find_spec
from typing import Any

from gsl.config.run import RunConfig
from gsl.config.suites.base import SuiteSettings
from gsl.protocol.api.exporting import Exporter

Value = bool | int | float | str
_LONGEST = 120
"""Bytes of the name within that of a folder, for which file systems allow 255."""
_OTHERS = re.compile(r"[^\w.+=-]+")


class MissingPackageError(RuntimeError):
    """The package that writes a format is not installed."""


def check_installed(exporter: Exporter) -> None:
    """Raises `MissingPackageError`, which says how to install it."""
    if find_spec(exporter) is None:
        raise MissingPackageError(f"the package {exporter} is not installed: pip install 'gsl-lab[{exporter}]'")


@dataclass(frozen=True)
class About:
    """`id` is its number on its server, `config` a RunConfig as JSON."""

    id: int
    name: str
    created_at: datetime
    config: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    facts: Mapping[str, Value] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Readable, different for each run of the server, and one plain folder whatever the run is called."""
        text = _OTHERS.sub("-", unicodedata.normalize("NFKC", self.name)).strip(".-")
        short = text.encode()[:_LONGEST].decode(errors="ignore")
        return f"{short or 'run'}-{self.id}"

    def digest(self, job: str) -> str:
        """Names a job among those of all servers, and stays the same when it is exported again."""
        return sha256(f"{self.id} {self.created_at.astimezone(UTC).isoformat()} {job}".encode()).hexdigest()[:12]

    @property
    def hyperparameters(self) -> dict[str, Value]:
        """Settings by their path, as after `--set`; lists as text, and what has no value left out."""
        return dict(_flat("", self.config))


def _flat(path: str, value: Any) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _flat(f"{path}.{name}" if path else str(name), below)
    elif isinstance(value, bool | int | float | str):
        yield path, value
    elif value is not None:
        yield path, str(value)


@dataclass(frozen=True)
class Ending:
    """How a run ended: its status, when, after how many steps, and the last figures of its own policy."""

    status: str
    at: float
    step: int
    scalars: Mapping[str, float]


def settings_of(config: Any) -> Mapping[str, Any]:
    """Of a configuration, or of one that cannot be read any more and is kept as it was stored."""
    return config.model_dump(mode="json") if isinstance(config, RunConfig) else dict(config)


def suite_of(config: Any) -> SuiteSettings | None:
    """None if the configuration cannot be read any more."""
    return config.suite if isinstance(config, RunConfig) else None
