"""From a settings class to the code it names: the only place that imports what settings name."""

from dataclasses import replace
from importlib import import_module
from typing import Any

from gsl.config.guides import GuideSettings
from gsl.config.learners import LearnerSettings
from gsl.config.suites import SuiteSettings
from gsl.worker.spaces import Spaces


class ImplementationError(RuntimeError):
    """The code that a settings class names cannot be imported."""


def load(settings: SuiteSettings | LearnerSettings | GuideSettings) -> Any:
    """The class or function that `settings.implementation` names as `module:attribute`. Raises ImplementationError."""
    return _named(settings.name, settings.implementation)


def load_reward(suite: SuiteSettings) -> Any:
    """The suite's reward as a function of a step; None if it has none. Raises ImplementationError."""
    return None if suite.reward_function is None else _named(suite.name, suite.reward_function)


def spaces_for(suite: SuiteSettings, spaces: Spaces) -> Spaces:
    """The spaces with everything else that a learner gets to know of the suite."""
    return replace(
        spaces, variations=suite.training_variations(), one_hot=suite.one_hot_size, reward=load_reward(suite)
    )


def _named(whose: str, name: str) -> Any:
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ImplementationError(f"{whose}: {name} cannot be loaded: {error}") from error
