"""Every learner on a GPU: updates, exact keeping, where experience lies."""

from pathlib import Path
from typing import Any

import pytest
import torch

from gsl.config.learners import LEEP, PPG, PPO, SAC, LearnerSettings
from gsl.config.networks import MLP, SmallCNN
from gsl.worker import plugins
from gsl.worker.job.checkpoint import load, save
from gsl.worker.learners.sac import SAC as SACLearner
from gsl.worker.spaces import Spaces
from tests.worker.learners.rollouts import CONTINUOUS, DISCRETE, PICTURE, VECTOR, made_up

SMALL: dict[str, Any] = {"num_envs": 8, "num_steps": 16, "device": "cuda"}
SETTINGS: dict[str, LearnerSettings] = {
    "ppo": PPO(**SMALL, num_minibatches=4),
    "ppg": PPG(**SMALL, num_minibatches=4, n_pi=2, aux_rollouts=4),
    "leep": LEEP(**SMALL, num_minibatches=4, members=2),
    "sac": SAC(**SMALL, warm_up=0, update_ratio=0.05, replay_batch=16, replay_size=500, n_step=3),
}


@pytest.mark.gpu
@pytest.mark.parametrize("shape", [VECTOR, PICTURE])
@pytest.mark.parametrize("name", SETTINGS)
def test_goes_on_from_a_file(tmp_path: Path, name: str, shape: tuple[int, ...]) -> None:
    network = MLP(width=16) if shape == VECTOR else SmallCNN(channels=4, width=16)
    settings = SETTINGS[name].model_copy(update={"network": network})
    spaces = Spaces(shape, CONTINUOUS if "continuous" in settings.actions else DISCRETE)
    cuda = torch.device("cuda")
    undisturbed, resumed = (plugins.load(settings)(settings, spaces, seed, cuda) for seed in (1, 99))
    undisturbed.update(made_up(spaces, 0))
    save(tmp_path / "learner", undisturbed.state())
    resumed.restore(load(tmp_path / "learner"))
    seen = made_up(spaces, 9).next_observation.numpy()
    for learner in (undisturbed, resumed):
        learner.update(made_up(spaces, 1))
    first, second = (learner.decide(seen).action for learner in (undisturbed, resumed))
    assert first == pytest.approx(second, abs=1e-4)


@pytest.mark.gpu
@pytest.mark.parametrize(("shape", "where"), [(VECTOR, "cuda"), (PICTURE, "cpu")])
def test_a_replay_lies_where_it_is_drawn_from_or_fits(shape: tuple[int, ...], where: str) -> None:
    network = MLP(width=16) if shape == VECTOR else SmallCNN(channels=4, width=16)
    settings = SAC(**SMALL, network=network, warm_up=0, update_ratio=0.05, replay_size=500)
    learner = SACLearner(settings, Spaces(shape, CONTINUOUS), 1, torch.device("cuda"))
    learner.update(made_up(Spaces(shape, CONTINUOUS)))
    assert learner._replay.observation.device.type == where
