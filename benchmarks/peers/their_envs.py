"""The problems as Stable-Baselines3's users step them: its own vector environment, or the package's, thinly wrapped."""

import importlib
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecEnv, VecMonitor

from benchmarks.peers.cases import Case


def make_env(case: Case) -> VecEnv:
    """Steps `case.num_envs` environments and notes the returns of episodes, as ours does."""
    if case.problem == "cartpole":
        return make_vec_env("CartPole-v1", n_envs=case.num_envs, seed=0)
    return VecMonitor(_Procgen(case.num_envs) if case.problem == "procgen" else _MetaWorld())


class _Vector(VecEnv):  # type: ignore[misc]  # the package is not in the product's environment
    """What the two vector environments below share: SB3 asks, and neither has per-environment attributes."""

    _actions: NDArray[Any]

    def step_async(self, actions: NDArray[Any]) -> None:
        self._actions = actions

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [None] * self.num_envs  # SB3 asks for render_mode at its start

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        raise NotImplementedError(attr_name)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        raise NotImplementedError(method_name)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * self.num_envs


class _Procgen(_Vector):
    """The package's vector environment on 200 levels."""

    def __init__(self, num_envs: int) -> None:
        importlib.import_module("gym_notices.notices").notices.clear()
        from procgen import ProcgenGym3Env

        self._library = ProcgenGym3Env(
            num=num_envs, env_name="starpilot", distribution_mode="easy", num_levels=200, start_level=0, rand_seed=0,
        )  # fmt: skip
        picture = gymnasium.spaces.Box(0, 255, (64, 64, 3), np.uint8)
        super().__init__(num_envs, picture, gymnasium.spaces.Discrete(15))

    def reset(self) -> NDArray[np.uint8]:
        pictures: NDArray[np.uint8] = self._library.observe()[1]["rgb"]
        return pictures

    def step_wait(self) -> Any:
        self._library.act(self._actions.astype(np.int32))
        reward, observation, done = self._library.observe()
        return observation["rgb"], reward, done, [{} for _ in range(self.num_envs)]

    def close(self) -> None:
        self._library.close()


class _MetaWorld(_Vector):
    """The package's own MT10: ten tasks in one process, which is faster on two cores than its ten processes."""

    def __init__(self) -> None:
        import metaworld

        made: Any = metaworld.make_mt_envs("MT10", seed=0, use_one_hot=True, vector_strategy="sync")
        super().__init__(made.num_envs, made.single_observation_space, made.single_action_space)
        self._envs = made

    def reset(self) -> NDArray[Any]:
        observation: NDArray[Any] = self._envs.reset()[0]
        return observation

    def step_wait(self) -> Any:
        observation, reward, terminated, truncated, info = self._envs.step(self._actions)
        done = terminated | truncated
        notes: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for slot in np.flatnonzero(done):
            last = info["final_obs"][slot]
            notes[slot] = {
                "terminal_observation": last,
                "TimeLimit.truncated": truncated[slot] and not terminated[slot],
            }
        return observation.astype(np.float32), reward, done, notes

    def close(self) -> None:
        self._envs.close()
