"""Configurations as runs have them in the table."""

import json
from functools import lru_cache

from pydantic import ValidationError

from backend.db.models import Run
from backend.errors import UnavailableError, from_validation
from gsl.config.base import stored
from gsl.config.run import RunConfig

_KEPT = 1024


def config_of(run: Run) -> RunConfig:
    """The run's configuration; parsed once, since it never changes and every page and report needs it.

    Raises `UnavailableError` when it was valid and is not here and now: a suite's package is gone, say.
    """
    try:
        return _parsed(json.dumps(run.config))
    except ValidationError as error:
        said = from_validation(error, "config").detail
        message = f"Run {run.id} needs what is not installed on the server any more: {said}"
        raise UnavailableError(message) from error


def missing_for(run: Run) -> str | None:
    """Why the run's configuration cannot be read here and now; None: it can."""
    try:
        config_of(run)
    except UnavailableError as error:
        return error.detail
    return None


@lru_cache(_KEPT)
def _parsed(text: str) -> RunConfig:
    with stored():
        return RunConfig.model_validate_json(text)
