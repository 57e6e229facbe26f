"""Retrying: random waits that grow, until the API answers or the answer is no longer needed."""

from types import SimpleNamespace

import pytest

from gsl.client.errors import Refused, Unreachable
from gsl.worker.runner import retry
from gsl.worker.runner.retry import Aborted, RetryUntil


class Clock:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(retry, "time", SimpleNamespace(monotonic=lambda: made.now, sleep=made.sleep))
    return made


class Api:
    """Is unreachable for a number of requests, then answers; remembers when it was asked."""

    def __init__(self, clock: Clock, failures: int) -> None:
        self._clock, self._failures = clock, failures
        self.asked: list[float] = []

    def request(self) -> str:
        self.asked.append(self._clock.now)
        if len(self.asked) <= self._failures:
            raise Unreachable("connection refused")
        return "answer"

    @property
    def waits(self) -> list[float]:
        return [later - earlier for earlier, later in zip(self.asked, self.asked[1:], strict=False)]


def test_waits_are_random_and_grow_to_half_a_minute(clock: Clock) -> None:
    apis = [Api(clock, failures=12) for _ in range(2)]
    for api in apis:
        assert RetryUntil(lambda: False).call(api.request) == "answer"
        for number, wait in enumerate(api.waits):
            assert 0.19 < wait <= min(30.0, 2.0**number) + 0.01
    assert apis[0].waits != apis[1].waits


def test_it_ends_soon_after_the_answer_is_no_longer_needed(clock: Clock) -> None:
    api = Api(clock, failures=1000)
    with pytest.raises(Aborted):
        RetryUntil(lambda: clock.now > 100).call(api.request)
    assert clock.now < 101


def test_nothing_is_asked_when_the_answer_is_not_needed(clock: Clock) -> None:
    api = Api(clock, failures=0)
    with pytest.raises(Aborted):
        RetryUntil(lambda: True).call(api.request)
    assert api.asked == []


def test_a_refusal_is_not_retried(clock: Clock) -> None:
    def request() -> None:
        raise Refused(422, "no")

    with pytest.raises(Refused):
        RetryUntil(lambda: False).call(request)
    assert clock.now == 0
