"""Writing files so that a reader, or a restart after a crash, never finds half of one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A path to write to; its file replaces `path` at the end of the block, once its content is on the disk.

    Creates the folder of `path` if needed. After an error `path` is as before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def write_atomically(path: Path) -> Iterator[IO[bytes]]:
    """The same as a file to write to."""
    with atomic_path(path) as partial, partial.open("wb") as file:
        yield file


def write_text(path: Path, text: str) -> None:
    """Replace the content of `path` with `text`, all of it or none."""
    with write_atomically(path) as file:
        file.write(text.encode())
