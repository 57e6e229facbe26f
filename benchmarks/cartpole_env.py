"""Gymnasium's CartPole-v1 behind our environment protocol: a peer's task, so only here."""

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from worker.envs.base import State, Step
from worker.spaces import Actions


class CartPole:
    """An Env of one variation; an episode of 500 steps ends by the time limit."""

    observation_shape: tuple[int, ...] = (4,)
    observation_dtype: np.dtype[Any] = np.dtype(np.float32)
    actions = Actions("discrete", 2)

    def __init__(self, num_envs: int, seed: int) -> None:
        self.num_envs = num_envs
        self.variation = np.zeros(num_envs, np.int64)
        self._envs = [gymnasium.make("CartPole-v1") for _ in range(num_envs)]
        self._seed = seed

    def reset(self) -> NDArray[Any]:
        return np.stack([env.reset(seed=self._seed + slot)[0] for slot, env in enumerate(self._envs)])

    def step(self, actions: NDArray[np.integer[Any]]) -> Step:
        observation, reward, done = [], [], []
        for env, action in zip(self._envs, actions.tolist(), strict=True):
            seen, earned, terminated, truncated, _ = env.step(action)
            ended = terminated or truncated
            observation.append(env.reset()[0] if ended else seen)
            reward.append(float(earned))
            done.append(ended)
        return Step(np.stack(observation), np.array(reward, np.float32), np.array(done), self.variation.copy(), None)

    def state(self) -> State:
        raise NotImplementedError("the benchmark never goes on from a checkpoint")

    def restore(self, state: State) -> NDArray[Any]:
        raise NotImplementedError("the benchmark never goes on from a checkpoint")

    def close(self) -> None:
        for env in self._envs:
            env.close()
