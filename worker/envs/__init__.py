"""Suites: the environments of every family behind one protocol (`base.Env`)."""

from gsl.config.run import SUITES
from gsl.config.suites import SuiteSettings
from worker import plugins
from worker.envs.base import Env, EnvError, Sampler, Step

__all__ = ["Env", "Sampler", "Step", "installed_suites", "make_env"]


def make_env(suite: SuiteSettings, num_envs: int, sampler: Sampler, seed: int) -> Env:
    """An Env of `suite` that plays only what `sampler` deals; `seed` is for what the suite itself leaves to chance.

    Raises EnvError when something that the suite needs is not installed here.
    """
    missing = suite.missing()
    if missing is not None:
        raise EnvError(f"{suite.name} cannot run here: {missing}")
    env: Env = plugins.load(suite)(suite, num_envs, sampler, seed)
    return env


def installed_suites() -> tuple[str, ...]:
    """Names of the suites that this machine can run."""
    return tuple(name for name, suite in SUITES.items() if suite.missing() is None)
