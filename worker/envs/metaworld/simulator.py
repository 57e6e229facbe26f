"""One simulator for all episodes of a task in a process: each episode is loaded, stepped, and saved again.

Between two steps, an episode is a vector: MuJoCo's state (positions, velocities, the solver's warm start, controls, the
mocap body that moves the hand) and the last observation. Everything else depends on the goal and is computed once for
each goal, by the package's own reset. So model and memory are shared, and every episode can be saved exactly.

A saved episode is `NOW` doubles of the last observation, one for the task's attribute, MuJoCo's state, and zeros.
"""

from dataclasses import dataclass
from typing import Any, Final

import mujoco
import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.metaworld.memory import SAVED
from gsl.worker.envs.metaworld.sawyer import NOW, task_class

_STATE: Final = int(
    mujoco.mjtState.mjSTATE_PHYSICS
    | mujoco.mjtState.mjSTATE_WARMSTART
    | mujoco.mjtState.mjSTATE_CTRL
    | mujoco.mjtState.mjSTATE_MOCAP_POS
    | mujoco.mjtState.mjSTATE_MOCAP_QUAT
)
_NOTED: Final = "_target_to_obj_init"
"""The only attribute that a task (bin-picking) sets during an episode: on its first step."""
_PASSED: Final = 5  # physics steps for each step
_NEVER: Final = object()


@dataclass(frozen=True)
class _Start:
    """The start of an episode with one goal."""

    attributes: dict[str, Any]  # attributes of the task's object
    body_pos: NDArray[np.float64]
    site_pos: NDArray[np.float64]
    saved: NDArray[np.float64]  # (SAVED,)
    observation: NDArray[np.float64]  # (OBSERVED,)


class TaskSimulator:
    """A task, its goals, and the episode that is loaded."""

    def __init__(self, task: str, goals: int, goal_seed: int, goal_observed: bool) -> None:
        self._env = task_class(task)()
        self._env.close()  # its renderer
        self._env.seeded_rand_vec, self._env._set_task_called = False, True
        self._env._partially_observable = not goal_observed
        del self._env.sawyer_observation_space  # computed if the goal is hidden
        self._low = np.array(self._env.sawyer_observation_space.low)
        self._high = np.array(self._env.sawyer_observation_space.high)
        self._fresh = _copied(vars(self._env))
        self._fresh_model = self._env.model.body_pos.copy(), self._env.model.site_pos.copy()
        self._state = slice(NOW + 1, NOW + 1 + mujoco.mj_stateSize(self._env.model, _STATE))
        self._named, self._data, self._model = self._env.named, self._env.data, self._env.model
        self._mocap, self._ctrl = self._data.mocap_pos[0], self._data.ctrl
        self._starts: dict[int, _Start] = {}
        self._names: set[str] = set()  # attributes that the reset of some goal has changed
        self._changes: dict[int, dict[str, Any]] = {}
        self.goals = self._draw(goals, goal_seed)
        self.goal = -1

    def begin(self, goal: int) -> NDArray[np.float64]:
        """Begin a new episode; returns its first observation (OBSERVED,)."""
        self.load(goal, self._start_of(goal).saved)
        return self._start_of(goal).observation

    def load(self, goal: int, saved: NDArray[np.float64]) -> None:
        """Load the episode that `save` wrote."""
        start = self._start_of(goal)
        if goal != self.goal:
            vars(self._env).update(self._differing(goal))
            self._model.body_pos[:], self._model.site_pos[:] = start.body_pos, start.site_pos
            self.goal = goal
        self._env._prev_obs = saved[:NOW].copy()
        if _NOTED in start.attributes:
            setattr(self._env, _NOTED, None if np.isnan(saved[NOW]) else float(saved[NOW]))
        mujoco.mj_setState(self._model, self._data, saved[self._state], _STATE)

    def save(self, saved: NDArray[np.float64]) -> None:
        """Save the loaded episode exactly: (SAVED,)."""
        saved[:NOW] = self._env._prev_obs
        noted = getattr(self._env, _NOTED, None)
        saved[NOW] = np.nan if noted is None else noted
        mujoco.mj_getState(self._model, self._data, saved[self._state], _STATE)

    def step(self, action: NDArray[np.float32], observation: NDArray[np.float64]) -> tuple[float, bool]:
        """One step; returns reward and success. `action` (4,) is in [-1, 1]; `observation` (OBSERVED,) is written."""
        env = self._env
        np.add(self._mocap, action[:3] * env.action_scale, out=self._mocap)
        np.maximum(self._mocap, env.mocap_low, out=self._mocap)
        np.minimum(self._mocap, env.mocap_high, out=self._mocap)
        self._ctrl[0] = grip = action[3]
        self._ctrl[1] = -grip
        mujoco.mj_step(self._model, self._data, nstep=_PASSED)
        mujoco.mj_forward(self._model, self._data)  # also the warm start of the next step's solver
        now = env._get_curr_obs_combined_no_goal()
        observation[:NOW], observation[NOW:-3] = now, env._prev_obs
        observation[-3:] = 0.0 if env._partially_observable else env._target_pos
        env._prev_obs = now
        np.maximum(observation, self._low, out=observation)
        np.minimum(observation, self._high, out=observation)
        reward, info = env.evaluate_state(observation, action)
        return float(reward), bool(info["success"])

    @property
    def shown(self) -> tuple[Any, Any]:
        """MuJoCo's model and data of the loaded episode, for a camera."""
        return self._model, self._data

    @property
    def path(self) -> str:
        """Of the file with the task's whole model."""
        return str(self._env.fullpath)

    def _start_of(self, goal: int) -> _Start:
        if goal not in self._starts:
            self._starts[goal] = self._reset(self.goals[goal])
            self.goal = -1
        return self._starts[goal]

    def _differing(self, goal: int) -> dict[str, Any]:
        """The attributes of a goal that may differ for another goal."""
        if goal not in self._changes:
            attributes = self._starts[goal].attributes
            self._changes[goal] = {name: attributes[name] for name in self._names if name in attributes}
        return self._changes[goal]

    def _reset(self, goal: NDArray[np.float64]) -> _Start:
        """The result of the package's reset in a new environment with this goal."""
        self._restore_initial()
        env, data = self._env, self._data
        env._freeze_rand_vec, env._last_rand_vec = True, goal
        before = dict(vars(env))
        observation, _ = env.reset()
        saved = np.zeros(SAVED)
        self.save(saved)
        env.data = self._named
        memory = data.qpos, data.xpos, data.xquat, data.xmat, data.site_xpos, data.geom_xpos, data.geom_xmat
        own = {
            name: value
            for name, value in vars(env).items()
            if name != "_prev_obs" and not any(_shares(value, part) for part in memory)
        }
        changed = {
            name for name in own if own[name] is not before.get(name, _NEVER) or self._changed_in_place(name, own[name])
        }
        if not changed <= self._names:
            self._names |= changed
            self._changes.clear()
        return _Start(own, self._model.body_pos.copy(), self._model.site_pos.copy(), saved, observation.copy())

    def _changed_in_place(self, name: str, value: Any) -> bool:
        """Whether an array was changed in place."""
        return isinstance(value, np.ndarray) and not np.array_equal(value, self._fresh[name], equal_nan=True)

    def _restore_initial(self) -> None:
        """Restore the task's object and the model to their initial state; the reset restores MuJoCo's state."""
        vars(self._env).clear()
        vars(self._env).update(_copied(self._fresh))
        self._model.body_pos[:], self._model.site_pos[:] = self._fresh_model
        mujoco.mj_resetData(self._model, self._data)
        mujoco.mj_forward(self._model, self._data)

    def _draw(self, goals: int, seed: int) -> list[NDArray[np.float64]]:
        """The first `goals` goals that `metaworld.MT1(task, seed)` draws: by its resets, without the simulation."""
        self._restore_initial()
        env, generator = self._env, np.random.RandomState(seed)
        low, high = env._random_reset_space.low, env._random_reset_space.high
        drawn: list[NDArray[np.float64]] = []

        def draw() -> NDArray[np.float64]:
            drawn.append(generator.uniform(low, high, size=low.size))
            return drawn[-1]

        env._get_state_rand_vec, env.do_simulation = draw, lambda *_: None
        env.set_state = lambda *_: None
        chosen = []
        for _ in range(goals):
            for _ in range(2):  # the package's reset calls the task's reset twice
                env.reset_model()
            chosen.append(drawn[-1])
        return chosen


def _copied(attributes: dict[str, Any]) -> dict[str, Any]:
    """Copies of arrays, except views into other memory."""
    return {
        name: value.copy() if isinstance(value, np.ndarray) and value.base is None else value
        for name, value in attributes.items()
    }


def _shares(value: Any, memory: NDArray[Any]) -> bool:
    return isinstance(value, np.ndarray) and np.may_share_memory(value, memory)
