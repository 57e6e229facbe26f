"""Optuna asked about a sweep: what to try next, and whether to stop a trial.

Its study is made from the trials that the database holds, in memory, each time that it is asked: so a server that is
started again goes on exactly, and there is no second record. Samplers and pruners are Optuna's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.pruners import BasePruner, MedianPruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler, GridSampler, RandomSampler, TPESampler
from optuna.trial import TrialState as Ended
from optuna.trial import create_trial

from gsl.config.sweep import Pruner, Scalar, SearchedSetting, SweepSettings
from gsl.protocol.api.sweeps import TrialState
from gsl.seeds import derive

optuna.logging.set_verbosity(optuna.logging.WARNING)
LEAST_FOR_IMPORTANCE = 4
"""Complete trials before one can tell which setting mattered."""
_STATES = {"running": Ended.RUNNING, "complete": Ended.COMPLETE, "pruned": Ended.PRUNED, "failed": Ended.FAIL}


@dataclass(frozen=True)
class Tried:
    """A trial as it is recorded; `points` are its evaluations: environment steps and the objective's value."""

    number: int
    params: dict[str, Scalar]
    state: TrialState = "running"
    value: float | None = None
    points: Sequence[tuple[int, float]] = ()
    attributes: dict[str, Any] = field(default_factory=dict)


def suggest(settings: SweepSettings, tried: Sequence[Tried], interval: int) -> tuple[dict[str, Scalar], dict[str, Any]]:
    """What the next trial tries, and what the sampler notes of it. The same trials always lead to the same answer."""
    study = study_of(settings, tried, interval, _sampler(settings, len(tried)))
    trial = study.ask(_distributions(settings))
    return dict(trial.params), dict(study.trials[-1].system_attrs)


def judge(settings: SweepSettings, tried: Sequence[Tried], interval: int, number: int) -> tuple[bool, dict[str, Any]]:
    """Whether the pruner stops the trial with this number at its latest evaluation, and what it notes of it."""
    study = study_of(settings, tried, interval)
    trial = study.get_trials(deepcopy=False)[number]
    stops = study.pruner.prune(study, trial)
    return stops, dict(study.get_trials(deepcopy=False)[number].system_attrs)


def rungs(points: Sequence[tuple[int, float]], interval: int) -> dict[int, float]:
    """The first value after each whole multiple of `interval` steps; where there is none, the one before it.

    So trials are compared at equal steps, even if they are evaluated at different ones, and a value never changes.
    """
    found: dict[int, float] = {}
    before: float | None = None
    for steps, value in points:
        rung = steps // interval
        if before is not None:
            found.update(dict.fromkeys(range(max(found, default=0) + 1, rung), before))
        if rung:
            found.setdefault(rung, value)
        before = value
    return found


def study_of(
    settings: SweepSettings, tried: Sequence[Tried], interval: int, sampler: BaseSampler | None = None
) -> optuna.Study:
    """Optuna's study of these trials, which are numbered from 0 without a gap."""
    pruner = _pruner(settings.pruner)
    study = optuna.create_study(direction="maximize", sampler=sampler or RandomSampler(seed=0), pruner=pruner)
    distributions = _distributions(settings)
    for one in tried:
        study.add_trial(
            create_trial(
                state=_STATES[one.state],
                value=one.value if one.state == "complete" else None,
                params=one.params,
                distributions=distributions,
                intermediate_values=rungs(one.points, interval),
                system_attrs=one.attributes,
            )
        )
    return study


def importances(settings: SweepSettings, tried: Sequence[Tried]) -> dict[str, float]:
    """Each setting's share in what the objective differs by, by PED-ANOVA, the largest first; empty if it is too early.

    Optuna's fANOVA and mean decrease of impurity need scikit-learn; PED-ANOVA does not.
    """
    complete = [one for one in tried if one.state == "complete"]
    if len(complete) < LEAST_FOR_IMPORTANCE or len({one.value for one in complete}) < 2:
        return {}
    study = study_of(settings, [replace(one, number=place, attributes={}) for place, one in enumerate(complete)], 1)
    return optuna.importance.get_param_importances(study, evaluator=optuna.importance.PedAnovaImportanceEvaluator())


def _distributions(settings: SweepSettings) -> dict[str, BaseDistribution]:
    return {path: _distribution(searched) for path, searched in settings.space.items()}


def _distribution(searched: SearchedSetting) -> BaseDistribution:
    low, high = searched.bounds
    if searched.type == "choice":
        return CategoricalDistribution(searched.choices)
    if searched.type == "int":
        return IntDistribution(int(low), int(high), log=searched.log)
    return FloatDistribution(low, high, log=searched.log)


def _sampler(settings: SweepSettings, number: int) -> BaseSampler:
    """Seeded anew for each trial, because a study does not outlive the question; a grid keeps its one order."""
    seed = derive(settings.sampler_seed, "sweep", number)
    if settings.sampler == "grid":
        values = {path: searched.grid() or [] for path, searched in settings.space.items()}
        return GridSampler(values, seed=settings.sampler_seed)
    return RandomSampler(seed=seed) if settings.sampler == "random" else TPESampler(seed=seed)


def _pruner(asked: Pruner) -> BasePruner:
    if asked.name == "median":
        return MedianPruner(n_startup_trials=asked.startup_trials, n_warmup_steps=asked.warmup + 1)
    if asked.name == "halving":
        return SuccessiveHalvingPruner(min_resource=asked.warmup + 1, reduction_factor=asked.keep_one_in)
    return NopPruner()
