"""Runs as one zip of tables and files, written while it is sent: what is held at once does not grow with the runs.

Between two chunks nothing is kept but the place, no connection either, so an export that is cut off leaves nothing.
"""

import json
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import gsl
from gsl.backend.db.models import Artifact
from gsl.backend.domain.table_files import SUFFIX, Format, table_file
from gsl.backend.errors import NotFoundError
from gsl.backend.services.app_services import Services
from gsl.backend.store import artifacts
from gsl.backend.store.tables import TABLES, Table


class _Sink:
    """What the zip has written and nobody has taken yet; it cannot seek, so the zip is written front to back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """All of it is already here."""

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


@dataclass
class TableExport:
    """`files`: the kinds of artifacts that come along."""

    services: Services
    run_ids: Sequence[int]
    format: Format
    files: Collection[str] = ()
    _sink: _Sink = field(default_factory=_Sink)
    _about: dict[str, Any] = field(default_factory=dict)

    def chunks(self) -> Generator[bytes]:
        """The zip, piece by piece. Its last member is `about.json`: without it the export is not whole."""
        self._about = {"gsl_lab": gsl.__version__, "exported_at": datetime.now(UTC).isoformat(), "runs": self.run_ids}
        self._about |= {"rows": {}, "missing_files": []}
        with ZipFile(cast(Any, self._sink), "w") as archive:
            for table in TABLES:
                yield from self._table(archive, table)
            for run_id in self.run_ids if self.files else ():
                yield from self._files(archive, run_id)
            archive.writestr(_member("about.json"), json.dumps(self._about, indent=1))
        yield self._sink.take()

    def _table(self, archive: ZipFile, table: Table) -> Iterator[bytes]:
        rows = 0
        member = _member(f"{table.name}.{SUFFIX[self.format]}", compressed=self.format != "parquet")
        with archive.open(member, "w", force_zip64=True) as file:
            written = table_file(self.format, file, table.columns)
            for page in table.pages(self.services.database, self.run_ids):
                rows += len(page)
                written.add(page)
                yield self._sink.take()
            written.close()
        self._about["rows"][table.name] = rows
        yield self._sink.take()

    def _files(self, archive: ZipFile, run_id: int) -> Iterator[bytes]:
        with self.services.database.read() as session:
            found = artifacts.rows_of_run(session, run_id, self.files)
        for artifact in found:
            name = f"files/run-{run_id}/{artifact.job_key}/{artifact.kind}/{artifact.name}"
            yield from self._file(archive, artifact, name)

    def _file(self, archive: ZipFile, artifact: Artifact, name: str) -> Iterator[bytes]:
        try:
            content = self.services.files.read(artifact.path)
        except NotFoundError:  # a running job has replaced it, or it was deleted meanwhile
            self._about["missing_files"].append(name)
            return
        with closing(content), archive.open(_member(name), "w", force_zip64=True) as file:
            for chunk in content:
                file.write(chunk)
                yield self._sink.take()


def _member(name: str, *, compressed: bool = False) -> ZipInfo:
    """A file of the zip; what is compressed already is stored as it is."""
    member = ZipInfo(name, date_time=datetime.now(UTC).timetuple()[:6])
    member.compress_type = ZIP_DEFLATED if compressed else ZIP_STORED
    member.external_attr = 0o644 << 16
    return member
