"""Made-up rollouts: 16 steps of 8 slots, with time limits now and then."""

import torch
from torch import Tensor

from gsl.worker.experience import Rollout
from gsl.worker.spaces import Actions, Spaces

DISCRETE, CONTINUOUS = Actions("discrete", 4), Actions("continuous", 2)
VECTOR, PICTURE = (3,), (32, 32, 3)


def made_up(spaces: Spaces, seed: int = 0) -> Rollout:
    """Normal numbers, or uint8 pictures; actions of either kind; a tenth of the steps end their episode."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*size: int) -> Tensor:
        return torch.randn(size, generator=generator)

    def seen(*size: int) -> Tensor:
        shape = (*size, *spaces.observation_shape)
        picture = len(spaces.observation_shape) == 3
        return torch.randint(256, shape, generator=generator, dtype=torch.uint8) if picture else normal(*shape)

    done = torch.rand(16, 8, generator=generator) < 0.1
    truncated = done & (torch.rand(16, 8, generator=generator) < 0.5)
    continuous = normal(16, 8, spaces.actions.size).tanh()
    discrete = torch.randint(spaces.actions.size, (16, 8), generator=generator)
    return Rollout(
        observation=seen(16, 8), action=continuous if spaces.actions.kind == "continuous" else discrete,
        log_prob=normal(16, 8) * 0.1 - 1.4, value=normal(16, 8), reward=normal(16, 8), done=done,
        variation=torch.zeros(16, 8, dtype=torch.int64), next_observation=seen(8),
        truncated=truncated, final_observation=seen(int(truncated.sum())),
    )  # fmt: skip
