"""The spool: a file of JSON lines through which a trainer reports, one `SpoolLine` on each line, in order.

The trainer appends to it, the runner reads it from a byte offset, and both cut it back to the newest checkpoint before
a job resumes.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gsl.protocol.reports import ArtifactReport, Report, SpoolLine
from gsl.worker.job.checkpoint import read_state_json
from gsl.worker.job.folder import JobFolder

MAX_REPORTS = 1000
MAX_BYTES = 1 << 20
"""Limits of one batch; a single report may be longer."""

SPOOL_LINE: TypeAdapter[SpoolLine] = TypeAdapter(SpoolLine)


class SpoolError(RuntimeError):
    """The spool contains something other than reports, or announces a file that does not exist."""


class SpoolWriter:
    """Appends lines. After a crash, `rewind` removes a line that was written in part."""

    def __init__(self, path: Path, *, echo: bool = False) -> None:
        """`echo` also prints every line to standard output."""
        self._file = path.open("ab")
        self._echo = echo

    @property
    def offset(self) -> int:
        """Size of the spool in bytes."""
        return self._file.tell()

    def write(self, line: SpoolLine) -> None:
        text = line.model_dump_json()
        self._file.write(text.encode() + b"\n")
        self._file.flush()
        if self._echo:
            print(text, flush=True)

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class SpoolBatch:
    """Consecutive reports, at most one artifact after them, and the byte offset where the next batch begins."""

    reports: tuple[Report, ...]
    artifact: ArtifactReport | None
    end: int


def read_batch(spool: Path, offset: int) -> SpoolBatch:
    """Reports from `offset` up to the limits of a batch or to the first artifact. Empty if no complete line follows.

    A last line without a newline is still being written or was cut off, so it is left for later. Raises SpoolError.
    """
    reports: list[Report] = []
    end = offset
    with spool.open("rb") as file:
        file.seek(offset)
        while len(reports) < MAX_REPORTS and (end == offset or end - offset < MAX_BYTES):
            text = file.readline()
            if not text.endswith(b"\n"):
                break
            line = _parse(text, end)
            end += len(text)
            if isinstance(line, ArtifactReport):
                return SpoolBatch(tuple(reports), line, end)
            reports.append(line)
    return SpoolBatch(tuple(reports), None, end)


def read_all(spool: Path) -> list[SpoolLine]:
    """Every line of the spool of a job that is not running; empty if it has none yet. Raises SpoolError."""
    return [_parse(line, 0) for line in spool.read_bytes().splitlines()] if spool.exists() else []


def rewind(folder: JobFolder) -> int:
    """Cut the spool back to its size at the newest checkpoint; returns its size in bytes.

    A resumed trainer repeats everything that came after it. Rewinding twice is harmless: the runner rewinds before it
    starts the trainer and the sender of reports, so that both begin at the same offset.
    """
    size = folder.spool.stat().st_size if folder.spool.exists() else 0
    keep = min(spool_offset(folder.resume), size)
    folder.path.mkdir(parents=True, exist_ok=True)
    with folder.spool.open("ab") as spool:
        spool.truncate(keep)
    return keep


def spool_offset(resume: Path) -> int:
    """Size of the spool, in bytes, when this checkpoint was written; 0 without a checkpoint."""
    return int(read_state_json(resume)["spool_offset"]) if resume.exists() else 0


def _parse(text: bytes, offset: int) -> SpoolLine:
    try:
        return SPOOL_LINE.validate_json(text)
    except ValidationError as error:
        raise SpoolError(f"byte {offset} of the spool does not start a valid report: {text[:200]!r}") from error
