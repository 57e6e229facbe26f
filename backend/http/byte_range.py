"""Parts of a file, as RFC 9110 (14.2) says: players seek in a video by them.

Only one part is sent. A header that asks for several, for another unit or for nonsense is ignored, as the standard
allows: the whole file is sent.
"""

import re

from gsl.backend.errors import RangeError

_ONE_PART = re.compile(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE | re.ASCII)
_MOST_DIGITS = 18
"""Of a position; no file is as long."""


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the number of bytes that a `Range` header asks for; None: the whole file.

    `bytes=5-9` are five bytes, `bytes=5-` is all from the sixth on, `bytes=-5` are the last five. Raises `RangeError`
    if the file has none of them.
    """
    found = _ONE_PART.fullmatch(header or "")
    if found is None:
        return None
    first, last = found.groups()
    if not (first or last) or max(len(first), len(last)) > _MOST_DIGITS:
        return None
    if not first:
        return _last_bytes(int(last), size)
    begin, end = int(first), min(int(last or size - 1), size - 1)
    if last and int(last) < begin:
        return None
    if begin >= size:
        raise RangeError(size, f"bytes from {begin} on")
    return begin, end - begin + 1


def _last_bytes(number: int, size: int) -> tuple[int, int]:
    if not number or not size:
        raise RangeError(size, f"its last {number} bytes")
    return max(0, size - number), min(number, size)
