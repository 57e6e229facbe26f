"""LEEP: the link, each member's own learning, what acts, exact keeping, the ways to start from another's."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from gsl.config.learners import LEEP as LEEPSettings
from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP, SmallCNN
from gsl.worker.experience import Rollout
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners import Overrides
from gsl.worker.learners.base import AdvantageEstimator
from gsl.worker.learners.leep import LEEP
from gsl.worker.learners.ppo import PPO
from gsl.worker.spaces import Spaces
from tests.worker.learners.rollouts import DISCRETE, PICTURE, VECTOR, made_up
from tests.worker.learners.states import same

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {
    "network": MLP(width=16), "device": "cpu", "num_envs": 8, "num_steps": 16, "num_minibatches": 2, "members": 4,
}  # fmt: skip
KINDS = pytest.mark.parametrize(
    ("shape", "network"), [(VECTOR, MLP(width=16)), (PICTURE, SmallCNN(width=16, channels=2))], ids=["mlp", "cnn"]
)


def learner(shape: tuple[int, ...] = VECTOR, seed: int = 1, **changes: Any) -> LEEP:
    return LEEP(LEEPSettings(**(SMALL | changes)), Spaces(shape, DISCRETE), seed, CPU)


def rollout_of(shape: tuple[int, ...] = VECTOR, seed: int = 0) -> Rollout:
    return made_up(Spaces(shape, DISCRETE), seed)


def probabilities(leep: LEEP, observation: Tensor) -> Tensor:
    return leep.network.everyone(observation).exp()


@KINDS
def test_each_member_acts_in_its_own_slots(shape: tuple[int, ...], network: Any) -> None:
    leep, seen = learner(shape, network=network), rollout_of(shape).next_observation
    for number, member in enumerate(leep.network.networks):  # so that they differ clearly
        torch.nn.init.normal_(member.policy_head.weight, generator=torch.Generator().manual_seed(number))
    leep.network.requires_grad_(False)
    decision = leep.decide(seen.numpy())
    for slot in range(8):
        member = leep.network.networks[slot // 2]
        alone = member.policy(seen[slot : slot + 1])
        assert float(alone.log_prob(torch.tensor(decision.action[slot : slot + 1]))) == pytest.approx(
            float(decision.log_prob[slot]), abs=1e-5
        )
        assert decision.value is not None
        assert float(member.values(seen[slot : slot + 1])) == pytest.approx(float(decision.value[slot]), abs=1e-5)


def test_a_member_without_a_link_learns_as_ppo_would_alone() -> None:
    once: dict[str, Any] = {"num_minibatches": 1, "update_epochs": 1, "network": MLP(width=16)}
    leep, rollout = learner(link_coef=0, **once), rollout_of()
    own = rollout.of(slice(2, 4))
    alone = PPO(PPOSettings(device="cpu", num_envs=2, num_steps=16, **once), Spaces(VECTOR, DISCRETE), 7, CPU)
    alone.network.load_state_dict(leep.network.networks[1].state_dict())
    leep.update(rollout)
    alone.update(own)
    ours, theirs = leep.network.networks[1].state_dict(), alone.network.state_dict()
    for name, weight in theirs.items():
        assert torch.allclose(ours[name], weight, atol=1e-5), name


def test_the_link_draws_members_together() -> None:
    def distance(link_coef: float) -> float:
        leep, rollout = learner(link_coef=link_coef, ent_coef=0.0, learning_rate=3e-3), rollout_of()
        return [leep.update(rollout)["link_kl"] for _ in range(15)][-1]

    assert distance(10.0) < 0.5 * distance(0.0)


def test_slots_of_a_rollout_have_their_own_final_observations() -> None:
    rollout = rollout_of()
    assert rollout.truncated is not None
    assert rollout.final_observation is not None
    marked = replace(rollout, final_observation=torch.stack([rollout.truncated.nonzero()[:, 1]] * 3, dim=1).float())
    for slots in (slice(0, 2), slice(2, 8)):
        part = marked.of(slots)
        assert part.truncated is not None
        assert part.final_observation is not None
        assert torch.equal(part.final_observation[:, 0].long(), part.truncated.nonzero()[:, 1] + slots.start)
        assert torch.equal(part.reward, rollout.reward[:, slots])
        assert torch.equal(part.next_observation, rollout.next_observation[slots])


def test_its_advantages_are_those_of_the_rollouts_steps() -> None:
    leep, rollout = learner(gamma=0.0, norm_reward=False), rollout_of()
    leep.update(rollout)
    assert isinstance(leep, AdvantageEstimator)
    assert rollout.value is not None
    assert torch.allclose(leep.advantage, (rollout.reward - rollout.value).flatten(), atol=1e-6)


def test_what_acts_is_the_link_or_one_member_a_slot() -> None:
    seen = torch.randn(8, 3, generator=torch.Generator().manual_seed(1))
    linked, single = learner(), learner(acts="member")
    for one in (linked, single):
        for number, member in enumerate(one.network.networks):  # each is sure of an action of its own
            torch.nn.init.zeros_(member.policy_head.weight)
            member.policy_head.bias.data.copy_(torch.eye(4)[number] * 50)
    act, each = (one.policy(deterministic=False, seed=3) for one in (linked, single))
    tried = np.stack([act(seen.numpy()) for _ in range(200)])
    assert np.bincount(tried.flatten(), minlength=4) == pytest.approx(np.full(4, 400), abs=70)
    played = np.stack([each(seen.numpy()) for _ in range(5)])
    assert (played == played[0]).all()
    assert sorted(played[0].tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_the_policy_is_the_same_for_the_same_seed_and_leaves_training_alone() -> None:
    leep, seen = learner(), rollout_of().next_observation.numpy()
    before = leep.state()
    ours, again = (leep.policy(deterministic=False, seed=5) for _ in range(2))
    assert all((ours(seen) == again(seen)).all() for _ in range(3))
    assert same(leep.state(), before)


@KINDS
def test_a_restored_learner_goes_on_exactly(shape: tuple[int, ...], network: Any, tmp_path: Path) -> None:
    leep, rollout = learner(shape, network=network), rollout_of(shape)
    leep.update(rollout)
    save(tmp_path / "a.ckpt", leep.state())
    other = learner(shape, seed=2, network=network)
    other.update(rollout)
    other.restore(load(tmp_path / "a.ckpt"))
    assert leep.update(rollout) == other.update(rollout)
    assert same(leep.state(), other.state())


def test_a_clone_has_all_policies_and_its_own_randomness() -> None:
    leep, rollout = learner(), rollout_of()
    leep.update(rollout)
    clone, fresh = learner(seed=2), learner(seed=2)
    clone.clone(leep.state())
    fresh.clone(leep.state(), fresh_head=True)
    seen = rollout.next_observation
    assert torch.equal(probabilities(clone, seen), probabilities(leep, seen))
    assert not torch.allclose(probabilities(fresh, seen), probabilities(leep, seen))
    assert torch.equal(fresh.network.values(seen), leep.network.values(seen))
    assert not torch.equal(fresh.acting.get_state(), leep.acting.get_state())
    assert fresh.update(rollout) != clone.update(rollout)


def test_a_checkpoint_of_fewer_members_is_refused() -> None:
    with pytest.raises((RuntimeError, KeyError)):
        learner(members=4).clone(learner(members=2).state())


def test_specialists_may_explore_more() -> None:
    leep = LEEP(LEEPSettings(**SMALL), Spaces(VECTOR, DISCRETE), 1, CPU, Overrides(0.5, 0.25))
    assert (leep.ent_coef, leep.learning_rate) == (0.5, 0.25)
    assert leep.update(rollout_of())["learning_rate"] == 0.25


def test_a_stop_is_asked_for_between_minibatches() -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        learner().update(rollout_of(), on_step=stop)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"members": 1}, "members"),
        ({"members": 3}, "num_envs"),
        ({"num_minibatches": 3}, "num_minibatches"),
        ({"overlap": True}, "overlap"),
        ({"link_coef": -1}, "link_coef"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        LEEPSettings(**(SMALL | changes))
    assert [problem["loc"] for problem in error.value.errors()] == [(field,)]
