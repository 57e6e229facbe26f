"""What a sweep tries, as configurations of runs; and whether the settings it names can have those values.

Each value is tried on its own: a combination that is invalid only as a whole becomes a trial that failed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from gsl.backend.domain.configs import merge
from gsl.backend.errors import InvalidError, from_validation
from gsl.config.errors import did_you_mean
from gsl.config.run import RunConfig
from gsl.config.sweep import Scalar, SearchedSetting, SweepSettings
from gsl.protocol.api import FieldError

_LISTED = 8
_WITHIN = 0.6180339887  # a number between the bounds that no setting of whole numbers accepts
_KEPT_APART = {"seed": "is set by tuning_seeds, and for results by their own seeds"}


def with_params(base: Mapping[str, Any], params: Mapping[str, Scalar]) -> dict[str, Any]:
    """The configuration with these values at their paths; a part that gets another name starts from its defaults."""
    changes: dict[str, Any] = {}
    for path, value in params.items():
        *above, last = path.split(".")
        part = changes
        for name in above:
            part = part.setdefault(name, {})
        part[last] = value
    return merge(dict(base), changes)


def check_space(settings: SweepSettings, base: RunConfig) -> None:
    """Raises `InvalidError` with all that is wrong, each at its field of the request."""
    plain = base.model_dump(mode="json")
    wrong = [error for path, searched in settings.space.items() for error in _wrong(path, searched, plain)]
    wrong += _wrong_objective(settings, base)
    if wrong:
        raise InvalidError("; ".join(f"{error.field}: {error.message}" for error in wrong[:5])[:2000], wrong[:100])


def _wrong(path: str, searched: SearchedSetting, base: dict[str, Any]) -> Iterator[FieldError]:
    problem = _KEPT_APART.get(path) or _unknown(path, base)
    if problem:
        yield FieldError(field=f"space.{path}", message=problem)
        return
    for name, value in _probes(searched):
        message = _refused(path, value, base)
        if message is not None:
            yield FieldError(field=f"space.{path}.{name}", message=message)
            return


def _probes(searched: SearchedSetting) -> Iterator[tuple[str, Scalar]]:
    if searched.type == "choice":
        yield from ((f"choices.{index}", choice) for index, choice in enumerate(searched.choices))
        return
    low, high = searched.bounds
    whole = searched.type == "int"
    yield "low", int(low) if whole else low
    yield "high", int(high) if whole else high
    if not whole:
        yield "type", low + (high - low) * _WITHIN


def _refused(path: str, value: Scalar, base: dict[str, Any]) -> str | None:
    """Why the setting cannot have the value; None if it can."""
    try:
        config = RunConfig.model_validate(with_params(base, {path: value}))
    except ValidationError as error:
        first = from_validation(error).errors[0]
        where = "" if first.field == path else f" ({first.field})"
        return f"{value!r} is refused{where}: {first.message}"
    read = _at(path, config.model_dump(mode="json"))
    if type(read) is not type(value) and not {type(read), type(value)} <= {int, float}:
        return f"{value!r} is read as {read!r}: write it like that"
    return None


def _at(path: str, config: Any) -> Any:
    for name in path.split("."):
        config = config[name]
    return config


def _unknown(path: str, base: dict[str, Any]) -> str | None:
    """Why there is no such setting, with the nearest ones; None if there is one."""
    part: Any = base
    for name in path.split("."):
        if not isinstance(part, dict) or name not in part:
            return f"there is no such setting{did_you_mean(path, leaves(base), _LISTED)}"
        part = part[name]
    if isinstance(part, dict):
        below = [leaf for leaf in leaves(base) if leaf.startswith(f"{path}.")]
        return f"is a part with settings of its own: name one of them, as {below[0]}" if below else "has no values"
    return None


def leaves(config: Mapping[str, Any], above: str = "") -> list[str]:
    """The dotted paths of all settings."""
    found: list[str] = []
    for name, value in config.items():
        path = f"{above}{name}"
        found += leaves(value, f"{path}.") if isinstance(value, dict) else [path]
    return found


def _wrong_objective(settings: SweepSettings, base: RunConfig) -> Iterable[FieldError]:
    if settings.objective.metric == "success" and not base.suite.has_success:
        yield FieldError(field="objective.metric", message=f"{base.suite.name} has no success signal: choose score")
    if settings.objective.source == "held_out" and not base.suite.held_out_variations():
        yield FieldError(field="objective.source", message="there are no held-out variations: choose evaluation")
    if settings.pruner.name != "none" and not base.evaluation.every_epochs:
        message = "must be above 0: trials are pruned at the evaluations during their training"
        yield FieldError(field="config.evaluation.every_epochs", message=message)


def rung_steps(base: RunConfig) -> int:
    """Environment steps between two evaluations of a run with the configuration that all trials start from."""
    return max(1, base.evaluation.every_epochs) * base.learner.batch_size
