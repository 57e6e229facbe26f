"""Stored files: checkpoints, demonstrations, pictures and logs behind one fsspec URL, by default a folder.

A file appears under its name only once it is complete and its SHA-256 is correct. Sizes are in bytes.
"""

import errno
import hashlib
import secrets
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import fsspec
from fsspec.core import url_to_fs

from gsl.backend.errors import InvalidError, NotFoundError, StorageFullError

_CHUNK = 2**20
_FULL = (errno.ENOSPC, errno.EDQUOT)


class ArtifactStore:
    """Files by relative path. Raises `StorageFullError` naming the store if no space is left."""

    def __init__(self, url: str) -> None:
        self.url = url
        # Another process adds files too, so a listing must not be remembered.
        filesystem, root = url_to_fs(url, use_listings_cache=False)
        self._files: fsspec.AbstractFileSystem = filesystem
        self._root = str(root).rstrip("/")

    def upload(self, path: str) -> "Upload":
        """Start a file that will appear at `path`."""
        part = self._at(f"uploads/{secrets.token_hex(16)}")
        with self._naming_full():
            self._files.makedirs(self._parent(part), exist_ok=True)
            stream = self._files.open(part, "wb")
        return Upload(self, path, part, stream)

    def size(self, path: str) -> int:
        """Size of the file; 0 if it does not exist."""
        try:
            return int(self._files.size(self._at(path)))
        except FileNotFoundError:
            return 0

    def read(self, path: str, offset: int = 0, length: int | None = None) -> Generator[bytes]:
        """The content in chunks from `offset` on, at most `length` bytes. Raises `NotFoundError` at once."""
        try:
            stream = self._files.open(self._at(path), "rb")
        except FileNotFoundError as error:
            raise NotFoundError(f"The file {path} is no longer in the store.") from error
        return _chunks(stream, offset, length)

    def append(self, path: str, offset: int, data: bytes) -> int:
        """Write `data` at `offset`; existing bytes are kept, and a gap stores nothing. Returns the new size."""
        size = self.size(path)
        fresh = data[size - offset :] if offset <= size else b""
        if fresh:
            target = self._at(path)
            with self._naming_full():
                self._files.makedirs(self._parent(target), exist_ok=True)
                with self._files.open(target, "ab") as stream:
                    stream.write(fresh)
        return size + len(fresh)

    def below(self, folder: str) -> list[str]:
        """Relative paths of all files in a folder and in those within it, sorted."""
        found = self._files.find(self._at(folder))
        return sorted(str(path).removeprefix(f"{self._root}/") for path in found)

    def list(self, folder: str) -> list[str]:
        """Relative paths of the files in a folder, sorted."""
        try:
            found = self._files.ls(self._at(folder), detail=False)
        except FileNotFoundError:
            return []
        return sorted(f"{folder}/{str(path).rsplit('/', 1)[-1]}" for path in found)

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with its content, if it exists."""
        target = self._at(path)
        if self._files.exists(target):
            self._files.rm(target, recursive=True)

    def finish(self, part: str, path: str) -> None:
        target = self._at(path)
        with self._naming_full():
            self._files.makedirs(self._parent(target), exist_ok=True)
            self._files.mv(part, target)

    def discard(self, part: str) -> None:
        if self._files.exists(part):
            self._files.rm(part)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    @staticmethod
    def _parent(path: str) -> str:
        return path.rsplit("/", 1)[0]

    def _naming_full(self) -> "_NamesFullPlace":
        return _NamesFullPlace(self.url)


class JobLog:
    """The log of a job: one file for each attempt, read as one text.

    Offsets are in bytes: a writer counts from the start of its attempt, a reader from the start of the job.
    """

    def __init__(self, files: ArtifactStore, folder: str) -> None:
        self._files = files
        self._folder = f"{folder}/log"

    def append(self, attempt: int, offset: int, text: bytes) -> int:
        """Write `text` at `offset` of the attempt's log; repeating it changes nothing. Returns that log's size."""
        return self._files.append(f"{self._folder}/{attempt:06d}.log", offset, text)

    def size(self) -> int:
        return sum(self._files.size(path) for path in self._files.list(self._folder))

    def read(self, offset: int) -> Iterator[bytes]:
        """The text from `offset` on."""
        before = 0
        for path in self._files.list(self._folder):
            size = self._files.size(path)
            start = max(0, offset - before)
            if start < size:
                yield from self._files.read(path, start, size - start)
            before += size


@dataclass
class Upload:
    """A file that arrives in chunks, completed by `finish` or dropped by `discard`."""

    store: ArtifactStore
    path: str
    part: str
    stream: IO[bytes]
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> None:
        with _NamesFullPlace(self.store.url):
            self.stream.write(data)
        self._digest.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        return str(self._digest.hexdigest())

    def finish(self, sha256: str) -> None:
        """Make the file appear under its name; raises `InvalidError` if its digest is not the announced one."""
        with _NamesFullPlace(self.store.url):
            self.stream.close()
        if self.sha256 != sha256.lower():
            self.discard()
            message = f"the {self.size} bytes received have the SHA-256 {self.sha256}: send the file again"
            raise InvalidError.field("sha256", message)
        self.store.finish(self.part, self.path)

    def discard(self) -> None:
        """It is closed first, because S3 stores nothing before that."""
        try:
            with _Closing(self.stream):
                pass
        finally:
            self.store.discard(self.part)


class _NamesFullPlace:
    """Turns "no space left" into a `StorageFullError` that names the store."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise StorageFullError(f"No space is left in {self.url}. Free some and send the file again.") from error


class _Closing:
    """Closes a stream even if its buffered rest does not fit on the disk, since the file is dropped anyway."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        try:
            self.stream.close()
        except OSError as error:
            if error.errno not in _FULL:
                raise


def _chunks(stream: IO[bytes], offset: int, length: int | None) -> Generator[bytes]:
    with stream:
        stream.seek(offset)
        left = length
        while left is None or left > 0:
            chunk = stream.read(_CHUNK if left is None else min(_CHUNK, left))
            if not chunk:
                return
            yield chunk
            left = None if left is None else left - len(chunk)
