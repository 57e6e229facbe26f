"""Suites, learners and guides of one's own: settings classes found by entry points beside the built-in ones.

A package that joins in names its settings class in its metadata, as in `pyproject.toml`:

    [project.entry-points."gsl_lab.suites"]
    gridworld = "gridworld:GridworldSuite"

The class says by `implementation` where its code is; a worker loads that, the API never does.
"""

from collections.abc import Sequence
from functools import reduce
from importlib.metadata import EntryPoint, entry_points
from operator import or_
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import Field

from gsl.config.base import Settings

S = TypeVar("S", bound=Settings)
Group = Literal["gsl_lab.suites", "gsl_lab.learners", "gsl_lab.guides"]


class PluginError(RuntimeError):
    """A settings class that an installed package offers cannot be used."""


def with_plugins(group: Group, base: type[S], builtin: Sequence[type[S]]) -> dict[str, type[S]]:
    """Settings classes by name: the built-in ones, then those of installed packages. Raises PluginError."""
    found = {name_of(settings): settings for settings in builtin}
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        settings = _load(entry, base)
        if name_of(settings) in found:
            raise PluginError(f"{_where(entry)}: there is a {name_of(settings)} already; choose another `name`")
        found[name_of(settings)] = settings
    return found


def union(choices: dict[str, type[S]]) -> Any:
    """The type of a field that takes any of these, told apart by `name`."""
    classes = list(choices.values())
    return Annotated[reduce(or_, classes), Field(discriminator="name")] if len(classes) > 1 else classes[0]


def name_of(settings: type[Settings]) -> str:
    """The one value of the `name` field. Raises PluginError when it is not `name: Literal["x"] = "x"`."""
    field = settings.model_fields.get("name")
    values = get_args(field.annotation) if field is not None else ()
    if field is None or len(values) != 1 or field.default != values[0]:
        raise PluginError(f'{settings.__module__}.{settings.__name__} needs a field `name: Literal["x"] = "x"`')
    return str(values[0])


def _load(entry: EntryPoint, base: type[S]) -> type[S]:
    try:
        settings = entry.load()
    except (ImportError, AttributeError) as error:
        raise PluginError(f"{_where(entry)} cannot be loaded: {error}") from error
    if not (isinstance(settings, type) and issubclass(settings, base)):
        raise PluginError(f"{_where(entry)} is not a subclass of {base.__module__}.{base.__name__}")
    return settings


def _where(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist is not None else "an unnamed package"
    return f"entry point {entry.group} {entry.name} = {entry.value} of {package}"
