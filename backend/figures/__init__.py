"""The figures of runs, of experiments and of sweeps.

Each is one file of this folder: a pure function of typed data and the view, and a module constant that registers it as
a `RunFigure`, an `ExperimentFigure` or a `SweepFigure`. The folder is searched for them, so a new figure
needs no other change.
"""

import pkgutil
from functools import cache
from importlib import import_module
from typing import TypeVar

from gsl.backend.figures.registration import ExperimentFigure, Registration, RunFigure, SweepFigure

F = TypeVar("F", bound=Registration)


@cache
def run_figures() -> dict[str, RunFigure]:
    """The figures of a run by name, in the order of the page."""
    return _registered(RunFigure)


@cache
def experiment_figures() -> dict[str, ExperimentFigure]:
    """The figures of an experiment by name, in the order of the page."""
    return _registered(ExperimentFigure)


@cache
def sweep_figures() -> dict[str, SweepFigure]:
    """The figures of a sweep by name, in the order of the page."""
    return _registered(SweepFigure)


def _registered(kind: type[F]) -> dict[str, F]:
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, kind)}
    return {figure.name: figure for figure in sorted(found, key=lambda figure: (figure.position, figure.name))}
