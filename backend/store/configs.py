"""Configurations of stored runs."""

import json
from functools import lru_cache

from pydantic import ValidationError

from backend.db.models import Run
from backend.errors import UnavailableError, from_validation
from gsl.config.base import stored
from gsl.config.run import RunConfig

_KEPT = 1024


def config_of(run: Run) -> RunConfig:
    """The run's configuration. It never changes and is needed often, so it is parsed once.

    Raises `UnavailableError` if it is no longer valid on this server, for example because a suite's package is missing.
    """
    try:
        return _parsed(json.dumps(run.config))
    except ValidationError as error:
        reason = from_validation(error, "config").detail
        message = f"Run {run.id} needs something that is no longer installed on the server: {reason}"
        raise UnavailableError(message) from error


def missing_for(run: Run) -> str | None:
    """Why the run's configuration cannot be read on this server; None if it can."""
    try:
        config_of(run)
    except UnavailableError as error:
        return error.detail
    return None


@lru_cache(_KEPT)
def _parsed(text: str) -> RunConfig:
    with stored():
        return RunConfig.model_validate_json(text)
