"""The slots of one simulation process: their episodes take turns in the simulators of their tasks."""

from typing import Final

import mujoco
import numpy as np

from gsl.worker.envs.metaworld.memory import NO_EPISODE, OBSERVED, SharedMemory
from gsl.worker.envs.metaworld.orders import SlotError, Tasks
from gsl.worker.envs.metaworld.simulator import TaskSimulator


class Slots:
    """Slots `first` to `stop` of the shared memory. A task's simulator is created when its first episode begins."""

    def __init__(self, tasks: Tasks, memory: SharedMemory, first: int, stop: int) -> None:
        self._tasks, self._memory, self._mine = tasks, memory, range(first, stop)
        self._simulators: dict[int, TaskSimulator] = {}
        self._inside: dict[int, int] = {}  # the slot whose episode is loaded in each task's simulator
        self._turns: list[tuple[int, int]] = []  # task and slot
        self._observation = np.zeros(OBSERVED)
        self._complaints: list[str] = []
        mujoco.set_mju_user_warning(self._complaints.append)

    def begin(self) -> None:
        """Start episodes in the slots that are marked to begin."""
        for slot in self._mine:
            if self._memory.begins[slot]:
                self._begin(slot)
        self._arrange()

    def step(self) -> None:
        """Do one step in every busy slot."""
        memory = self._memory
        for task, slot in self._turns:
            simulator = self._put_in(task, slot)
            try:
                memory.reward[slot], memory.success[slot] = simulator.step(memory.action[slot], self._observation)
            except _SIMULATION_FAILS as error:
                raise SlotError(slot, f"the simulation failed: {error}") from error
            self._check(slot)
            memory.observation[slot] = self._observation

    def save(self) -> None:
        """Save the loaded episodes to the shared memory, where the others are."""
        for task, slot in self._inside.items():
            self._simulators[task].save(self._memory.saved[slot])

    def forget(self) -> None:
        """Discard the loaded episodes, because the shared memory has other episodes now."""
        self._inside.clear()
        self._arrange()

    def _arrange(self) -> None:
        """Order the slots by task, because the processor's caches have the data of the last simulator."""
        tasks = ((int(self._memory.episode[slot, 0]), slot) for slot in self._mine)
        self._turns = sorted((task, slot) for task, slot in tasks if task != NO_EPISODE)

    def _begin(self, slot: int) -> None:
        for task in [task for task, inside in self._inside.items() if inside == slot]:
            del self._inside[task]
        task, goal = (int(part) for part in self._memory.episode[slot])
        if task != NO_EPISODE:
            self._memory.observation[slot] = self._free(task, slot).begin(goal)
            self._inside[task] = slot

    def _put_in(self, task: int, slot: int) -> TaskSimulator:
        """The simulator of `task` with this slot's episode loaded."""
        if self._inside.get(task) == slot:
            return self._simulators[task]
        simulator = self._free(task, slot)
        simulator.load(int(self._memory.episode[slot, 1]), self._memory.saved[slot])
        self._inside[task] = slot
        return simulator

    def _free(self, task: int, slot: int) -> TaskSimulator:
        """The simulator of `task`, after saving the episode that was loaded."""
        if task not in self._simulators:
            tasks = self._tasks
            try:
                made = TaskSimulator(tasks.names[task], tasks.goals, tasks.goal_seed, tasks.goal_observed)
            except _SIMULATION_FAILS as error:
                raise SlotError(slot, f"{tasks.names[task]} cannot be created: {error}") from error
            self._simulators[task] = made
        elif task in self._inside:
            self._simulators[task].save(self._memory.saved[self._inside.pop(task)])
        return self._simulators[task]

    def _check(self, slot: int) -> None:
        """Raise SlotError after a non-finite state, for which MuJoCo only warns and then resets the simulation."""
        lost = [text for text in self._complaints if "Nan, Inf or huge value" in text]
        self._complaints.clear()
        if lost:
            raise SlotError(slot, lost[0].strip())
        if not np.isfinite(self._observation.dot(self._observation)) or not np.isfinite(self._memory.reward[slot]):
            raise SlotError(slot, "an observation or a reward is not finite")


_SIMULATION_FAILS: Final[tuple[type[Exception], ...]] = (
    mujoco.FatalError,
    ArithmeticError,
    AssertionError,
    ValueError,
    OSError,
)
