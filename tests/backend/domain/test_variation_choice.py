"""A choice of variations as text: read, refused and written."""

import pytest

from gsl.backend.domain.variation_choice import chosen, described
from gsl.backend.errors import InvalidError


@pytest.mark.parametrize(
    ("text", "found"),
    [("3", {3}), ("0-2,18", {0, 1, 2, 18}), ("18,0-2,1-2", {0, 1, 2, 18}), ("2-18", {2, 3, 18}), ("", None)],
)
def test_numbers_and_ranges_of_what_there_is(text: str, found: set[int] | None) -> None:
    assert chosen(text, (0, 1, 2, 3, 18)) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [("a", "0-15,18"), ("1,", "0-15,18"), ("9", "9 is not"), ("0-99999999999", "it has 0-3, 18"), ("3-1", "lower")],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(InvalidError, match=says) as refused:
        chosen(text, (0, 1, 2, 3, 18))
    assert [error.field for error in refused.value.errors] == ["variations"]


def test_many_are_described_in_few_words() -> None:
    assert described([]) == "none"
    assert described(range(1024)) == "0-1023"
    assert described([5, 1, 2, 2]) == "1-2, 5"
    assert described(range(0, 100, 2), most=2) == "0, 2 and 48 more ranges"


def test_a_thousand_ranges_are_read_at_once() -> None:
    known = range(4096)
    text = ",".join(f"{number}-{number + 1}" for number in range(0, 4096, 4))
    found = chosen(text, known)
    assert found is not None
    assert len(found) == 2048
