"""Environments in two halves: a thread steps one while the network decides for the other.

On a GPU neither then waits for the other. It is one thread for both halves, so that whatever they share, the sampler
above all, is asked in the same order every time: the numbers depend on nothing but the seeds.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from numpy.typing import NDArray

from gsl.config.learners import LearnerSettings
from gsl.config.suites import SuiteSettings
from gsl.seeds import derive
from worker.envs import Sampler, make_env
from worker.envs.base import Env
from worker.rollout.env_runner import Advance, EnvironmentLoop, Loop, Parts


def make_loop(suite: SuiteSettings, settings: LearnerSettings, sampler: Sampler, seed: int) -> Loop:
    """The environments of a training job under way, in halves where the settings say so."""
    if not settings.overlap:
        return EnvironmentLoop(make_env(suite, settings.num_envs, sampler, seed))
    half = settings.num_envs // 2
    first, second = (make_env(suite, half, sampler, derive(seed, "half", number)) for number in (0, 1))
    return Halves(first, second)


class Halves:
    """A Loop."""

    def __init__(self, first: Env, second: Env) -> None:
        self.env, self.num_envs = first, first.num_envs + second.num_envs
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="environments")
        self._first, self._second = _Half(first, self._thread), _Half(second, self._thread)

    @property
    def parts(self) -> Parts:
        return (self._first, slice(0, self.env.num_envs)), (self._second, slice(self.env.num_envs, self.num_envs))

    def settle(self) -> None:
        for half in (self._first, self._second):
            half.settle()

    def state(self) -> dict[str, Any]:
        return {"first": self._first.loop.state(), "second": self._second.loop.state()}

    def restore(self, state: dict[str, Any]) -> None:
        self._first.loop.restore(state["first"])
        self._second.loop.restore(state["second"])

    def close(self) -> None:
        self._thread.shutdown()
        self._first.loop.close()
        self._second.loop.close()


class _Half:
    """A Part whose steps are another thread's work."""

    def __init__(self, env: Env, thread: ThreadPoolExecutor) -> None:
        self.loop, self._thread = EnvironmentLoop(env), thread
        self._ordered: Future[Advance] | None = None

    @property
    def observation(self) -> NDArray[Any]:
        return self.loop.observation

    def order(self, actions: NDArray[Any]) -> None:
        self._ordered = self._thread.submit(self.loop.advance, actions)

    def wait(self) -> Advance:
        if self._ordered is None:
            raise AssertionError("nothing was ordered")
        ordered, self._ordered = self._ordered, None
        return ordered.result()

    def settle(self) -> None:
        """Wait for a step that nobody will ask for; should it fail, so will the next."""
        if self._ordered is not None:
            self._ordered.exception()
            self._ordered = None
