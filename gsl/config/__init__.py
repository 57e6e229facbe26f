"""Typed settings: the suite, the learner, the method and the run that ties them together."""

from gsl.config.presets import PRESETS, Preset
from gsl.config.run import RunConfig

__all__ = ["PRESETS", "Preset", "RunConfig"]
