"""TRPO: what each part of an update moves, the KL limit, exact keeping, the ways to start from another's."""

from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from gsl.config.learners import TRPO as TRPOSettings
from gsl.config.networks import MLP, SmallCNN
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners import Overrides
from gsl.worker.learners.base import AdvantageEstimator
from gsl.worker.learners.trpo import TRPO
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import EnvRunner
from gsl.worker.spaces import Spaces
from tests.worker.learners.point import Point
from tests.worker.learners.rollouts import CONTINUOUS, DISCRETE, VECTOR, made_up
from tests.worker.learners.states import same

CPU = torch.device("cpu")
EITHER = pytest.mark.parametrize(
    "spaces", [Spaces(VECTOR, DISCRETE), Spaces(VECTOR, CONTINUOUS)], ids=["discrete", "continuous"]
)


def learner(spaces: Spaces | None = None, seed: int = 1, **changes: Any) -> TRPO:
    small: dict[str, Any] = {"network": MLP(width=16), "device": "cpu", "num_envs": 8, "num_steps": 16,
                             "value_epochs": 2, "value_minibatch": 32}  # fmt: skip
    return TRPO(TRPOSettings(**(small | changes)), spaces or Spaces(VECTOR, DISCRETE), seed, CPU)


def outputs(trpo: TRPO, observation: Tensor) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        parameters, values = trpo.network(observation)
    return parameters, values


@EITHER
def test_the_policy_moves_within_the_limit_and_its_values_stay(spaces: Spaces) -> None:
    trpo, rollout = learner(spaces, value_epochs=1, learning_rate=1e-12), made_up(spaces)
    seen = rollout.observation.flatten(0, 1)
    before, (_, values) = trpo.network.distribution(outputs(trpo, seen)[0]), outputs(trpo, seen)
    metrics = trpo.update(rollout)
    after, (_, values_after) = trpo.network.distribution(outputs(trpo, seen)[0]), outputs(trpo, seen)
    assert 0 < metrics["approx_kl"] <= 0.01
    assert float(before.kl(after).mean()) == pytest.approx(metrics["approx_kl"], abs=1e-5)
    assert torch.allclose(values, values_after, atol=1e-5)


def test_fitting_values_leaves_the_policy_alone() -> None:
    trpo, rollout = learner(max_kl=1e-12, learning_rate=0.01), made_up(Spaces(VECTOR, DISCRETE))
    seen = rollout.observation.flatten(0, 1)
    before = outputs(trpo, seen)
    losses = [trpo.update(rollout)["value_loss"] for _ in range(5)]
    after = outputs(trpo, seen)
    assert torch.allclose(before[0], after[0], atol=1e-3)
    assert not torch.allclose(before[1], after[1], atol=1e-3)
    assert losses[-1] < losses[0]


def test_a_share_of_the_steps_estimates_the_same_step_roughly() -> None:
    whole, part = (learner(fisher_share=share) for share in (1.0, 0.5))
    for trpo in (whole, part):
        assert 0 < trpo.update(made_up(Spaces(VECTOR, DISCRETE)))["approx_kl"] <= 0.01


def test_it_learns_a_continuous_task() -> None:
    trpo = learner(Spaces((1,), Point.actions), num_steps=64, gamma=0.5, max_kl=0.05)
    runner, rewards = EnvRunner(Point()), []
    for _ in range(40):
        rollout, _ = collect(runner, trpo, 64, lambda: None)
        metrics = trpo.update(rollout)
        assert metrics["approx_kl"] <= 0.05
        rewards.append(float(rollout.reward.mean()))
    assert rewards[0] < 0.4
    assert rewards[-1] > 0.8


@EITHER
def test_a_restored_learner_goes_on_exactly(spaces: Spaces, tmp_path: Path) -> None:
    trpo, rollout = learner(spaces), made_up(spaces)
    trpo.update(rollout)
    save(tmp_path / "a.ckpt", trpo.state())
    other = learner(spaces, seed=2)
    other.restore(load(tmp_path / "a.ckpt"))
    assert trpo.update(rollout) == other.update(rollout)
    assert same(trpo.state(), other.state())


def test_a_clone_has_the_policy_and_its_own_randomness() -> None:
    trpo, rollout = learner(), made_up(Spaces(VECTOR, DISCRETE))
    trpo.update(rollout)
    clone, fresh = learner(seed=2), learner(seed=2)
    clone.clone(trpo.state())
    fresh.clone(trpo.state(), fresh_head=True)
    seen = rollout.observation.flatten(0, 1)
    assert torch.equal(outputs(clone, seen)[0], outputs(trpo, seen)[0])
    assert not torch.equal(outputs(fresh, seen)[0], outputs(trpo, seen)[0])
    assert torch.equal(outputs(fresh, seen)[1], outputs(trpo, seen)[1])
    assert not torch.equal(clone.acting.get_state(), trpo.acting.get_state())


def test_specialists_may_explore_more() -> None:
    spaces = Spaces(VECTOR, DISCRETE)
    settings = TRPOSettings(network=MLP(width=16), device="cpu")
    trpo = TRPO(settings, spaces, 1, CPU, Overrides(ent_coef=0.5, learning_rate=0.25))
    assert (trpo.ent_coef, trpo.optimiser.param_groups[0]["lr"]) == (0.5, 0.25)


def test_its_advantages_can_be_asked_for() -> None:
    trpo = learner()
    trpo.update(made_up(Spaces(VECTOR, DISCRETE)))
    assert isinstance(trpo, AdvantageEstimator)
    assert trpo.advantage.shape == (128,)


def test_pictures_are_refused() -> None:
    with pytest.raises(ValidationError, match="must be mlp"):
        TRPOSettings(network=SmallCNN())
