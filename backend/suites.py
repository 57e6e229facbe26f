"""What the API says of each suite."""

from typing import Any

from backend.schemas import SuiteInfo
from gsl.config.suites import ForkMazeSuite, ProcgenSuite

_SUITES: dict[str, tuple[str, type[Any]]] = {
    "forkmaze": ("Fork maze", ForkMazeSuite),
    "procgen": ("Procgen", ProcgenSuite),
}


def suite_infos(runnable: frozenset[str]) -> list[SuiteInfo]:
    """Every suite; `runnable` holds the names that a live worker can run."""
    return [
        SuiteInfo(
            name=name,
            title=title,
            description=(settings.__doc__ or "").strip(),
            has_success=bool(settings().has_success),
            runnable=name in runnable,
            settings=settings.model_json_schema(),
        )
        for name, (title, settings) in _SUITES.items()
    ]
