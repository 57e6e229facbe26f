"""Whether a policy lets a gate open by itself, and why: a pure function of its conditions and of what is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from gsl.config.gate_policy import Day, Hours, PolicyConditions
from gsl.config.plateau import PlateauSettings

_DAYS: tuple[Day, ...] = get_args(Day)


@dataclass(frozen=True)
class PlateauFound:
    """Where criterion H fired with a policy's settings, if it did, in so many epochs of the generalist's training."""

    epoch: int | None
    epochs: int


@dataclass(frozen=True)
class GateFacts:
    """What a gate proposes, and what led to it. `score` is None if nothing was measured, `gain` in the first cycle,
    `plateau` unless the policy asks for one."""

    suite: str
    specialists: int
    steps: int
    score: float | None
    gain: float | None
    at: datetime
    plateau: PlateauFound | None = None


@dataclass(frozen=True)
class Verdict:
    opens: bool
    reasons: tuple[str, ...]
    """One for each condition, with what was found."""
    waits: bool = False
    """Whether it opens once the policy's hours begin."""


def judge(conditions: PolicyConditions, facts: GateFacts) -> Verdict:
    found = list(_checks(conditions, facts))
    timely, hours = judge_hours(conditions, facts.at)
    reasons = [f"{'met' if met else 'not met'}: {text}" for met, text in found]
    worth = all(met for met, _ in found)
    return Verdict(worth and timely, (*reasons, *hours), waits=worth and not timely)


def judge_hours(conditions: PolicyConditions, at: datetime) -> tuple[bool, tuple[str, ...]]:
    """Whether the time is one of the policy's hours, and the reason, if it has any hours."""
    if not conditions.hours:
        return True, ()
    local = at.astimezone(conditions.zone)
    met = any(_within(hours, local) for hours in conditions.hours)
    text = f"it is {_DAYS[local.weekday()]} {local:%H:%M} in {conditions.time_zone}"
    return met, (f"{'met' if met else 'not met'}: {text}",)


def _checks(asked: PolicyConditions, facts: GateFacts) -> Iterator[tuple[bool, str]]:
    if asked.suites:
        yield facts.suite in asked.suites, f"the suite is {facts.suite}, of {', '.join(asked.suites)}"
    if asked.most_specialists is not None:
        number = f"{facts.specialists} specialists, at most {asked.most_specialists}"
        yield facts.specialists <= asked.most_specialists, number
    if asked.most_steps is not None:
        yield facts.steps <= asked.most_steps, f"they cost {facts.steps:,} steps, at most {asked.most_steps:,}"
    if asked.score_below is not None or asked.min_gain is not None:
        yield _is_worth_it(asked, facts)
    if asked.plateau is not None:
        yield _has_plateau(asked.plateau, facts.plateau or PlateauFound(None, 0))


def _has_plateau(asked: PlateauSettings, found: PlateauFound) -> tuple[bool, str]:
    """Whether criterion H fires with the policy's settings, too."""
    margin = f"{asked.margin:g}{' of the range' if asked.margin_mode == 'fraction' else ''}"
    criterion = (
        f"H on {asked.metric} with window {asked.window}, margin {margin}, smoothing {asked.sigma:g} and confidence "
        f"{asked.confidence:g}"
    )
    if found.epoch is not None:
        return True, f"{criterion} fires at epoch {found.epoch}"
    return False, f"{criterion} does not fire within this plateau, in {found.epochs} epochs"


def _is_worth_it(asked: PolicyConditions, facts: GateFacts) -> tuple[bool, str]:
    """Whether there is enough left to gain, or the last cycle gained enough."""
    met, said = [], []
    if asked.score_below is not None:
        met.append(facts.score is not None and facts.score < asked.score_below)
        score = "was not measured" if facts.score is None else f"is {facts.score:.3f}"
        said.append(f"the score {score}, to be below {asked.score_below:g}")
    if asked.min_gain is not None:
        met.append(facts.gain is not None and facts.gain >= asked.min_gain)
        gain = "there is no earlier cycle" if facts.gain is None else f"the last cycle gained {facts.gain:+.3f}"
        said.append(f"{gain}, to be at least {asked.min_gain:g}")
    return any(met), " or ".join(said)


def _within(hours: Hours, at: datetime) -> bool:
    today, hour = _DAYS[at.weekday()], at.hour
    if hours.start < hours.end:
        return today in hours.days and hours.start <= hour < hours.end
    yesterday = _DAYS[(at - timedelta(days=1)).weekday()]
    return (today in hours.days and hour >= hours.start) or (yesterday in hours.days and hour < hours.end)
