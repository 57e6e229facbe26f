"""The environments of all suites, behind one protocol (`base.Env`)."""

from gsl.config.run import SUITES
from gsl.config.suites import SuiteSettings
from gsl.worker import plugins
from gsl.worker.envs.base import Env, EnvError, Sampler, Step

__all__ = ["Env", "Sampler", "Step", "installed_suites", "make_env"]


def make_env(suite: SuiteSettings, num_envs: int, sampler: Sampler, seed: int) -> Env:
    """An Env of `suite` that plays only variations that `sampler` deals; `seed` is for the suite's own randomness.

    Raises EnvError if something that the suite needs is not installed.
    """
    missing = suite.missing()
    if missing is not None:
        raise EnvError(f"{suite.name} cannot run on this machine: {missing}")
    env: Env = plugins.load(suite)(suite, num_envs, sampler, seed)
    return env


def installed_suites() -> tuple[str, ...]:
    """Names of the suites that this machine can run."""
    return tuple(name for name, suite in SUITES.items() if suite.missing() is None)
