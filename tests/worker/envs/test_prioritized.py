"""Prioritized level replay: unknown ones first, then by rank of their score and by staleness, exact continuation."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsl.config.sampling import PrioritizedSampling
from gsl.config.suites import ForkMazeSuite
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.sampling.prioritized import PrioritizedSampler
from gsl.worker.envs.sampling.samplers import training_sampler

LEVELS = [3, 17, 120, 199]


def sampler(seed: int = 0, **settings: float) -> PrioritizedSampler:
    return PrioritizedSampler(LEVELS, np.random.default_rng(seed), PrioritizedSampling(**settings))


def known(made: PrioritizedSampler, *errors: float) -> PrioritizedSampler:
    """Every level dealt once and learned from, with these mean absolute advantages."""
    dealt = [made.next(0) for _ in LEVELS]
    assert sorted(dealt) == LEVELS  # nothing can be replayed before something was learned from
    made.learn(np.array(LEVELS * 2), np.array([*errors, *(-error for error in errors)]))
    return made


def shares(made: PrioritizedSampler, draws: int = 4000) -> list[float]:
    dealt = [made.next(0) for _ in range(draws)]
    return [dealt.count(level) / draws for level in LEVELS]


def test_shares_follow_the_rank_of_the_score() -> None:
    """(1 / rank) to the power of 1 / temperature: 1, 1/2, 1/3, 1/4 of 25/12 at temperature 1."""
    found = shares(known(sampler(temperature=1, staleness=0), 0.2, 9.0, 0.1, 0.3))
    assert found == pytest.approx([4 / 25, 12 / 25, 3 / 25, 6 / 25], abs=0.03)


def test_a_low_temperature_replays_the_highest_alone() -> None:
    assert shares(known(sampler(temperature=0.01, staleness=0), 0.2, 9.0, 0.1, 0.3), 50) == [0, 1, 0, 0]


def test_staleness_alone_deals_those_that_were_long_not_played() -> None:
    made = known(sampler(staleness=1), 0.2, 9.0, 0.1, 0.3)
    dealt = [made.next(0) for _ in range(400)]
    assert all(one != other for one, other in pairwise(dealt))
    assert all(80 < dealt.count(level) < 120 for level in LEVELS)


def test_a_score_is_that_of_the_newest_steps() -> None:
    made = known(sampler(), 0.2, 9.0, 0.1, 0.3)
    made.learn(np.array([17, 17, 999, 3]), np.array([0.25, -0.35, 50.0, np.nan], np.float32))
    assert made.state()["scores"] == pytest.approx([0.2, 0.3, 0.1, 0.3])


@pytest.mark.parametrize(("probability", "replayed"), [(0.0, 0), (1.0, 20)])
def test_known_ones_are_replayed_as_often_as_set_while_others_are_unknown(probability: float, replayed: int) -> None:
    made = PrioritizedSampler(range(30), np.random.default_rng(0), PrioritizedSampling(replay_probability=probability))
    first = made.next(0)
    made.learn(np.array([first]), np.array([1.0]))
    assert [made.next(0) for _ in range(20)].count(first) == replayed


@given(st.integers(0, 30), st.integers(0, 2**31), st.floats(0.01, 10), st.floats(0, 1))
@settings(deadline=None)
def test_a_restored_sampler_goes_on_exactly(steps: int, seed: int, temperature: float, staleness: float) -> None:
    undisturbed, restored = (sampler(seed, temperature=temperature, staleness=staleness) for _ in range(2))
    errors = np.random.default_rng(seed)
    for _ in range(steps):
        level = undisturbed.next(0)
        undisturbed.learn(np.array([level]), errors.normal(size=1))
    restored.restore(json.loads(json.dumps(undisturbed.state())))
    assert [undisturbed.next(0) for _ in range(30)] == [restored.next(0) for _ in range(30)]
    assert undisturbed.state() == restored.state()


def test_it_deals_from_its_set_alone_and_never_what_is_held_out() -> None:
    suite = ForkMazeSuite(goals=6, held_out_goals=2)
    rng, wanted = np.random.default_rng(0), PrioritizedSampling()
    made = training_sampler(suite, suite.training_variations(), rng, wanted)
    assert isinstance(made, PrioritizedSampler)
    assert {made.next(0) for _ in range(100)} == set(suite.training_variations())
    with pytest.raises(EnvError, match="variations"):
        training_sampler(suite, suite.held_out_variations(), rng, wanted)
    with pytest.raises(EnvError, match="variations"):
        made.restore(sampler().state())
