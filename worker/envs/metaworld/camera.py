"""Pictures of a Meta-World episode, by MuJoCo's renderer, without a display.

The simulation leaves out what is only seen (sawyer.py). So the trainer loads the saved episode into a simulator of its
own, and copies positions from there into the package's whole model, which is drawn.
"""

from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from gsl.worker.envs.base import EnvError, Picture
from gsl.worker.envs.metaworld.orders import Tasks
from gsl.worker.envs.metaworld.simulator import TaskSimulator

HEIGHT, WIDTH = 300, 400
_CAMERA = "corner3"
_SLOW = (mujoco.mjtRndFlag.mjRND_SHADOW, mujoco.mjtRndFlag.mjRND_REFLECTION)
"""What is not drawn: without a GPU, each of these takes as long as everything else together."""
_COPIED = ("qpos", "qvel", "mocap_pos", "mocap_quat", "ctrl")


class Camera:
    """Draws episodes of several tasks; a task's models are made when it is first drawn."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._views: dict[int, _View] = {}

    def picture(self, task: int, goal: int, saved: NDArray[np.float64]) -> Picture:
        """The episode that `saved` holds. Raises EnvError if this machine cannot draw."""
        if task not in self._views:
            self._views[task] = _View(self._tasks, task)
        return self._views[task].picture(goal, saved)

    def close(self) -> None:
        for view in self._views.values():
            view.close()
        self._views.clear()


class _View:
    """One task: its simulator, its whole model, and what draws that."""

    def __init__(self, tasks: Tasks, task: int) -> None:
        name = tasks.names[task]
        self._simulator = TaskSimulator(name, tasks.goals, tasks.goal_seed, tasks.goal_observed)
        self._model: Any = mujoco.MjModel.from_xml_path(self._simulator.path)
        self._data: Any = mujoco.MjData(self._model)
        self._model.vis.quality.offsamples = 0
        try:
            self._renderer: Any = mujoco.Renderer(self._model, HEIGHT, WIDTH)
        except (RuntimeError, AttributeError, ImportError) as error:  # what the libraries of OpenGL raise
            raise EnvError(f"MuJoCo cannot draw on this machine; MUJOCO_GL says by what it does: {error}") from error

    def picture(self, goal: int, saved: NDArray[np.float64]) -> Picture:
        self._simulator.load(goal, saved)
        model, data = self._simulator.shown
        for part in ("body_pos", "site_pos"):
            getattr(self._model, part)[:] = getattr(model, part)
        for part in _COPIED:
            getattr(self._data, part)[:] = getattr(data, part)
        mujoco.mj_forward(self._model, self._data)
        self._renderer.update_scene(self._data, camera=_CAMERA)
        for flag in _SLOW:
            self._renderer.scene.flags[flag] = 0
        picture: Picture = self._renderer.render()
        return picture.copy()

    def close(self) -> None:
        self._renderer.close()
