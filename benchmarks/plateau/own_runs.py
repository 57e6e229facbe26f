"""Criterion H on the plain generalists of our own studies, which trained on: what came after it would have fired?"""

import importlib
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.method.combined import MODULES
from benchmarks.method.outcomes import Outcome, read
from benchmarks.method.running import record_file
from benchmarks.method.study import BASELINE, Study
from benchmarks.plateau.criteria import Firing
from benchmarks.plateau.curves import Curve
from benchmarks.plateau.verdicts import Score, tally
from gsl import record
from gsl.config.plateau import PlateauSettings
from gsl.config.recommended import plateau_within
from gsl.method.curves import smoothed_whole
from gsl.method.plateau import replay
from gsl.protocol.reports import EpochReport

_HEAD = "| plain generalists of | window | runs | fired | false | median firing |\n|---|---|---|---|---|---|"

Run = Sequence[EpochReport]


def own_runs() -> str:
    """Two rows for each case: the study's own settings, and those for a generalist that may use the whole budget."""
    studies: list[Study] = [importlib.import_module(f"benchmarks.{name}").STUDY for name in MODULES]
    return "\n".join([_HEAD, *(row for study in studies for row in _rows(study))])


def _rows(study: Study) -> Iterator[str]:
    ended = [outcome for outcome in read(study.results) if outcome.arm == BASELINE and outcome.status == "succeeded"]
    for case in study.cases:
        own, budget = case.base.plateau, case.base.budget
        runs = [_epochs(study, outcome) for outcome in ended if outcome.case == case.name]
        if runs:
            yield _row(case.title, own, budget.generalist_steps, runs)
            whole = plateau_within(case.base.learner, budget.total_steps, own.metric)
            yield _row(case.title, whole, budget.total_steps, runs)


def _epochs(study: Study, outcome: Outcome) -> Run:
    reports = (report for job in record.read(record_file(study.results, outcome)).jobs for report in job.reports)
    return [report for report in reports if isinstance(report, EpochReport)]


def _row(title: str, settings: PlateauSettings, share: int, runs: Sequence[Run]) -> str:
    found = judged(settings, share, runs)
    window = settings.window / float(np.mean([len(run) for run in runs]))
    when = "-" if found.median is None else f"{found.median:.0%} of the run"
    fired = f"{found.fired} | {found.verdicts['false']}"
    return f"| {title} | {window:.0%} of the run | {found.curves} | {fired} | {when} |"


def judged(settings: PlateauSettings, share: int, runs: Sequence[Run]) -> Score:
    """H's first firing within a generalist's share of `share` steps in each run, judged by the whole run."""
    curves = [_curve(settings, run) for run in runs]
    return tally(curves, [_first_firing(settings, share, run) for run in runs])


def _curve(settings: PlateauSettings, run: Run) -> Curve:
    values = np.array([np.nan if (value := _value(settings, epoch)) is None else value for epoch in run])
    return Curve("", values, smoothed_whole(values))


def _first_firing(settings: PlateauSettings, share: int, run: Run) -> Firing | None:
    before = [epoch for epoch in run if epoch.job_steps <= share]
    values, episodes = [_value(settings, epoch) for epoch in before], [epoch.episodes for epoch in before]
    report = next(iter(replay(settings, values, episodes)), None)
    return None if report is None else Firing(report.start_epoch - 1, report.detected_epoch - 1)


def _value(settings: PlateauSettings, epoch: EpochReport) -> float | None:
    return epoch.success_rate if settings.metric == "success" else epoch.mean_return
