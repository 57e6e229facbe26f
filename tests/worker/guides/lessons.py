"""Small things to learn from: networks, demonstrations and rollouts made by hand."""

import numpy as np
import torch
from torch import Tensor

from gsl.config.networks import MLP, SmallCNN
from gsl.worker.experience import Demonstrations, Earned, Rollout
from gsl.worker.guides import GuideInputs, Teacher
from gsl.worker.nets import ActorCritic, make_network
from gsl.worker.rollout.demonstration_weights import step_weights
from gsl.worker.spaces import Actions, Spaces

DISCRETE = Spaces((3,), Actions("discrete", 4))
CONTINUOUS = Spaces((3,), Actions("continuous", 2))
PICTURES = Spaces((64, 64, 3), Actions("discrete", 4))
CPU = torch.device("cpu")


def network(spaces: Spaces = DISCRETE, seed: int = 0, width: int = 16) -> ActorCritic:
    settings = MLP(width=width) if len(spaces.observation_shape) == 1 else SmallCNN(channels=4, width=width)
    return make_network(settings, spaces, seed)


def inputs(
    demonstrations: Demonstrations | None = None, teachers: tuple[Teacher, ...] = (), spaces: Spaces = DISCRETE,
    seed: int = 0,
) -> GuideInputs:  # fmt: skip
    return GuideInputs(demonstrations, teachers, spaces, seed, CPU)


def observations(number: int, spaces: Spaces = DISCRETE, seed: int = 0) -> Tensor:
    rng = np.random.default_rng(seed)
    if len(spaces.observation_shape) == 1:
        return torch.from_numpy(rng.standard_normal((number, *spaces.observation_shape)).astype(np.float32))
    return torch.from_numpy(rng.integers(0, 256, (number, *spaces.observation_shape), np.uint8))


def actions(number: int, spaces: Spaces = DISCRETE, seed: int = 1) -> Tensor:
    rng = np.random.default_rng(seed)
    if spaces.actions.kind == "discrete":
        return torch.from_numpy(rng.integers(0, spaces.actions.size, number))
    return torch.from_numpy(rng.uniform(-1, 1, (number, spaces.actions.size)).astype(np.float32))


def demonstrations(
    observation: Tensor, action: Tensor, variation: Tensor | None = None, earned: Earned | None = None,
) -> Demonstrations:  # fmt: skip
    """One episode of each variation; all is of variation 0 unless said otherwise."""
    which = torch.zeros(len(action), dtype=torch.int64) if variation is None else variation
    episode = (torch.diff(which, prepend=which[:1]) != 0).cumsum(0)
    steps = which.numpy()
    weight = torch.from_numpy(step_weights("none", steps, episode.numpy(), np.zeros(len(steps)), None))
    return Demonstrations(observation, action, which, episode, weight, earned)


def rollout(observation: Tensor, action: Tensor, variation: Tensor | None = None, slots: int = 4) -> Rollout:
    """The given samples (T*N, ...) as T steps of `slots` slots; rewards, values and log-probabilities are zero."""
    steps = len(action) // slots
    zero = torch.zeros(steps, slots)
    which = torch.zeros(steps * slots, dtype=torch.int64) if variation is None else variation
    return Rollout(
        observation=torch.unflatten(observation, 0, (steps, slots)),
        action=torch.unflatten(action, 0, (steps, slots)),
        log_prob=zero,
        value=zero,
        reward=zero,
        done=zero.bool(),
        variation=torch.unflatten(which, 0, (steps, slots)),
        next_observation=observation[-slots:],
    )


def nothing() -> None:
    """Nobody interrupts."""
