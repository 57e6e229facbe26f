"""What a queued job says about its place in the line."""

from datetime import UTC, datetime, timedelta

import pytest

from gsl.backend.domain.line import Line, described, seconds_queued
from gsl.backend.domain.pace import Pace
from gsl.backend.domain.run_steps import JobProgress

_AT = datetime(2026, 1, 1, tzinfo=UTC)


def pace_of(seconds: float) -> Pace:
    """Where jobs take so long and are claimed at once."""
    ended = _AT + timedelta(seconds=seconds)
    job = JobProgress("generalist-1", "generalist", "succeeded", queued_at=_AT, started_at=_AT, ended_at=ended)
    return Pace((job,))


@pytest.mark.parametrize(
    ("line", "each", "text"),
    [
        (Line(1, 1, 4), 36, "queued, 4 ahead, about 3 min"),
        (Line(2, 2, 4), 36, "queued, 4 ahead, about 2 min"),
        (Line(1, 1, 0), 40, "queued, next in line, about 40 s"),
        (Line(1, 1, 9), 3600, "queued, 9 ahead, about 10 h"),
        (Line(1, 0, 0), 40, "queued, next in line"),
        (Line(0, 0, 3), 40, "queued, 3 ahead"),
    ],
)
def test_the_place_and_the_wait(line: Line, each: float, text: str) -> None:
    assert described(line, pace_of(each), _AT, _AT) == text


def test_nobody_knows_how_long_where_no_job_has_ended_yet() -> None:
    assert seconds_queued(Line(1, 1, 4), Pace(), _AT, _AT) is None
    assert described(Line(1, 1, 4), Pace(), _AT, _AT) == "queued, 4 ahead"


def test_a_pause_after_a_loss_says_when_it_ends() -> None:
    assert described(Line(), Pace(), _AT + timedelta(seconds=20), _AT) == "queued again in about 20 s"
