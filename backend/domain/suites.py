"""What the API says about each suite."""

from collections.abc import Mapping, Sequence

from gsl.config.run import SUITES
from gsl.config.suites import SuiteSettings
from gsl.protocol.api import SuiteInfo


def suite_infos(workers: Mapping[str, Sequence[str]]) -> list[SuiteInfo]:
    """Every suite, including those of installed packages; `workers` lists the live workers that can run each."""
    return [_info(name, settings, workers.get(name, ())) for name, settings in SUITES.items()]


def install_command(suite: str) -> str | None:
    """The command that installs what a suite requires; None if it requires nothing or is not known here."""
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
        workers=tuple(workers),
        missing=None if workers else settings.missing(),
        extra=settings.extra,
        install=install_command(name),
        settings=settings.model_json_schema(),
    )
