"""Environments in two groups: a thread steps one while the network chooses actions for the other.

On a GPU neither then waits for the other. One thread serves both groups, so that whatever they share, above all the
sampler, is used in the same order every time: results depend on the seeds alone.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from numpy.typing import NDArray

from gsl.config.learners import LearnerSettings
from gsl.config.suites import SuiteSettings
from gsl.seeds import derive
from gsl.worker.envs import Sampler, make_env
from gsl.worker.envs.base import Env
from gsl.worker.envs.trials import Trial
from gsl.worker.rollout.env_runner import EnvRunner, Groups, Loop, StepResult


def make_loop(
    suite: SuiteSettings, settings: LearnerSettings, sampler: Sampler, seed: int, trial: Trial | None = None
) -> Loop:
    """The environments of a training job, in two groups if `overlap` is set; `trial` is for a learner with memory."""
    if not settings.overlap:
        return EnvRunner(make_env(suite, settings.num_envs, sampler, seed, trial))
    half = settings.num_envs // 2
    first, second = (make_env(suite, half, sampler, derive(seed, "half", number)) for number in (0, 1))
    return AlternatingLoop(first, second)


class AlternatingLoop:
    """A Loop of two environments."""

    def __init__(self, first: Env, second: Env) -> None:
        self.env, self.num_envs = first, first.num_envs + second.num_envs
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="environments")
        self._first, self._second = _AsyncGroup(first, self._thread), _AsyncGroup(second, self._thread)

    @property
    def groups(self) -> Groups:
        return (self._first, slice(0, self.env.num_envs)), (self._second, slice(self.env.num_envs, self.num_envs))

    def drain(self) -> None:
        for group in (self._first, self._second):
            group.drain()

    def restart(self) -> None:
        for group in (self._first, self._second):
            group.runner.restart()

    def state(self) -> dict[str, Any]:
        return {"first": self._first.runner.state(), "second": self._second.runner.state()}

    def restore(self, state: dict[str, Any]) -> None:
        self._first.runner.restore(state["first"])
        self._second.runner.restore(state["second"])

    def close(self) -> None:
        self._thread.shutdown()
        self._first.runner.close()
        self._second.runner.close()


class _AsyncGroup:
    """A SlotGroup that another thread steps."""

    def __init__(self, env: Env, thread: ThreadPoolExecutor) -> None:
        self.runner, self._thread = EnvRunner(env), thread
        self._started: Future[StepResult] | None = None

    @property
    def observation(self) -> NDArray[Any]:
        return self.runner.observation

    def step_async(self, actions: NDArray[Any]) -> None:
        self._started = self._thread.submit(self.runner.step, actions)

    def step_wait(self) -> StepResult:
        if self._started is None:
            raise AssertionError("no step was started")
        started, self._started = self._started, None
        return started.result()

    def drain(self) -> None:
        """Wait for a step whose result nobody will ask for; if it fails, so will the next."""
        if self._started is not None:
            self._started.exception()
            self._started = None
