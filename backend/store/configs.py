"""Configurations as runs have them in the table."""

import json
from functools import lru_cache

from backend.models import Run
from gsl.config.run import RunConfig

_KEPT = 1024


def config_of(run: Run) -> RunConfig:
    """The run's configuration; parsed once, since it never changes and every page and report needs it."""
    return _parsed(json.dumps(run.config))


@lru_cache(_KEPT)
def _parsed(text: str) -> RunConfig:
    return RunConfig.model_validate_json(text)
