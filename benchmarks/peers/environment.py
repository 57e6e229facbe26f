"""The environment that holds Stable-Baselines3 and its contributed algorithms."""

from importlib.metadata import version
from pathlib import Path

from benchmarks.environments import python_of

STABLE_BASELINES = ("stable-baselines3==2.9.2", "sb3-contrib==2.9.2")
SHARED = ("torch", "numpy", "gymnasium", "procgen-mirror", "metaworld", "packaging")
"""Packages that both sides use, each in the version that is installed here."""


def peers_python() -> Path:
    """The interpreter of the peers' environment."""
    shared = [f"{name}=={version(name).split('+')[0]}" for name in SHARED]
    return python_of("peers", *shared, *STABLE_BASELINES)
