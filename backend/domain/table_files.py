"""Tables as files: Parquet, CSV, or JSON with one object a line. Rows are written as they come, never all at once."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import IO, Any, Literal, Protocol

Format = Literal["parquet", "csv", "json"]
SUFFIX: dict[Format, str] = {"parquet": "parquet", "csv": "csv", "json": "jsonl"}
_ROW_GROUP = 20_000


class TableFile(Protocol):
    """A file being written; it is complete once it is closed."""

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None: ...
    def close(self) -> None: ...


def table_file(format: Format, file: IO[bytes], columns: Mapping[str, str]) -> TableFile:
    """An empty table with these columns, each with its kind: integer, number, text, time or json."""
    kinds: dict[Format, Callable[..., TableFile]] = {"parquet": ParquetFile, "csv": CsvFile, "json": JsonFile}
    return kinds[format](file, columns)


class ParquetFile:
    """Compressed, with types; values of kind json are text."""

    def __init__(self, file: IO[bytes], columns: Mapping[str, str]) -> None:
        # Imported when needed: it takes a server's start half a second otherwise.
        import pyarrow
        from pyarrow import parquet

        types = {
            "integer": pyarrow.int64(), "number": pyarrow.float64(), "text": pyarrow.string(),
            "time": pyarrow.timestamp("us", tz="UTC"), "json": pyarrow.string(),
        }  # fmt: skip
        self._arrow, self._kinds = pyarrow, list(columns.values())
        self._schema = pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[tuple[Any, ...]] = []

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self._rows += rows
        if len(self._rows) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        """Small groups of rows would make a large and slow file."""
        columns = zip(*self._rows, strict=True)
        values = [[_plain(value, kind) for value in column] for column, kind in zip(columns, self._kinds, strict=True)]
        arrays = [
            self._arrow.array(column, type=field.type) for column, field in zip(values, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.table(arrays, schema=self._schema))
        self._rows = []


class CsvFile:
    """UTF-8 with a heading; missing values are empty, times are ISO 8601 in UTC."""

    def __init__(self, file: IO[bytes], columns: Mapping[str, str]) -> None:
        self._kinds = list(columns.values())
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        self._writer = csv.writer(self._text)
        self._writer.writerow(columns)

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self._writer.writerows(
            [_text(value, kind) for value, kind in zip(row, self._kinds, strict=True)] for row in rows
        )

    def close(self) -> None:
        self._text.flush()
        self._text.detach()  # whoever opened the file closes it


class JsonFile:
    """One JSON object a line, as pandas, polars and DuckDB read it; values of kind json are nested."""

    def __init__(self, file: IO[bytes], columns: Mapping[str, str]) -> None:
        self._file, self._columns = file, columns

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        for row in rows:
            line = {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in zip(self._columns, row, strict=True)
            }
            self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """Nothing is left to write."""


def _plain(value: Any, kind: str) -> Any:
    return json.dumps(value, ensure_ascii=False) if kind == "json" and value is not None else value


def _text(value: Any, kind: str) -> Any:
    return value.isoformat() if isinstance(value, datetime) else _plain(value, kind)
