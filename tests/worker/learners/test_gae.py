"""GAE against numbers worked out by hand."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from gsl.worker.learners.gae import bootstrap_time_limits, gae
from gsl.worker.spaces import Spaces
from tests.worker.learners.rollouts import DISCRETE, made_up


def test_one_slot_by_hand() -> None:
    """gamma 0.5, lambda 0.5; the second step ends its episode.

    t=2: delta = 4 + 0.5*8 - 3 = 5                     A = 5
    t=1: delta = 2 - 2 = 0 (the episode ended)         A = 0
    t=0: delta = 1 + 0.5*2 - 1 = 1                     A = 1 + 0.25*0 = 1
    """
    reward = torch.tensor([[1.0], [2.0], [4.0]])
    value = torch.tensor([[1.0], [2.0], [3.0]])
    done = torch.tensor([[False], [True], [False]])
    advantage, returns = gae(reward, value, done, torch.tensor([8.0]), gamma=0.5, gae_lambda=0.5)
    assert advantage.squeeze(-1).tolist() == [1.0, 0.0, 5.0]
    assert returns.squeeze(-1).tolist() == [2.0, 2.0, 8.0]


def test_advantage_runs_back_through_an_episode() -> None:
    """Without an end: A0 = d0 + gl*d1 + gl^2*d2 with deltas (1, 1, 1) when values are 0 and gamma*lambda = 0.5."""
    reward, value = torch.ones(3, 1), torch.zeros(3, 1)
    done = torch.zeros(3, 1, dtype=torch.bool)
    advantage, _ = gae(reward, value, done, torch.zeros(1), gamma=1.0, gae_lambda=0.5)
    assert advantage.squeeze(-1).tolist() == [1.75, 1.5, 1.0]


def test_slots_do_not_mix() -> None:
    torch.manual_seed(0)
    reward, value, next_value = torch.randn(7, 3), torch.randn(7, 3), torch.randn(3)
    done = torch.rand(7, 3) < 0.3
    together, _ = gae(reward, value, done, next_value, 0.9, 0.8)
    for slot in range(3):
        one = slice(slot, slot + 1)
        alone, _ = gae(reward[:, one], value[:, one], done[:, one], next_value[one], 0.9, 0.8)
        assert torch.equal(together[:, one], alone)


@pytest.mark.parametrize("gae_lambda", [0.0, 1.0])
def test_extremes_of_lambda(gae_lambda: float) -> None:
    """Lambda 0 is the one-step error; lambda 1 the discounted return minus the value."""
    reward, value, next_value = torch.tensor([[1.0], [1.0]]), torch.tensor([[3.0], [5.0]]), torch.tensor([4.0])
    done = torch.zeros(2, 1, dtype=torch.bool)
    advantage, _ = gae(reward, value, done, next_value, 0.5, gae_lambda)
    expected = [1 + 0.5 * 5 - 3, 1 + 0.5 * 4 - 5] if gae_lambda == 0.0 else [1 + 0.5 * 1 + 0.25 * 4 - 3, 1 + 2 - 5]
    assert advantage.squeeze(-1).tolist() == expected


def test_a_time_limit_earns_what_was_still_to_come() -> None:
    """gamma 0.5: slot 0 is cut off at t=1 seeing 8, slot 1 at t=0 seeing 6; slot 1 ends by itself at t=1.

    Values are ten times what is seen. Rewards become 1 + 0.5 x 60 and 1 + 0.5 x 80; the others stay. Then, lambda 0.5:
    slot 0, t=1: delta = 41 - 2 = 39                    A = 39
    slot 0, t=0: delta = 1 + 0.5*2 - 1 = 1              A = 1 + 0.25*39 = 10.75
    slot 1, t=1: delta = 1 - 4 = -3                     A = -3
    slot 1, t=0: delta = 31 - 3 = 28 (cut off)          A = 28
    """
    truncated = torch.tensor([[False, True], [True, False]])
    rollout = made_up(Spaces((1,), DISCRETE))
    value = torch.tensor([[1.0, 3.0], [2.0, 4.0]])
    rollout = replace(
        rollout, reward=torch.ones(2, 2), value=value, truncated=truncated,
        done=torch.tensor([[False, True], [True, True]]), final_observation=torch.tensor([[6.0], [8.0]]),
        variation=torch.tensor([[0, 1], [2, 3]]),
    )  # fmt: skip
    asked = []

    def values(seen: torch.Tensor, variation: torch.Tensor) -> torch.Tensor:
        asked.append(variation.tolist())
        return 10 * seen.squeeze(-1)

    reward = bootstrap_time_limits(rollout.reward, rollout, values, 0.5)
    assert asked == [[1, 2]]
    assert reward.tolist() == [[1.0, 31.0], [41.0, 1.0]]
    assert rollout.reward.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    advantage, _ = gae(reward, value, rollout.done, torch.zeros(2), 0.5, 0.5)
    assert advantage.tolist() == [[10.75, 28.0], [39.0, -3.0]]


@pytest.mark.parametrize(
    "changes", [{"truncated": None, "final_observation": None},
                {"truncated": torch.zeros(16, 8, dtype=torch.bool), "final_observation": torch.zeros(0, 3)}],
)  # fmt: skip
def test_without_time_limits_rewards_stay(changes: dict[str, Any]) -> None:
    rollout = replace(made_up(Spaces((3,), DISCRETE)), **changes)
    reward = bootstrap_time_limits(rollout.reward, rollout, lambda seen, _: 1 / torch.zeros(len(seen)), 0.5)
    assert torch.equal(reward, rollout.reward)
