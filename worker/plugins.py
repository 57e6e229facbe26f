"""From a settings class to its code: the one place that imports what a setting names."""

from importlib import import_module
from typing import Any

from gsl.config.guides import GuideSettings
from gsl.config.learners import LearnerSettings
from gsl.config.suites import SuiteSettings


class ImplementationError(RuntimeError):
    """A settings class names code that is not there."""


def implementation_of(settings: SuiteSettings | LearnerSettings | GuideSettings) -> Any:
    """What `settings.implementation` names, as `module:attribute`. Raises ImplementationError."""
    module, _, attribute = settings.implementation.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ImplementationError(f"{settings.name}: {settings.implementation} cannot be loaded: {error}") from error
