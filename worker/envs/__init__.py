"""Suites: the environments of every family behind one protocol (`base.Env`)."""

from gsl.config.suites import ForkMazeSuite, Suite
from worker.envs.base import Env, Sampler, Step
from worker.envs.forkmaze import ForkMazeEnv

__all__ = ["Env", "Sampler", "Step", "installed_suites", "make_env"]


def make_env(suite: Suite, num_envs: int, sampler: Sampler, seed: int) -> Env:
    """An Env of `suite` that plays only what `sampler` deals; `seed` is for what the suite itself leaves to chance."""
    if isinstance(suite, ForkMazeSuite):
        return ForkMazeEnv(suite, num_envs, sampler)
    from worker.envs.procgen import ProcgenEnv  # procgen's library is loaded only when it is wanted

    return ProcgenEnv(suite, num_envs, sampler, seed)


def installed_suites() -> tuple[str, ...]:
    """Names of the suites whose packages can be imported here."""
    from importlib.util import find_spec

    return ("forkmaze", "procgen") if find_spec("procgen") else ("forkmaze",)
