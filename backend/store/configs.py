"""Configurations of stored runs. One that this server can no longer read makes its run read-only."""

import json
from functools import lru_cache

from pydantic import ValidationError

from gsl.backend.db.models import Run
from gsl.backend.errors import ConflictError, from_validation
from gsl.config.base import stored
from gsl.config.run import RunConfig

_KEPT = 1024


def config_of(run: Run) -> RunConfig:
    """The run's configuration. It never changes and is needed often, so it is parsed once.

    Raises `ConflictError` if it is no longer valid on this server, for example because a suite's package is missing.
    """
    try:
        return _parsed(json.dumps(run.config))
    except ValidationError as error:
        raise ConflictError(f"Run {run.id} is read-only. {_why(error)}") from error


def readable_config(run: Run) -> RunConfig | None:
    """The run's configuration, or None if the run is read-only."""
    try:
        return _parsed(json.dumps(run.config))
    except ValidationError:
        return None


def read_only(run: Run) -> str:
    """Why the run can be viewed but not continued, in one sentence that names the field at fault; otherwise empty."""
    try:
        _parsed(json.dumps(run.config))
    except ValidationError as error:
        return _why(error)
    return ""


def check_readable(run: Run) -> None:
    """Raises `ConflictError` if the run is read-only."""
    config_of(run)


def _why(error: ValidationError) -> str:
    first, located = error.errors(include_url=False)[0], from_validation(error, "config").errors[0]
    message = "there is no such setting any more" if first["type"] == "extra_forbidden" else located.message
    message = message.partition("; did you mean")[0]  # nobody mistyped it
    return f"This server cannot read its configuration: {located.field}: {message}."


@lru_cache(_KEPT)
def _parsed(text: str) -> RunConfig:
    with stored():
        return RunConfig.model_validate_json(text)
