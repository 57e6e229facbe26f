"""Demonstrations beside a replay, and steps of a replay that another learner begins with."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gsl.config.learners import SAC as SACSettings
from gsl.config.networks import MLP
from gsl.worker.experience import Demonstrations, Earned
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners.replay import Replay
from gsl.worker.learners.sac import SAC
from gsl.worker.learners.shown_steps import ShownSteps
from gsl.worker.spaces import Spaces
from tests.worker.guides.lessons import demonstrations
from tests.worker.learners.rollouts import CONTINUOUS, VECTOR, made_up
from tests.worker.learners.states import same

CPU = torch.device("cpu")
SPACES = Spaces(VECTOR, CONTINUOUS)


def shown() -> Demonstrations:
    """Episodes of 2 and 3 steps that see 0, 1 and 2, 3, 4 and earn ten times as much; 99 was seen when the first was
    cut off, the second ended by itself."""
    seen = torch.arange(5.0)
    cut = torch.tensor([False, True, False, False, False])
    earned = Earned(10 * seen, cut, torch.full((1, *VECTOR), 99.0))
    return demonstrations(seen[:, None].expand(5, 3).clone(), torch.zeros(5, 2), (seen > 1).long(), earned)


def test_windows_end_with_their_episode() -> None:
    given = shown()
    assert given.earned is not None
    windows = ShownSteps(given, given.earned, CPU).sample(400, 2, torch.Generator().manual_seed(0))
    first = windows.observation[:, 0, 0].long()
    assert set(first.tolist()) == {0, 1, 2, 3, 4}
    counted = torch.tensor([2, 1, 2, 2, 1])[first]
    assert windows.counted.sum(1).equal(counted)
    assert windows.terminal.equal(first >= 3)
    assert windows.next_observation[:, 0][first == 0].eq(99.0).all()
    assert windows.next_observation[:, 0][first == 1].eq(99.0).all()
    assert windows.next_observation[:, 0][first == 2].eq(4.0).all()
    earned = (windows.reward * windows.counted).sum(1)
    assert earned.equal(torch.tensor([10.0, 10.0, 50.0, 70.0, 40.0])[first])


def learner(seed: int = 1, **changes: Any) -> SAC:
    settings = SACSettings(network=MLP(width=16, activation="relu"), device="cpu", num_envs=8, num_steps=16,
                           replay_batch=8, warm_up=0, update_ratio=0.05, replay_size=500, **changes)  # fmt: skip
    return SAC(settings, SPACES, seed, CPU)


class Payer:
    """Notes which rewards were replayed."""

    policy_weight = 1.0

    def __init__(self) -> None:
        self.seen: list[Tensor] = []

    def reward(self, observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
        self.seen.append(reward)
        return reward

    def loss(self, network: Any, context: Any) -> None:
        return None


@pytest.mark.parametrize("share", [0.5, 0.25, 0.0])
def test_a_fixed_share_of_every_update_is_demonstrated(share: float) -> None:
    sac, payer, given = learner(demonstrated_share=share), Payer(), shown()
    marked = Earned(torch.full((5,), 1234.0), torch.zeros(5, dtype=torch.bool), torch.zeros(0, 3))
    sac.show(demonstrations(given.observation, given.action, given.variation, marked))
    for seed in range(3):
        sac.update(made_up(SPACES, seed), payer)
    replayed = torch.cat(payer.seen)
    assert len(replayed) > 100
    assert (replayed == 1234.0).float().mean().item() == share


def test_without_rewards_nothing_is_shown() -> None:
    """Files of earlier versions have none."""
    given, played = shown(), made_up(SPACES)
    alone, beside = learner(), learner()
    beside.show(demonstrations(given.observation, given.action))
    alone.update(played)
    beside.update(played)
    assert same(alone.state(), beside.state())


def test_it_goes_on_exactly_once_it_is_shown_them_again(tmp_path: Path) -> None:
    through, resumed = learner(1), learner(2)
    for sac in (through, resumed):
        sac.show(shown())
    through.update(made_up(SPACES, 0))
    save(tmp_path / "sac", through.state())
    resumed.restore(load(tmp_path / "sac"))
    said = [sac.update(made_up(SPACES, 1)) for sac in (through, resumed)]
    assert said[0] == said[1]
    assert same(through.state()["network"], resumed.state()["network"])


def test_the_newest_steps_are_handed_on() -> None:
    source, heir = learner(1, handed_on=100), learner(2)
    for seed in range(5):
        source.update(made_up(SPACES, seed))
    state = source.handed_on()
    assert state["reward"].equal(made_up(SPACES, 4).reward[-12:])  # 12 rows of 8 steps are at most 100
    heir.take_over(state)
    heir.update(made_up(SPACES, 7))
    replay = heir.state()["experience"]
    assert replay["counters"]["size"] == 12 + 16
    assert replay["done"][11].all()


def test_an_episode_under_way_is_cut_off_with_what_it_saw_last() -> None:
    """So that what the next job plays does not continue it."""
    source, heir, last = Replay(500, CPU), Replay(500, CPU), made_up(SPACES, 4)
    source.add(last)
    newest = source.newest(8)
    assert newest is not None
    assert last.truncated is not None
    heir.add(newest)
    windows = heir.sample(200, 3, torch.Generator().manual_seed(0))
    assert (windows.counted.sum(1) == 1).all()
    slot = (windows.reward[:, :1] == newest.reward).nonzero()[:, 1]
    running = ~last.done[-1][slot]
    assert running.any()
    assert windows.terminal.equal((last.done[-1] & ~last.truncated[-1])[slot])
    assert windows.next_observation[running].equal(last.next_observation[slot][running])


def test_an_empty_replay_hands_nothing_on() -> None:
    heir = learner()
    assert heir.handed_on() == {}
    heir.take_over({})
    assert heir.state()["experience"]["counters"]["size"] == 0
    heir.update(made_up(SPACES))
    assert learner(handed_on=0).handed_on() == {}
