"""Suites, learners and guides from other packages: settings classes found by entry points.

A package declares its settings class in its metadata, for example in `pyproject.toml`:

    [project.entry-points."gsl_lab.suites"]
    gridworld = "gridworld:GridworldSuite"

The class names its code in `implementation`, which only workers import.
"""

from collections.abc import Sequence
from functools import reduce
from importlib.metadata import EntryPoint, entry_points
from operator import or_
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import Field

from gsl.config.base import Settings
from gsl.config.errors import known_name
from gsl.config.guides.base import GuideSettings
from gsl.config.learners.base import LearnerSettings
from gsl.config.suites.base import SuiteSettings

S = TypeVar("S", bound=SuiteSettings | LearnerSettings | GuideSettings)
Group = Literal["gsl_lab.suites", "gsl_lab.learners", "gsl_lab.guides"]


class PluginError(RuntimeError):
    """The settings class of an installed package is not valid."""


def with_plugins(group: Group, base: type[S], builtin: Sequence[type[S]]) -> dict[str, type[S]]:
    """Settings classes by name: the built-in ones, then those of installed packages. Raises PluginError."""
    found = {name_of(settings): settings for settings in builtin}
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        settings = _load(entry, base)
        name = name_of(settings)
        if name in found:
            taken = f"{found[name].__module__}.{found[name].__name__}"
            raise PluginError(f"{_where(entry)}: the name {name!r} is already used by {taken}; choose another `name`")
        found[name] = settings
    return found


def union(choices: dict[str, type[S]], what: str) -> Any:
    """The type of a field that accepts any of these, identified by `name`; `what` they are goes into messages."""
    classes = list(choices.values())
    if len(classes) == 1:
        return classes[0]
    return Annotated[reduce(or_, classes), Field(discriminator="name"), known_name(choices, what)]


def name_of(settings: type[Settings]) -> str:
    """The value of the `name` field. Raises PluginError unless it is declared as `name: Literal["x"] = "x"`."""
    field = settings.model_fields.get("name")
    values = get_args(field.annotation) if field is not None else ()
    if field is None or len(values) != 1 or field.default != values[0]:
        raise PluginError(f'{settings.__module__}.{settings.__name__} needs a field `name: Literal["x"] = "x"`')
    return str(values[0])


def _load(entry: EntryPoint, base: type[S]) -> type[S]:
    try:
        settings = entry.load()
    except Exception as error:
        raise PluginError(f"{_where(entry)} cannot be loaded: {type(error).__name__}: {error}") from error
    if not (isinstance(settings, type) and issubclass(settings, base)):
        raise PluginError(f"{_where(entry)} is not a subclass of {base.__module__}.{base.__name__}")
    missing = sorted(name for name in base.__class_vars__ if not hasattr(settings, name))
    if missing:
        raise PluginError(f"{_where(entry)} must define {' and '.join(missing)}")
    required = sorted(name for name, field in settings.model_fields.items() if field.is_required() and name != "name")
    if required:
        raise PluginError(f"{_where(entry)} must have a default for {' and '.join(required)}")
    if not settings.implementation.partition(":")[2]:
        raise PluginError(
            f"{_where(entry)}: `implementation` must be module:attribute, not {settings.implementation!r}"
        )
    return settings


def _where(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist is not None else "an unnamed package"
    return f"entry point {entry.group} {entry.name} = {entry.value} of {package}"
