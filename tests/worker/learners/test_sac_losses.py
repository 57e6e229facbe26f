"""SAC's losses and the replay's n-step windows against numbers worked out by hand."""

import pytest
import torch
from torch import Tensor

from gsl.worker.experience import Rollout
from gsl.worker.learners.replay import Replay
from gsl.worker.learners.sac_losses import (
    Transitions,
    actor_loss,
    critic_loss,
    critic_target,
    n_step,
    temperature_loss,
)

CPU = torch.device("cpu")


def played(first: int, done: list[list[bool]], cut: list[list[bool]] | None = None) -> Rollout:
    """Steps numbered from `first` on: step i of slot s is seen as 100 s + i, earns 2^i, ends with -(100 s + i).

    `done` and `cut` (ended by the time limit) are (T, N).
    """
    steps, slots = len(done), len(done[0])
    number = torch.arange(first, first + steps + 1, dtype=torch.float32)[:, None] + 100.0 * torch.arange(slots)
    truncated = None if cut is None else torch.tensor(cut)
    final = None if truncated is None else -number[:-1][truncated][:, None]
    return Rollout(
        observation=number[:-1, :, None], action=number[:-1, :, None] / 10, log_prob=torch.zeros(steps, slots),
        value=torch.zeros(steps, slots), reward=2.0 ** (number[:-1] % 100), done=torch.tensor(done),
        variation=7 * torch.arange(slots).expand(steps, -1), next_observation=number[-1][:, None],
        truncated=truncated, final_observation=final,
    )  # fmt: skip


def every_step(replay: Replay, steps: int, gamma: float = 0.5) -> dict[int, tuple[float, float, float]]:
    """(reward, bootstrap, next observation) of each step that can be drawn, by its observation."""
    drawn = n_step(replay.sample(2000, steps, torch.Generator().manual_seed(0)), gamma)
    columns = (drawn.observation, drawn.reward, drawn.bootstrap, drawn.next_observation)
    rows = zip(*(column.flatten().tolist() for column in columns), strict=True)
    return {int(seen): (reward, bootstrap, after) for seen, reward, bootstrap, after in rows}


def test_one_step_ends_and_time_limits() -> None:
    """Step 1 ends its episode, step 2 is cut off by the time limit, step 3 is the newest."""
    replay = Replay(100, CPU)
    replay.add(played(0, [[False], [True], [True], [False]], [[False], [False], [True], [False]]))
    assert every_step(replay, 1) == {0: (1, 0.5, 1), 1: (2, 0, 2), 2: (4, 0.5, -2), 3: (8, 0.5, 4)}


def test_three_steps_stop_at_ends_limits_and_the_newest_step() -> None:
    """gamma 0.5: 1 + 2/2 ends; 2 ends at once; 4 is cut off; 8 + 16/2 + 32/4; 16 + 32/2; 32."""
    replay = Replay(100, CPU)
    ended = [[False], [True], [True], [False], [False], [False]]
    replay.add(played(0, ended, [[False], [False], [True], [False], [False], [False]]))
    assert every_step(replay, 3) == {
        0: (2, 0, 2), 1: (2, 0, 2), 2: (4, 0.5, -2), 3: (24, 0.125, 6), 4: (32, 0.25, 6), 5: (32, 0.5, 6),
    }  # fmt: skip


def test_windows_go_on_into_the_next_rollout() -> None:
    replay = Replay(100, CPU)
    replay.add(played(0, [[False, False]] * 2))
    replay.add(played(2, [[False, False]] * 2))
    assert every_step(replay, 2)[1] == (4, 0.25, 3)
    assert every_step(replay, 2)[101] == (4, 0.25, 103)


def test_a_window_has_the_variation_of_its_first_step() -> None:
    replay = Replay(100, CPU)
    replay.add(played(0, [[False, True, False]] * 2))
    drawn = n_step(replay.sample(100, 2, torch.Generator().manual_seed(0)), 0.5)
    assert torch.equal(drawn.variation, 7 * (drawn.observation.squeeze(1) // 100).to(torch.int64))
    older = {name: value for name, value in replay.state().items() if name != "variation"}
    restored = Replay(100, CPU)
    restored.restore(older)
    assert restored.sample(10, 1, torch.Generator().manual_seed(0)).variation.eq(-1).all()


def test_the_oldest_steps_are_forgotten() -> None:
    """Room for four rows of two slots; finals wrap around with them, grow when more are in use, and stay right."""
    replay = Replay(8, CPU)
    for first in range(0, 21, 3):
        cut = [[step % 2 == 0, step % 5 == 0] for step in range(first, first + 3)]
        replay.add(played(first, cut, cut))
        after = every_step(replay, 1)
        newest = range(max(0, first - 1), first + 3)
        assert after.keys() == {*newest, *(100 + step for step in newest)}
        assert all(after[step][2] == (-step if step % 2 == 0 else step + 1) for step in newest)
        assert all(after[100 + step][2] == (-100 - step if step % 5 == 0 else 101 + step) for step in newest)


def test_a_rollout_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"3 rows.*2"):
        Replay(2, CPU).add(played(0, [[False]] * 3))


def test_a_guide_changes_every_reward_of_a_window() -> None:
    replay = Replay(100, CPU)
    replay.add(played(0, [[False]] * 4))
    windows = replay.sample(50, 2, torch.Generator().manual_seed(0))

    def ten_times_the_action(observation: Tensor, action: Tensor, reward: Tensor) -> Tensor:
        assert observation.shape == action.shape == (100, 1)
        return reward + 10 * action.squeeze(1) * 10

    drawn = n_step(windows, 0.5, ten_times_the_action)
    first = drawn.observation.squeeze(1) == 1
    assert drawn.reward[first].tolist() == [2 + 10 + (4 + 20) / 2] * int(first.sum())


def test_critic_target_by_hand() -> None:
    """3 + 0.25 (10 - 0.5 x 2) = 5.25; nothing is added where the episode was over."""
    nothing = torch.zeros(2, 1)
    batch = Transitions(nothing, nothing, torch.tensor([3.0, 3.0]), torch.tensor([0.25, 0.0]), nothing, nothing)
    target = critic_target(batch, torch.tensor([10.0, 10.0]), torch.tensor([2.0, 2.0]), torch.tensor(0.5))
    assert target.tolist() == [5.25, 3.0]


def test_critic_and_actor_loss_by_hand() -> None:
    """Half of mean(1, 9) and of mean(4, 0); mean of 0.5 x 2 - 1 and 0.5 x 4 - 7."""
    estimates = torch.tensor([[1.0, 3.0], [2.0, 0.0]])
    assert critic_loss(estimates, torch.zeros(2)).item() == pytest.approx(0.5 * 5 + 0.5 * 2)
    loss = actor_loss(torch.tensor([1.0, 7.0]), torch.tensor([2.0, 4.0]), torch.tensor(0.5))
    assert loss.item() == pytest.approx((0.0 - 5.0) / 2)


@pytest.mark.parametrize(("log_prob", "rises"), [(2.0, True), (0.5, False)])
def test_temperature_follows_the_wanted_entropy(log_prob: float, rises: bool) -> None:
    """alpha 0.5, wanted entropy -1: -0.5 (log_prob - 1), and so is the derivative by log alpha."""
    log_temperature = torch.tensor(0.5).log().requires_grad_()
    loss = temperature_loss(log_temperature, torch.full((3,), log_prob), target_entropy=-1.0)
    (slope,) = torch.autograd.grad(loss, log_temperature)
    assert loss.item() == pytest.approx(-0.5 * (log_prob - 1))
    assert slope.item() == pytest.approx(loss.item())
    assert (slope.item() < 0) == rises


def test_each_temperature_follows_its_own_variations_entropy() -> None:
    """Two samples of one variation, whose log-probabilities exceed the target's on average, and one of another."""
    log_temperature = torch.tensor([0.5, 2.0, 1.0]).log().requires_grad_()
    place, log_prob = torch.tensor([0, 0, 1]), torch.tensor([3.0, 1.0, -5.0])
    loss = temperature_loss(log_temperature[place], log_prob, target_entropy=-1.0)
    (slope,) = torch.autograd.grad(loss, log_temperature)
    assert slope.tolist() == pytest.approx([-0.5 * (2 + 0) / 3, -2.0 * -6 / 3, 0.0])
