"""What training so far says of a variation: success or a rise moves, many episodes of neither are hopeless."""

import numpy as np
import pytest

from gsl.method.outlook import STRETCHES, Stretch, history_of, outlook, possible_gain, rises
from gsl.protocol.reports import EpochReport, VariationReturn


def parts(returns: list[float], success: float | None = 0.0, episodes: int = 10) -> list[Stretch]:
    return [Stretch(number, episodes, value, success) for number, value in enumerate(returns)]


def by_success(mean_return: float | None, success_rate: float | None) -> float | None:
    return success_rate


def by_return(mean_return: float | None, success_rate: float | None) -> float | None:
    return mean_return


def test_recent_success_moves() -> None:
    assert outlook([*parts([0.0] * 7), Stretch(7, 10, 0.0, 0.1)], by_success) == "moving"


def test_success_that_was_lost_long_ago_does_not() -> None:
    lost = [Stretch(0, 10, 0.0, 0.3), *(Stretch(number, 10, 0.0, 0.0) for number in range(1, 8))]
    assert outlook(lost, by_success) == "hopeless"


def test_a_return_that_rises_moves_without_any_success() -> None:
    assert outlook(parts([0.0, 1.0, 2.1, 2.9, 4.0, 5.2, 6.0, 7.1]), by_success) == "moving"


def test_many_episodes_of_neither_are_hopeless_and_few_are_open() -> None:
    flat = [0.5, 0.4, 0.6, 0.5, 0.5, 0.4, 0.6, 0.5]
    assert outlook(parts(flat), by_success) == "hopeless"
    assert outlook(parts(flat, episodes=2), by_success) == "open"
    assert outlook([], by_success) == "open"


def test_without_a_success_signal_a_score_above_the_floor_is_not_hopeless() -> None:
    assert outlook(parts([0.3] * 8, None), by_return) == "open"
    assert outlook(parts([0.0] * 8, None), by_return) == "hopeless"


def test_noise_rarely_looks_like_a_rise_and_a_fall_never() -> None:
    rng = np.random.default_rng(0)
    found = [rises(parts(list(rng.normal(size=STRETCHES)))) for _ in range(1000)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.02)
    assert not rises(parts([5.0, 4.0, 3.0, 2.0]))
    assert not rises(parts([1.0, 2.0]))
    assert not rises(parts([1.0, 1.0, 1.0]))


def test_what_can_be_gained_is_most_where_it_is_low_and_moves() -> None:
    gains = [possible_gain("moving", 0.1), possible_gain("open", 0.1), possible_gain("hopeless", 0.0),
             possible_gain("moving", 1.0)]  # fmt: skip
    assert gains == sorted(gains, reverse=True)
    assert possible_gain("open", None) == 0.5


def test_epochs_are_pooled_by_episodes_in_equal_parts() -> None:
    def epoch(number: int, *entries: tuple[int, int, float]) -> EpochReport:
        returns = tuple(
            VariationReturn(variation=v, episodes=n, mean_return=m, std_return=None, success_rate=m, mean_length=1.0)
            for v, n, m in entries
        )
        return EpochReport(
            epoch=number, steps=1, job_steps=number, seconds=0.0, episodes=1, mean_return=0.0, success_rate=None,
            mean_length=None, metrics={}, returns=returns,
        )  # fmt: skip

    epochs = [epoch(number, (7, 1, 0.0)) for number in range(1, 15)] + [epoch(15, (7, 1, 0.0)), epoch(16, (7, 3, 1.0))]
    found = history_of(epochs)
    assert [part.number for part in found[7]] == list(range(8))
    assert found[7][-1] == Stretch(7, 4, 0.75, 0.75)
