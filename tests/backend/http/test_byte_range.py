"""Parts of files: what a Range header asks for."""

import pytest

from gsl.backend.errors import RangeError
from gsl.backend.http.byte_range import byte_range

SIZE = 100


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 10)),
        ("bytes=90-1000", (90, 10)),
        ("bytes=-5", (95, 5)),
        ("bytes=-1000", (0, 100)),
        ("BYTES = 3 - 3", (3, 1)),
    ],
)
def test_one_part(header: str, part: tuple[int, int]) -> None:
    assert byte_range(header, SIZE) == part


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=" + "9" * 99],
)
def test_what_is_no_part_gets_the_whole(header: str | None) -> None:
    assert byte_range(header, SIZE) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_part_that_is_not_there(header: str) -> None:
    with pytest.raises(RangeError, match="100 bytes"):
        byte_range(header, SIZE)
