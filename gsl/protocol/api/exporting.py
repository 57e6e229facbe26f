"""Exporters: formats of other tools in which the server writes runs while they train."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field

from gsl.protocol.api.base import Answer

Exporter = Literal["tensorboard", "wandb"]
EXPORTERS: tuple[Exporter, ...] = get_args(Exporter)
Exporters = Annotated[
    list[Exporter] | None,
    Field(
        max_length=len(EXPORTERS),
        description="Formats in which the run is exported while it trains; by default those of the server's settings. "
        "An empty list: none.",
    ),
]


class ExporterPublic(Answer):
    """A format, and whether this server can write it."""

    name: Exporter
    title: str
    by_default: bool = Field(description="Whether runs that name none are exported in it.")
    folder: str = Field(description="On the server, or wherever its folder of exports is mounted.")
    obstacle: str = Field(description="Why it cannot be written, and what to do; usually empty.")


class ExportPublic(Answer):
    """How far a run is exported in one format."""

    exporter: Exporter
    folder: str = Field(description="On the server; W&B's runs of all runs are in one folder.")
    state: Literal["waiting", "current", "failed"] = Field(
        description="`waiting`: there is something to write, or W&B's folder has to wait for the end of the run; "
        "`failed`: it could not be written, which is tried again."
    )
    error: str = Field(description="Why it failed; empty otherwise.")
    exported_at: datetime | None = Field(description="When it was last written.")


class RunExporters(Answer):
    """In which formats a run is exported."""

    chosen: tuple[Exporter, ...] | None = Field(description="For this run; null: as the server's settings say.")
    exports: tuple[ExportPublic, ...]
