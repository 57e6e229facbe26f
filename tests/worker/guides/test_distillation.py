"""Distillation: the sequences a model learns from, what it sees of a step, going on exactly, and what it learns."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from gsl.config.guides import Distillation as DistillationSettings
from gsl.config.learners import SequenceModel as SequenceSettings
from gsl.config.networks import MLP
from gsl.config.suites import DarkRoomSuite
from gsl.seeds import derive
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.darkroom import cells_after
from gsl.worker.envs.sampling.samplers import QueueSampler
from gsl.worker.experience import Demonstrations, Earned
from gsl.worker.guides.base import GuideInputs
from gsl.worker.guides.distillation import Distillation, sequences_of
from gsl.worker.learners.sequence.learner import SequenceModel
from gsl.worker.rollout.collect import play
from gsl.worker.rollout.demonstrate import Recorder
from gsl.worker.rollout.demonstration_weights import step_weights
from gsl.worker.rollout.evaluate import measure
from gsl.worker.spaces import Actions, Spaces
from tests.worker.guides.lessons import network
from tests.worker.learners.states import same

CPU = torch.device("cpu")
SPACES = Spaces((2 + 3 + 3,), Actions("discrete", 3))
EPISODES = (0, 0, 0, 0, 1, 1, 1)
"""The variation of each episode. Episode e has e + 2 steps."""


def shown(history: tuple[int, ...] | None = None) -> Demonstrations:
    """Steps whose observation is their number, and whose reward is a tenth of it."""
    length = torch.arange(len(EPISODES)) + 2
    steps = int(length.sum())
    number, episode = torch.arange(steps), torch.arange(len(EPISODES)).repeat_interleave(length)
    variation = torch.tensor(EPISODES)[episode]
    seen = torch.zeros(steps, 8)
    seen[:, 0], seen[:, 3:] = number, 77.0  # the rest is made anew
    weight = torch.from_numpy(step_weights("none", variation.numpy(), episode.numpy(), np.zeros(steps), None))
    earned = Earned(number / 10, torch.zeros(steps, dtype=torch.bool), torch.zeros(0, 8))
    whose = None if history is None else torch.tensor(history)[episode]
    return Demonstrations(seen, number % 3, variation, episode, weight, earned, whose)


def learner(seed: int = 1, **changes: Any) -> SequenceModel:
    small: dict[str, Any] = {"network": MLP(width=8), "device": "cpu", "width": 8, "heads": 2, "layers": 1,
                             "context": 6, "num_envs": 2, "num_steps": 8}  # fmt: skip
    return SequenceModel(SequenceSettings(**(small | changes)), SPACES, seed, CPU)


def guide(of: Demonstrations | None = None, across: bool = True, **changes: Any) -> Distillation:
    settings = DistillationSettings(**({"updates": 12, "batch_size": 4} | changes))
    return Distillation(settings, GuideInputs(of or shown((0, 0, 1, 1, 2, 2, 2)), (), SPACES, 5, CPU, across))


def sequences(of: Demonstrations, across: bool) -> list[list[int]]:
    """The numbers of the steps of each sequence."""
    found = sequences_of(of, 2, 3, across, torch.Generator().manual_seed(3))
    return [
        found.token[begin : begin + length, 0].int().tolist()
        for begin, length in zip(found.begin.tolist(), found.length.tolist(), strict=True)
    ]


def test_histories_are_learnt_from_in_their_order() -> None:
    assert sequences(shown((0, 0, 1, 1, 2, 2, 2)), True) == [
        list(range(5)), list(range(5, 14)), list(range(14, 35)),
    ]  # fmt: skip


def test_good_episodes_follow_on_each_other_in_any_order_or_stand_by_themselves() -> None:
    first, second = sequences(shown(), True)
    assert sorted(first) == list(range(14))
    assert sorted(second) == list(range(14, 35))
    assert first != sorted(first) or second != sorted(second)
    assert [first[first.index(5) + step] for step in range(4)] == [5, 6, 7, 8]  # whole episodes
    assert [len(each) for each in sequences(shown(), False)] == [len(e) for e in sequences(shown(), False)]
    assert sorted(len(each) for each in sequences(shown(), False)) == [2, 3, 4, 5, 6, 7, 8]


def test_a_step_is_seen_with_the_action_reward_and_end_before_it() -> None:
    found = sequences_of(shown((0, 0, 1, 1, 2, 2, 2)), 2, 3, True, torch.Generator())
    assert found.token[:5].tolist() == [
        [0, 0, 0, 0, 0, 0, 0],
        [1, 0, 1, 0, 0, 0, 0],
        [2, 0, 0, 1, 0, pytest.approx(0.1), 1],
        [3, 0, 0, 0, 1, pytest.approx(0.2), 0],
        [4, 0, 1, 0, 0, pytest.approx(0.3), 0],
    ]
    assert found.token[5].tolist() == [5, 0, 0, 0, 0, 0, 0]  # another history begins
    assert found.action.tolist() == [step % 3 for step in range(35)]


def test_windows_stay_within_a_sequence_and_variations_count_the_same() -> None:
    found = sequences_of(shown((0, 0, 1, 1, 2, 2, 2)), 2, 3, True, torch.Generator())
    token, action, there = found.windows(4000, 6, torch.Generator().manual_seed(0))
    first = token[:, 0, 0]
    assert ((token[..., 0] == first[:, None] + torch.arange(6)) | ~there).all()
    assert (there.sum(1) == torch.where(first < 5, 5, 6)).all()
    assert (action == token[..., 0].long() % 3).all()
    assert (first >= 14).float().mean() == pytest.approx(0.5, abs=0.03)
    begins = (first == 14).float().sum() / (first >= 14).float().sum()
    assert begins == pytest.approx(4 / 19, abs=0.03)  # three more than one of 16 places


def nothing() -> None:
    """Between updates."""


class Interrupted(Exception):
    """As a request to stop."""


def after(updates: int) -> Callable[[], None]:
    left = iter(range(updates))

    def step() -> None:
        if next(left, None) is None:
            raise Interrupted

    return step


@pytest.mark.parametrize("model", ["transformer", "gru"])
def test_it_goes_on_where_it_was_interrupted(model: str) -> None:
    whole, halved = learner(model=model), learner(model=model)
    metrics = guide().before_training(whole.network, nothing)
    first = guide()
    with pytest.raises(Interrupted):
        first.before_training(halved.network, after(7))
    assert first.unfinished
    assert not halved.network.distilled
    resumed, second = learner(seed=2, model=model), guide()
    resumed.restore(halved.state())
    second.restore(first.state())
    assert second.unfinished
    assert second.before_training(resumed.network, nothing) == metrics
    assert (second.state()["update"], resumed.network.distilled) == (12, True)
    for part in ("body", "head"):
        assert same(resumed.state()[part], whole.state()[part])


def test_what_acted_before_is_left_alone_and_torchs_random_state_too() -> None:
    model, state = learner(), torch.random.get_rng_state()
    before = {name: value.clone() for name, value in model.network.before.state_dict().items()}
    guide().before_training(model.network, nothing)
    assert same(before, dict(model.network.before.state_dict()))
    assert torch.equal(state, torch.random.get_rng_state())


def test_what_it_cannot_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="no rewards"):
        guide(replace(shown(), earned=None))
    with pytest.raises(ValueError, match="needs demonstrations"):
        Distillation(DistillationSettings(), GuideInputs(None, (), SPACES, 5, CPU))
    with pytest.raises(TypeError, match="sequence model"):
        guide().before_training(network(), nothing)


ROOM = DarkRoomSuite(size=5, held_out_goals=5, time_limit=10)


class Walker:
    """Goes to the goal of its slot, but at random as often as `noise` of its episode says."""

    def __init__(self, noise: Tensor, goals: list[int]) -> None:
        self._noise, self._goals, self._steps = noise, np.array(goals), 0
        self._random = np.random.default_rng(0)
        self._after = cells_after(ROOM.size)

    def __call__(self, observation: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]  # of a Policy
        size = ROOM.size
        cell = observation[:, :size].argmax(1) + size * observation[:, size : 2 * size].argmax(1)
        noise = float(self._noise[self._steps // ROOM.time_limit])
        self._steps += 1
        goal = np.stack([self._goals % size, self._goals // size], 1)
        far = np.stack([self._after % size, self._after // size], -1)[cell] - goal[:, None]
        best = (np.abs(far).sum(-1) + 0.1 * self._random.random((len(cell), 5))).argmin(1)
        return np.where(self._random.random(len(cell)) < noise, self._random.integers(0, 5, len(cell)), best)


def walked(noise: Tensor) -> Demonstrations:
    """Two histories of each training goal, without any training: noise distillation (ad-eps)."""
    goals, episodes = [goal for goal in ROOM.training_variations() for _ in range(2)], len(noise)
    env = make_env(ROOM, len(goals), QueueSampler(goals), 0, Trial(episodes))
    recorder = Recorder()
    play(env, Walker(noise, goals), len(goals) * episodes, nothing, recorder)
    ended = recorder.episodes
    order = [slot + turn * len(goals) for slot in range(len(goals)) for turn in range(episodes)]
    rows = [ended[place] for place in order]
    length, steps = ROOM.time_limit, len(rows) * ROOM.time_limit
    episode = torch.arange(len(rows)).repeat_interleave(length)
    return Demonstrations(
        torch.from_numpy(np.concatenate([each.observation for each in rows])),
        torch.from_numpy(np.concatenate([each.action for each in rows])),
        torch.tensor([each.variation for each in rows]).repeat_interleave(length),
        episode, torch.ones(steps, dtype=torch.float64),
        Earned(torch.from_numpy(np.concatenate([each.reward for each in rows])), torch.zeros(steps, dtype=torch.bool),
               torch.zeros(0)),
        episode // episodes,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_improving_behaviour_is_continued_on_unseen_goals_and_good_behaviour_is_not() -> None:
    rises = []
    for noise in (torch.linspace(1, 0, 20), torch.zeros(20)):
        env = make_env(ROOM, 1, QueueSampler([]), 0, Trial())
        spaces = spaces_of(env)
        model = SequenceModel(SequenceSettings(device="cpu", context=40), spaces, derive(1, "learner"), CPU)
        settings = DistillationSettings(updates=800)
        Distillation(settings, GuideInputs(walked(noise), (), spaces, 1, CPU, True)).before_training(
            model.network, nothing
        )
        policy = model.policy(deterministic=False, seed=1)
        found = measure(ROOM, policy, ROOM.held_out_variations(), 20, 100, 2, nothing, trial=Trial(20)).by_place
        returns = [place.mean_return or 0.0 for place in found]
        rises.append(float(np.mean(returns[-5:]) - np.mean(returns[:2])))
    assert rises[0] > 1.0
    assert rises[1] < rises[0] / 2
