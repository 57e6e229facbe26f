"""Configurations of runs that are tracked: what their scripts need not say, and those of their specialists."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from gsl.backend.domain.configs import merge
from gsl.backend.errors import from_validation
from gsl.config.method import BudgetSettings
from gsl.config.run import RunConfig
from gsl.config.suites.external import ExternalSuite

_SPECIALISTS = 4
_BASE: dict[str, Any] = {
    "suite": {
        "name": "external",
        "variations": ExternalSuite().variations,
        "held_out": 0,
        "longest_episode": 10_000_000,
    },
    "budget": {"total_steps": BudgetSettings().total_steps},
    "learner": {"name": "external", "tracked": True, "num_envs": 1, "num_steps": 1},
    "guide": {"name": "own"},
    "demonstrations": {"filter": "return"},
}
"""Nothing is learnt from demonstrations here, but a guide and a filter must fit the suite."""


def new_config(asked: dict[str, Any]) -> RunConfig:
    """Half of the total for the generalist and the rest for up to four specialists, unless the script says otherwise.

    Raises `InvalidError` naming each wrong setting.
    """
    config = merge(_BASE, asked)
    try:
        return RunConfig.model_validate(merge(config, _budgets(config)))
    except ValidationError as error:
        raise from_validation(error, "config") from error


def config_of_part(parent: RunConfig, variations: Sequence[int], steps: int) -> RunConfig:
    """Plain training on a specialist's variations, which keep their names but are numbered anew from 0."""
    whole = parent.model_dump(mode="json")
    names = [parent.suite.variation_name(variation) for variation in variations]
    changes = {
        "suite": {**whole["suite"], "variations": len(names), "held_out": 0, "names": names},
        "arm": "generalist",
        "budget": {"total_steps": steps, "generalist_steps": steps},
    }
    return RunConfig.model_validate(whole | changes)


def _budgets(config: dict[str, Any]) -> dict[str, Any]:
    """What follows from the total. Nothing if it is no number: then it is refused anyway."""
    total, variations = _whole(config, "budget", "total_steps"), _whole(config, "suite", "variations")
    if total is None or variations is None:
        return {}
    before = _whole(config, "budget", "generalist_steps") or max(1, total // 2)
    count = _whole(config, "specialists", "count") or max(1, min(_SPECIALISTS, variations))
    each = _whole(config, "specialists", "steps") or max(1, (total - before - 1) // count)
    return {"budget": {"generalist_steps": before}, "specialists": {"count": count, "steps": each}}


def _whole(config: dict[str, Any], part: str, name: str) -> int | None:
    settings = config.get(part)
    value = settings.get(name) if isinstance(settings, dict) else None
    return value if isinstance(value, int) and value > 0 else None
