"""What is exported of a job: the reports of its trainer as numbers and histograms over environment steps.

Steps are the run's: what it had spent when the job was queued, and the job's own. A number that is unknown is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gsl.config.suites.base import SuiteSettings
from gsl.method.score import mean_return, score, success_rate
from gsl.protocol.reports import EpochReport, EvaluationReport, PlateauReport, Report
from gsl.protocol.reports import VariationReturn as Returns

Times = Callable[[int], float]
"""When an epoch of the job ended, in seconds since 1970."""


@dataclass(frozen=True)
class Point:
    """What became known at one place of a job. Places rise: twice the epoch, and one more for its evaluation."""

    place: int
    step: int
    at: float
    scalars: Mapping[str, float]
    histograms: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def points(reports: Iterable[Report], suite: SuiteSettings | None, start_steps: int, ended: Times) -> Iterator[Point]:
    """One for each epoch and evaluation, in the order of the reports.

    `suite` is None if the run's configuration cannot be read: then there is no score.
    """
    step = start_steps
    for report in reports:
        if isinstance(report, EpochReport):
            step = start_steps + report.job_steps
            yield _of_epoch(report, step, ended(report.epoch))
        elif isinstance(report, EvaluationReport):
            yield _of_evaluation(report, suite, step, ended(report.epoch))


def _of_epoch(report: EpochReport, step: int, at: float) -> Point:
    values: dict[str, float | None] = {
        "training/return": report.mean_return,
        "training/success_rate": report.success_rate,
        "training/episode_length": report.mean_length,
        "training/episodes": float(report.episodes),
        "training/epoch": float(report.epoch),
        "training/steps_per_second": report.steps / report.seconds if report.seconds > 0 else None,
    }
    values |= {f"learner/{name}": value for name, value in report.metrics.items()}
    values |= {name.replace("system_", "system/", 1): value for name, value in report.system.items()}
    shown = _histograms("training", report.returns)
    return Point(2 * report.epoch, step, at, _known(values), shown, _plateau(report.plateau))


def _of_evaluation(report: EvaluationReport, suite: SuiteSettings | None, step: int, at: float) -> Point:
    values: dict[str, float | None] = {}
    shown: dict[str, tuple[float, ...]] = {}
    for source, returns in (("evaluation", report.training), ("held_out", report.held_out)):
        values[f"{source}/score"] = None if suite is None else score(suite, returns)
        values[f"{source}/return"] = mean_return(returns)
        values[f"{source}/success_rate"] = success_rate(returns)
        shown |= _histograms(source, returns)
    return Point(2 * report.epoch + 1, step, at, _known(values), shown)


def _histograms(source: str, returns: Iterable[Returns]) -> dict[str, tuple[float, ...]]:
    """Means of the variations' episodes: the histogram by which GSL Lab shows a policy."""
    returns = list(returns)
    values = {
        f"{source}/return_by_variation": [each.mean_return for each in returns],
        f"{source}/success_by_variation": [each.success_rate for each in returns],
    }
    known = {name: tuple(value for value in found if value is not None) for name, found in values.items()}
    return {name: found for name, found in known.items() if found}


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if value is not None}


def _plateau(found: PlateauReport | None) -> dict[str, str]:
    if found is None:
        return {}
    return {
        "plateau": f"Plateau from epoch {found.start_epoch}, detected at epoch {found.detected_epoch}: "
        f"{found.metric} {found.value:.4g}, best later {found.best_later:.4g}, margin {found.margin:.4g}."
    }
