"""The log of a job: one file for each attempt, read as one text."""

from collections.abc import Iterator

from backend.artifact_files import ArtifactStore


class JobLog:
    """Offsets are bytes; a writer's count from the start of its attempt, a reader's from the start of the job."""

    def __init__(self, files: ArtifactStore, folder: str) -> None:
        self._files = files
        self._folder = f"{folder}/log"

    def append(self, attempt: int, offset: int, text: bytes) -> int:
        """Put `text` at `offset` of the attempt's log; sent twice it changes nothing. Returns that log's size."""
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
