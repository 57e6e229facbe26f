"""What criterion H watches while a sampler prefers some variations."""

import json
from typing import Literal

import numpy as np
import pytest

from gsl.config.recommended import plateau_of
from gsl.method.plateau import replay
from gsl.worker.rollout.episodes import Episodes
from gsl.worker.trainer.plateau_metric import MeanByVariation, PlainMean, plateau_metric

EASY, HARD = 10.0, 0.0


def played(easy: int, hard: int, success: bool = False) -> Episodes:
    returns = np.array([EASY] * easy + [HARD] * hard)
    variation = np.array([0] * easy + [1] * hard, np.int64)
    return Episodes(variation, returns, np.ones_like(variation), returns > 0 if success else None)


@pytest.mark.parametrize("metric", ["return", "success"])
def test_preferring_what_is_hard_does_not_change_the_figure(metric: Literal["return", "success"]) -> None:
    mean = MeanByVariation(metric)
    figures = [mean.update(played(easy, 12 - easy, success=True)) for easy in (6, 3, 1, 0, 9)]
    assert figures == [5.0 if metric == "return" else 0.5] * 5


def test_a_sampler_that_leaves_the_hard_ones_hides_no_plateau() -> None:
    """Nothing is learned, but the sampler goes from hard to easy: the plain mean rises, the watched one fires."""
    epochs = 60
    by_variation, plain = plateau_metric("return", True), plateau_metric("return", False)
    shares = np.linspace(1, 11, epochs).round().astype(int)
    curves = [[mean.update(played(int(easy), 12 - int(easy))) for easy in shares] for mean in (by_variation, plain)]
    assert replay(plateau_of(epochs), curves[0])
    assert not replay(plateau_of(epochs), curves[1])


def test_newer_episodes_replace_older_ones() -> None:
    mean = MeanByVariation("return")
    mean.update(played(0, 20))
    risen = Episodes(np.ones(20, np.int64), np.full(20, 8.0), np.ones(20, np.int64), None)
    assert mean.update(risen) == pytest.approx(8.0, abs=0.01)


def test_nothing_ended_yet_and_an_epoch_without_episodes() -> None:
    mean = MeanByVariation("return")
    assert mean.update(played(0, 0)) is None
    assert mean.update(played(1, 0)) == EASY
    assert mean.update(played(0, 0)) == EASY
    assert PlainMean("return").update(played(0, 0)) is None


def test_restored_it_goes_on_exactly() -> None:
    first, second = MeanByVariation("return"), MeanByVariation("return")
    first.update(played(2, 1))
    second.restore(json.loads(json.dumps(first.state())))
    assert second.update(played(1, 5)) == first.update(played(1, 5))
    assert second.state() == first.state()
    second.restore({})
    assert second.update(played(0, 0)) is None
