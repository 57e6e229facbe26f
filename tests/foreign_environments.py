"""Environments of others for tests: one that breaks Gymnasium's API as it is told, and some with odd observations."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces


def _numbers(numbers: list[float]) -> Any:
    return np.array(numbers, np.float32)


START = _numbers([7, 8, 9])
RESETS: dict[str, Any] = {
    "old reset": START,
    "no info": (START, None),
    "one number": (_numbers([7]), {}),
    "nan": (_numbers([7, np.nan, 9]), {}),
    "infinite": (_numbers([7, 8, np.inf]), {}),
    "outside": (_numbers([7, 8, 11]), {}),
    "words": (["seven", "eight", "nine"], {}),
    "nothing": None,
}
"""What a reset returns, by its fault."""
STEPS: dict[str, Any] = {
    "old step": (START, 1.0, False, {}),
    "no reward": (START, None, False, False, {}),
    "reward nan": (START, float("nan"), False, False, {}),
    "two rewards": (START, np.ones(2), False, False, {}),
    "one number seen": (np.float32(7), 1.0, False, False, {}),
    "nan seen": (_numbers([7, np.nan, 9]), 1.0, False, False, {}),
    "no answer": None,
}
"""What a step returns, by its fault."""


class Faulty(gymnasium.Env[Any, Any]):
    """Shows 7, 8, 9; has its fault in episodes with the seed `bad_seed`. Seed 0 is what a launch tries."""

    observation_space: Any = spaces.Box(-10, 10, (3,))
    action_space: Any = spaces.Discrete(2)

    def __init__(self, fault: str = "", bad_seed: int = 0) -> None:
        self.fault, self.bad_seed, self.seed = fault, bad_seed, -1

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.seed = -1 if seed is None else seed
        return RESETS.get(self.fault, (START, {})) if self.seed == self.bad_seed else (START, {})

    def step(self, action: int) -> Any:
        fine: Any = (START, 1.0, False, False, {})
        return STEPS.get(self.fault, fine) if self.seed == self.bad_seed else fine


class Shows(gymnasium.Env[Any, Any]):
    """Shows a space's samples: its kind is one of `SPACES`."""

    action_space: Any = spaces.Discrete(2)

    def __init__(self, kind: str) -> None:
        self.observation_space = SPACES[kind]

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        return self.observation_space.sample(), 1.0, False, False, {}


def _bytes(*shape: int) -> spaces.Box:
    return spaces.Box(0, 255, shape, np.uint8)


SPACES: dict[str, spaces.Space[Any]] = {
    # The spaces of MiniGrid's environments.
    "minigrid": spaces.Dict(
        {"image": _bytes(7, 7, 3), "direction": spaces.Discrete(4), "mission": spaces.Text(200, charset="abc ")}
    ),
    "camera": spaces.Dict({"camera": _bytes(24, 32, 3), "speed": spaces.Box(-1, 1, (2,))}),
    "colour": _bytes(24, 32, 3),
    "grey": _bytes(24, 32),
    "channels first": _bytes(4, 24, 32),
    "stack": _bytes(4, 24, 32, 3),
    "deep": _bytes(24, 32, 30),
}


@contextmanager
def registered() -> Iterator[None]:
    """`Faulty-v0` and `Shows-v0` are registered with Gymnasium."""
    kept = dict(gymnasium.registry)
    gymnasium.register("Faulty-v0", f"{__name__}:Faulty", max_episode_steps=4, reward_threshold=4.0)
    gymnasium.register("Shows-v0", f"{__name__}:Shows", max_episode_steps=4, reward_threshold=4.0)
    yield
    gymnasium.registry.clear()
    gymnasium.registry.update(kept)
