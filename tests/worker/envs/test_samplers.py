"""Samplers: every variation of the set and no other, each queue entry once, exact continuation."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gsl.config.sampling import BootstrapSampling, RoundRobinSampling
from gsl.config.suites import ForkMazeSuite, ProcgenSuite
from gsl.worker.envs.base import IDLE, EnvError, deal
from gsl.worker.envs.sampling.samplers import (
    BootstrapSampler,
    QueueSampler,
    RoundRobinSampler,
    Sharing,
    UniformSampler,
    training_sampler,
)

LEVELS = st.integers(0, 2**30)


@given(st.sets(LEVELS, min_size=1, max_size=20), st.integers(0, 2**31))
def test_uniform_deals_from_its_set_alone(variations: set[int], seed: int) -> None:
    sampler = UniformSampler(variations, np.random.default_rng(seed))
    assert {deal(sampler, slot % 7) for slot in range(100)} <= variations


@pytest.mark.parametrize("count", [1, 2, 3, 7, 70_000])
def test_uniform_deals_and_keeps_what_single_draws_would(count: int) -> None:
    sampler, rng = UniformSampler(range(count), np.random.default_rng(5)), np.random.default_rng(5)
    for _ in range(600):
        assert sampler.next(0) == rng.integers(count)
        assert sampler.state()["rng"] == rng.bit_generator.state


def test_uniform_deals_each_variation_equally_often() -> None:
    sampler = UniformSampler([3, 17, 120, 199], np.random.default_rng(0))
    dealt = [sampler.next(0) for _ in range(4000)]
    assert all(900 < dealt.count(level) < 1100 for level in (3, 17, 120, 199))


@given(st.sets(LEVELS, min_size=1, max_size=20), st.integers(1, 90))
def test_in_turn_no_variation_is_dealt_twice_more_than_another(variations: set[int], deals: int) -> None:
    sampler = RoundRobinSampler(variations)
    dealt = [deal(sampler, slot % 7) for slot in range(deals)]
    counts = [dealt.count(variation) for variation in variations]
    assert max(counts) - min(counts) <= 1
    assert len(dealt) == sum(counts)


def test_slots_of_equally_long_episodes_play_each_task_twice_an_epoch() -> None:
    """Twenty slots, ten tasks: whoever asks first, an epoch holds every task exactly twice."""
    sampler, rng = RoundRobinSampler(range(10)), np.random.default_rng(0)
    for _ in range(5):
        assert sorted(deal(sampler, int(slot)) for slot in rng.permutation(20)) == sorted([*range(10)] * 2)


def test_in_turn_an_epochs_success_is_less_noisy() -> None:
    """Ten tasks, half of them nearly solved: of 20 episodes an epoch the success deviates by .049, drawn by .112.

    In turn: sqrt(mean of p (1 - p) / 20) with p (1 - p) = .0475. Drawn: sqrt(.25 / 20).
    """
    solved, rng = np.array([0.95] * 5 + [0.05] * 5), np.random.default_rng(1)

    def deviation(sampler: RoundRobinSampler | UniformSampler) -> float:
        epochs = [[rng.random() < solved[sampler.next(slot)] for slot in range(20)] for _ in range(4000)]
        return float(np.mean(epochs, axis=1).std())

    assert deviation(RoundRobinSampler(range(10))) == pytest.approx(0.049, abs=0.002)
    drawn = UniformSampler(range(10), np.random.default_rng(2))
    assert deviation(drawn) == pytest.approx(0.112, abs=0.003)


@given(st.lists(LEVELS, min_size=1, max_size=30), st.integers(0, 40))
def test_queue_deals_every_entry_once_in_order_and_then_nothing(sequence: list[int], more: int) -> None:
    sampler = QueueSampler(sequence)
    dealt = [deal(sampler, slot) for slot in range(len(sequence) + more)]
    assert dealt == sequence + [IDLE] * more
    assert sampler.remaining == 0


@given(st.sets(LEVELS, min_size=1, max_size=20), st.integers(0, 50), st.integers(0, 2**31))
def test_a_restored_sampler_goes_on_exactly(variations: set[int], steps: int, seed: int) -> None:
    for make in (
        lambda: UniformSampler(variations, np.random.default_rng(seed)),
        lambda: QueueSampler(sorted(variations) * 3),
        lambda: RoundRobinSampler(variations),
    ):
        undisturbed, restored = make(), make()
        for _ in range(steps):
            undisturbed.next(0)
        restored.restore(json.loads(json.dumps(undisturbed.state())))
        assert [undisturbed.next(0) for _ in range(50)] == [restored.next(0) for _ in range(50)]


def test_a_state_of_other_variations_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(EnvError, match="variations"):
        UniformSampler([1, 2], rng).restore(UniformSampler([1, 3], rng).state())
    with pytest.raises(EnvError, match="variations"):
        RoundRobinSampler([1, 2]).restore(RoundRobinSampler([1, 3]).state())
    with pytest.raises(EnvError, match="sequence"):
        QueueSampler([1, 2]).restore(QueueSampler([2, 1]).state())


def test_a_sampler_needs_a_variation() -> None:
    with pytest.raises(EnvError, match="variation"):
        UniformSampler([], np.random.default_rng(0))
    with pytest.raises(EnvError, match="variation"):
        RoundRobinSampler([])


def test_a_sampler_that_deals_what_it_did_not_announce_is_caught() -> None:
    sampler = QueueSampler([1, 2])
    sampler.variations = frozenset({1})
    assert deal(sampler, 0) == 1
    with pytest.raises(EnvError, match="2"):
        deal(sampler, 0)


@pytest.mark.parametrize("suite", [ForkMazeSuite(goals=6, held_out_goals=2), ProcgenSuite(num_levels=5)])
def test_training_refuses_held_out_variations(suite: ForkMazeSuite | ProcgenSuite) -> None:
    rng = np.random.default_rng(0)
    assert training_sampler(suite, suite.training_variations(), rng).variations == set(suite.training_variations())
    turns = training_sampler(suite, suite.training_variations(), rng, RoundRobinSampling())
    assert [turns.next(0) for _ in range(len(turns.variations))] == sorted(turns.variations)
    with pytest.raises(EnvError, match=suite.name):
        training_sampler(suite, [suite.training_variations()[0], suite.held_out_variations()[0]], rng)


def bootstrapped(variations: range, seed: int = 0, rng: int = 0) -> BootstrapSampler:
    return BootstrapSampler(variations, np.random.default_rng(rng), Sharing(slots=8, policies=4, seed=seed))


def test_each_group_of_slots_plays_a_bootstrap_sample_of_its_own() -> None:
    """About 63 % of the variations, in proportion to how often each was drawn; together the groups miss few."""
    sampler = bootstrapped(range(100))
    assert all(len(sample) == 100 and 50 <= len(set(sample)) <= 75 for sample in sampler.samples)
    dealt = {slot: [deal(sampler, slot) for _ in range(2000)] for slot in range(8)}
    for slot, played in dealt.items():
        assert set(played) == set(sampler.samples[slot // 2])
    often = max(sampler.samples[0], key=sampler.samples[0].count)
    assert dealt[0].count(often) == pytest.approx(20 * sampler.samples[0].count(often), rel=0.4)
    assert len(set().union(*dealt.values())) > 95


def test_samples_depend_on_variations_and_their_seed_alone() -> None:
    assert bootstrapped(range(9), seed=3, rng=1).samples == bootstrapped(range(9), seed=3, rng=2).samples
    assert bootstrapped(range(9), seed=3).samples != bootstrapped(range(9), seed=4).samples
    assert bootstrapped(range(1)).samples == [[0]] * 4


def test_a_restored_bootstrap_goes_on_exactly_and_refuses_others() -> None:
    sampler, other = bootstrapped(range(20)), bootstrapped(range(20), rng=5)
    for slot in range(8):
        sampler.next(slot)
    other.restore(json.loads(json.dumps(sampler.state())))
    assert [sampler.next(slot % 8) for slot in range(50)] == [other.next(slot % 8) for slot in range(50)]
    for foreign in (bootstrapped(range(20), seed=1), bootstrapped(range(21))):
        with pytest.raises(EnvError, match="other variations"):
            foreign.restore(sampler.state())
    with pytest.raises(EnvError, match="at least one"):
        bootstrapped(range(0))


def test_training_takes_bootstrap_samples_where_they_are_asked_for() -> None:
    suite, rng = ForkMazeSuite(), np.random.default_rng(0)
    made = training_sampler(suite, suite.training_variations(), rng, BootstrapSampling(), Sharing(4, 2, 1))
    assert isinstance(made, BootstrapSampler)
    assert len(made.samples) == 2
