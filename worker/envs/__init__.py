"""The environments of all suites, behind one protocol (`base.Env`)."""

import os
import sys

from gsl.config.parts import SUITES, RunParts
from gsl.config.suites import SuiteSettings
from gsl.worker import plugins
from gsl.worker.envs.base import Env, EnvError, FilmedEnv, Sampler, Step
from gsl.worker.envs.trials import Trial, TrialEnv

__all__ = [
    "Env", "FilmedEnv", "Sampler", "Step", "Trial", "evaluation_trial", "films", "installed_suites", "make_env",
    "make_filmed", "training_trial",
]  # fmt: skip


def make_env(suite: SuiteSettings, num_envs: int, sampler: Sampler, seed: int, trial: Trial | None = None) -> Env:
    """An Env of `suite` that plays only variations that `sampler` deals; `seed` is for the suite's own randomness.

    With `trial`, each is played for a whole trial, and observations are those of a learner with memory. Raises
    EnvError if something that the suite needs is not installed.
    """
    missing = suite.missing()
    if missing is not None:
        raise EnvError(f"{suite.name} cannot run on this machine: {missing}")
    if trial is not None:
        return TrialEnv(lambda repeats: make_env(suite, num_envs, repeats, seed), num_envs, sampler, trial)
    env: Env = plugins.load(suite)(suite, num_envs, sampler, seed)
    return env


def training_trial(config: RunParts) -> Trial | None:
    """What a slot plays in a row while learning or demonstrating; None for a learner without memory."""
    return Trial(config.episodes_in_a_row) if config.learner.has_memory else None


def evaluation_trial(config: RunParts) -> Trial | None:
    """What a slot plays in a row while it is measured; None for a learner without memory."""
    return Trial(config.trial.episodes, config.trial.scored) if config.learner.has_memory else None


def make_filmed(suite: SuiteSettings, sampler: Sampler, seed: int, trial: Trial | None = None) -> FilmedEnv:
    """An Env with one slot that has been told that it will be filmed. Raises EnvError if it cannot be."""
    missing = suite.missing_for_videos()
    if missing is not None:
        raise EnvError(f"no video of {suite.name} can be made on this machine: {missing}")
    if sys.platform == "linux":
        os.environ.setdefault("MUJOCO_GL", "egl")  # MuJoCo reads it when it is imported; its default needs a display
    env = make_env(suite, 1, sampler, seed, trial)
    if not isinstance(env, FilmedEnv):
        env.close()
        raise EnvError(f"environments of {suite.title} cannot be filmed: they lack film() or frame()")
    env.film()
    return env


def films() -> dict[str, str | None]:
    """By each suite that this machine can run, why it cannot make videos of it; None if it can."""
    return {name: SUITES[name].missing_for_videos() for name in installed_suites()}


def installed_suites() -> tuple[str, ...]:
    """Names of the suites that this machine can run."""
    return tuple(name for name, suite in SUITES.items() if suite.missing() is None)
