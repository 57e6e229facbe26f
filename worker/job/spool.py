"""The trainer's only output to the world: one `SpoolLine` a line, appended and flushed."""

from pathlib import Path

from gsl.protocol.reports import ArtifactReport, DemonstrationsReport, EpochReport, EvaluationReport, StartedReport

Line = StartedReport | EpochReport | EvaluationReport | DemonstrationsReport | ArtifactReport


class Spool:
    """Appends; a line is either whole in the file or, after a crash, cut off by `rewind_spool`."""

    def __init__(self, path: Path, *, echo: bool = False) -> None:
        self._file = path.open("ab")
        self._echo = echo

    @property
    def offset(self) -> int:
        """Bytes written so far."""
        return self._file.tell()

    def say(self, line: Line) -> None:
        text = line.model_dump_json()
        self._file.write(text.encode() + b"\n")
        self._file.flush()
        if self._echo:
            print(text, flush=True)

    def close(self) -> None:
        self._file.close()
