"""From a settings class to the code it names: the only place that imports what settings name."""

from importlib import import_module
from typing import Any

from gsl.config.guides import GuideSettings
from gsl.config.learners import LearnerSettings
from gsl.config.suites import SuiteSettings


class ImplementationError(RuntimeError):
    """The code that a settings class names cannot be imported."""


def load(settings: SuiteSettings | LearnerSettings | GuideSettings) -> Any:
    """The class or function that `settings.implementation` names as `module:attribute`. Raises ImplementationError."""
    module, _, attribute = settings.implementation.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ImplementationError(f"{settings.name}: {settings.implementation} cannot be loaded: {error}") from error
