"""PPO's setting `compile` on a CPU: the same update, or a refusal that says what is missing."""

from pathlib import Path
from typing import Any

import pytest
import torch

from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP
from gsl.worker.learners.ppo import PPO
from gsl.worker.spaces import Actions, Spaces
from tests.worker.learners.rollouts import made_up

SPACES = Spaces((5,), Actions("continuous", 2), (0, 5))


def learner(**changes: Any) -> PPO:
    settings = PPOSettings(
        network=MLP(width=16), device="cpu", num_envs=8, num_steps=16, num_minibatches=2, update_epochs=3, **changes
    )
    return PPO(settings, SPACES, 1, torch.device("cpu"))


@pytest.mark.compiler
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch's own, while it compiles
@pytest.mark.parametrize(
    "changes",
    [{}, pytest.param({"popart": True, "norm_reward": False, "critic_layer_norm": True}, marks=pytest.mark.slow)],
)
def test_a_compiled_update_is_the_same_but_for_rounding(changes: dict[str, Any]) -> None:
    eager, compiled = learner(**changes), learner(compile=True, **changes)
    rollout = made_up(SPACES)
    said = eager.update(rollout)
    assert compiled.update(rollout) == pytest.approx(said, rel=1e-3, abs=1e-5)
    for one, other in zip(eager.network.parameters(), compiled.network.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)
    assert compiled.decide(rollout.observation[0].numpy()).value is None


def test_it_is_refused_without_a_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(RuntimeError, match="install g\\+\\+"):
        learner(compile=True)
