"""GAIL: the reward by hand, a discriminator that separates and stays useful on pictures, exact keeping."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from math import sqrt

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from gsl.config.guides import GAIL as GAILSettings
from gsl.config.run import LEARNERS
from gsl.worker.guides import Guide
from gsl.worker.guides.discriminator import classification_loss, gradient_penalty
from gsl.worker.guides.gail import GAIL
from gsl.worker.guides.recent_steps import RecentSteps
from gsl.worker.spaces import Spaces
from gsl.worker.trainer.learner import adopt_reward_scale, init_learner, reward_origin
from tests.worker.guides.lessons import (
    CONTINUOUS,
    DISCRETE,
    PICTURES,
    actions,
    demonstrations,
    inputs,
    observations,
    rollout,
)
from tests.worker.jobs import TINY_MAZE, spec

BARE = GAILSettings(gradient_penalty=0, input_noise=0, label_smoothing=0, recent_steps=0)


def guide(settings: GAILSettings, spaces: Spaces = DISCRETE, seed: int = 0) -> GAIL:
    """It is shown the action that `right` names, in random states."""
    seen = observations(400, spaces)
    return GAIL(settings, inputs(demonstrations(seen, right(seen, spaces)), spaces=spaces, seed=seed))


def right(seen: Tensor, spaces: Spaces = DISCRETE) -> Tensor:
    """What a demonstrator does: by the sign of the first number, or by the brightness of the upper left corner."""
    if spaces is CONTINUOUS:
        return torch.stack([seen[:, 0].tanh(), -seen[:, 0].tanh()], dim=1)
    if spaces is PICTURES:
        return (seen[:, :16, :16].float().mean((1, 2, 3)) > 127).long()
    return (seen[:, 0] > 0).long()


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("positive", lambda logit: -torch.sigmoid(logit).log()),
        ("centred", lambda logit: -logit),
        ("negative", lambda logit: (1 - torch.sigmoid(logit)).log()),
    ],
)
def test_the_mixed_reward(form: str, expected: Callable[[Tensor], Tensor]) -> None:
    """w_env * r_env + w_imitation * r_D, with the policy as label 1."""
    made = guide(GAILSettings.model_validate({"form": form, "env_weight": 0.3, "imitation_weight": 0.7}))
    seen, done, earned = observations(20, seed=3), actions(20), torch.linspace(-1, 1, 20)
    judge = made.discriminator
    logit = judge(judge.prepare(seen), F.one_hot(done, 4).float()).detach()
    torch.testing.assert_close(made.reward(seen, done, earned), 0.3 * earned + 0.7 * expected(logit))


def test_the_reward_is_bounded() -> None:
    made = guide(GAILSettings(reward_limit=2.0, form="centred"))
    with torch.no_grad():
        next(reversed(list(made.discriminator.judge.parameters()))).mul_(0).add_(1e4)
    paid = made.reward(observations(50), actions(50), torch.zeros(50))
    assert paid.abs().max() == pytest.approx(1.4)


def test_the_loss_by_hand() -> None:
    """Cross-entropy with the policy as 1 and demonstrations as 0, halved; smoothing moves the labels."""
    own, shown = torch.tensor([0.3, -1.0]), torch.tensor([0.2, 2.0])
    plain = -0.5 * (torch.sigmoid(own).log().mean() + (1 - torch.sigmoid(shown)).log().mean())
    torch.testing.assert_close(classification_loss(own, shown, 0.0), plain)
    certain = torch.tensor([20.0])
    assert classification_loss(certain, -certain, 0.1) > classification_loss(certain / 10, -certain / 10, 0.1)


def test_the_gradient_penalty_by_hand() -> None:
    """A linear logit w x has the gradient w everywhere; three numbers are observed."""
    judge, linear = guide(BARE, CONTINUOUS).discriminator, torch.nn.Linear(5, 1)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[2.0, 0.0, 1.0, 4.0, 0.0]]))
    judge.judge = torch.nn.Sequential(linear)
    pair = observations(6, CONTINUOUS), actions(6, CONTINUOUS)
    penalty = gradient_penalty(judge, pair, (pair[0] + 1, pair[1]), torch.Generator().manual_seed(0))
    torch.testing.assert_close(penalty, torch.tensor(5.0 * sqrt(3) + 16.0))


@pytest.mark.parametrize(
    ("spaces", "spectral_norm"),
    [(DISCRETE, False), (CONTINUOUS, False), (DISCRETE, True)],
    ids=["discrete", "continuous", "spectral"],
)
def test_it_separates_demonstrated_from_other_actions(spaces: Spaces, spectral_norm: bool) -> None:
    """In states that it never saw the demonstrator's action pays more than another one, four times in five and more."""
    made = guide(GAILSettings(updates=10, batch_size=64, learning_rate=5e-3, spectral_norm=spectral_norm), spaces)
    for turn in range(40):
        seen = observations(64, spaces, seed=100 + turn)
        made.observe(rollout(seen, actions(64, spaces, seed=turn)))
    fresh = observations(200, spaces, seed=9)
    wrong = -right(fresh, spaces) if spaces is CONTINUOUS else 1 - right(fresh, spaces)
    zero = torch.zeros(200)
    paid, unpaid = made.reward(fresh, right(fresh, spaces), zero), made.reward(fresh, wrong, zero)
    assert (paid > unpaid).float().mean() > 0.8


def test_on_pictures_it_neither_saturates_nor_dies() -> None:
    """Few noisy pictures could be learned by heart; then every step of the policy would pay alike, whatever it did.

    Without the penalty the accuracy comes to 1 here and the right action pays no more than the wrong one.
    """
    seen = corners(48, seed=0)
    settings = GAILSettings(updates=4, batch_size=24, width=16, learning_rate=1e-3)
    made = GAIL(settings, inputs(demonstrations(seen, right(seen, PICTURES)), spaces=PICTURES))
    accuracy = []
    for turn in range(20):
        said = made.observe(rollout(corners(32, seed=100 + turn), actions(32, seed=turn) % 2))
        accuracy.append(said["discriminator_accuracy"])
    fresh, zero = corners(64, seed=9), torch.zeros(64)
    paid = made.reward(fresh, right(fresh, PICTURES), zero)
    unpaid = made.reward(fresh, 1 - right(fresh, PICTURES), zero)
    assert sum(accuracy[-10:]) / 10 < 0.85  # 0.75 is what the actions tell: half of the policy's are right
    assert (paid > unpaid).float().mean() > 0.95
    assert 0.2 < paid.mean() < 0.8
    assert paid.std() < 0.1


def corners(number: int, seed: int) -> Tensor:
    """Noise, whose upper left corner is bright in every second picture and dark in the others."""
    made = observations(number, PICTURES, seed) // 2 + 64
    made[0::2, :16, :16] = 240
    made[1::2, :16, :16] = 15
    return made


@pytest.mark.parametrize("spaces", [DISCRETE, PICTURES], ids=["vector", "picture"])
def test_it_goes_on_exactly(spaces: Spaces) -> None:
    settings = GAILSettings(updates=2, batch_size=16, width=16, recent_steps=48, spectral_norm=True)
    through, resumed = guide(settings, spaces, seed=1), guide(settings, spaces, seed=2)
    for turn in range(3):
        through.observe(rollout(observations(32, spaces, seed=turn), actions(32, seed=turn)))
        through.reward(observations(8, spaces), actions(8), torch.zeros(8))
    resumed.restore(through.state())
    said = []
    for each in (through, resumed):
        seen = observations(32, spaces, seed=7)
        told = each.observe(rollout(seen, actions(32)))
        said.append((told, each.reward(seen, actions(32), torch.zeros(32)).tolist()))
    assert said[0] == said[1]


def test_the_memory_keeps_the_newest_steps_of_several_rollouts() -> None:
    memory, generator = RecentSteps(8), torch.Generator().manual_seed(0)
    assert memory.sample(4, generator) is None
    for turn in range(7):
        memory.remember((torch.full((20, 1), float(turn)), torch.full((20,), turn)), generator)
    seen, done = memory.state()["observation"], memory.state()["action"]
    assert sorted(done.tolist()) == [3, 3, 4, 4, 5, 5, 6, 6]
    assert seen.squeeze(-1).tolist() == done.tolist()


def test_torchs_own_random_state_stays() -> None:
    before = torch.random.get_rng_state()
    made = guide(GAILSettings(spectral_norm=True, updates=1))
    made.observe(rollout(observations(16), actions(16)))
    assert torch.random.get_rng_state().equal(before)


@pytest.mark.parametrize("name", ["ppo", "ppg"])
def test_where_it_starts_or_ends_paying_the_scale_of_rewards_restarts(name: str) -> None:
    """The source's scale is kept by a job that is paid as the source was, and by no other."""
    fields = {
        "network": {"name": "mlp", "width": 8},
        "device": "cpu",
        "num_envs": 4,
        "num_steps": 8,
        "num_minibatches": 2,
    }
    config = TINY_MAZE.model_copy(
        update={
            "guide": GAILSettings(),
            "learner": LEARNERS[name].model_validate(fields | {"n_pi": 2} if name == "ppg" else fields),
        }
    )
    paying, idle = guide(GAILSettings()), Guide(GAILSettings(), inputs())
    job, other = spec("finetune", config), spec("finetune", config, key="finetune-2")
    assert reward_origin(job, idle) == reward_origin(spec("finetune", TINY_MAZE), idle) == ""
    assert reward_origin(job, paying) != reward_origin(other, paying) != ""
    kept = {}
    for was, now in itertools.product(("", reward_origin(job, paying)), repeat=2):
        learner = init_learner(spec("generalist", config), DISCRETE, None)
        learner.update(replace(rollout(observations(32), actions(32)), reward=100 * torch.randn(8, 4)))
        before = learner.state()["rewards"]["var"]
        adopt_reward_scale(learner, {"paid_by": was}, now)
        kept[bool(was), bool(now)] = learner.state()["rewards"]["var"] == before > 100
    assert kept == {(False, False): True, (False, True): False, (True, False): False, (True, True): True}
