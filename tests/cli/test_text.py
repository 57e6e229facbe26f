"""Numbers and times as the page writes them."""

from datetime import UTC, datetime, timedelta

import pytest

from gsl.cli import text


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (1200, "1,200"), (49_152, "49.2 k"), (160_000, "160 k"), (999_960, "1.0 M"), (200_000_000, "200 M"),
     (None, "–")],
)  # fmt: skip
def test_counts(value: float | None, shown: str) -> None:
    assert text.count(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.4, "0 s"), (45, "45 s"), (200, "3 min 20 s"), (180, "3 min"), (7500, "2 h 5 min"), (3601, "1 h"),
     (356_400, "4 d 3 h"), (None, "–")],
)  # fmt: skip
def test_durations(seconds: float | None, shown: str) -> None:
    assert text.duration(seconds) == shown


def test_moments_scores_and_plurals() -> None:
    now = datetime.now(UTC)
    assert text.ago(now - timedelta(minutes=3, seconds=20)) == "3 min ago"
    assert text.ago((now - timedelta(hours=2)).replace(tzinfo=None)) == "2 h ago"
    assert [text.score(value) for value in (0.84321, None)] == ["0.843", "–"]
    assert [text.many(number, "job") for number in (1, 1200)] == ["1 job", "1,200 jobs"]


def test_nothing_steers_the_terminal() -> None:
    assert (
        text.plain("a\x1b[31mb\r\n")
        == "a\N{REPLACEMENT CHARACTER}[31mb\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    )
