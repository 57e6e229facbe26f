"""What the API says of each suite."""

from collections.abc import Mapping, Sequence

from gsl.config.run import SUITES
from gsl.config.suites import SuiteSettings
from gsl.protocol.api import SuiteInfo


def suite_infos(workers: Mapping[str, Sequence[str]]) -> list[SuiteInfo]:
    """Every suite, those of installed packages included; `workers` names the live ones that can run each."""
    return [_info(name, settings, workers.get(name, ())) for name, settings in SUITES.items()]


def install_command(suite: str) -> str | None:
    """What brings the packages that a suite requires; None where it requires none, or nobody here knows it."""
    settings = SUITES.get(suite)
    if settings is None or not (settings.extra or settings.requires):
        return None
    return settings.install_hint()


def _info(name: str, settings: type[SuiteSettings], workers: Sequence[str]) -> SuiteInfo:
    return SuiteInfo(
        name=name,
        title=settings.title,
        description=(settings.__doc__ or "").strip(),
        has_success=bool(settings(name=name).has_success),
        runnable=bool(workers),
        workers=list(workers),
        missing=None if workers else settings.missing(),
        extra=settings.extra,
        install=install_command(name),
        settings=settings.model_json_schema(),
    )
