"""A policy opens a gate only if every condition holds, and says of each what it found."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from gsl.config.gate_policy import PolicyConditions
from gsl.method.gate_policy import GateFacts, PlateauFound, judge

FRIDAY_NIGHT = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


def facts(**changes: Any) -> GateFacts:
    own: dict[str, Any] = {
        "suite": "forkmaze", "specialists": 4, "steps": 80_000, "score": 0.6, "gain": None, "at": FRIDAY_NIGHT,
    }  # fmt: skip
    return GateFacts(**{**own, **changes})


def nightly(*days: str, zone: str = "UTC") -> dict[str, Any]:
    return {"hours": [{"days": days, "start": 20, "end": 6}], "time_zone": zone}


@pytest.mark.parametrize(
    ("conditions", "changes", "opens"),
    [
        ({"suites": ["forkmaze", "procgen"]}, {}, True),
        ({"suites": ["procgen"]}, {}, False),
        ({"most_specialists": 4}, {}, True),
        ({"most_specialists": 3}, {}, False),
        ({"most_steps": 80_000}, {}, True),
        ({"most_steps": 79_999}, {}, False),
        ({"score_below": 0.7}, {}, True),
        ({"score_below": 0.6}, {}, False),
        ({"score_below": 0.7}, {"score": None}, False),
        ({"min_gain": 0.1}, {}, False),
        ({"min_gain": 0.1}, {"gain": 0.1}, True),
        ({"min_gain": 0.1}, {"gain": 0.09}, False),
        ({"score_below": 0.7, "min_gain": 0.1}, {"gain": -1.0}, True),
        ({"score_below": 0.5, "min_gain": 0.1}, {"gain": 0.2}, True),
        ({"score_below": 0.5, "min_gain": 0.1}, {}, False),
        ({"plateau": {"window": 5}}, {}, False),
        ({"plateau": {"window": 5}}, {"plateau": PlateauFound(None, 40)}, False),
        ({"plateau": {"window": 5}}, {"plateau": PlateauFound(31, 40)}, True),
        (nightly("fri"), {}, True),
        (nightly("sat"), {}, False),
        (nightly("fri"), {"at": FRIDAY_NIGHT.replace(day=28, hour=5)}, True),
        (nightly("fri"), {"at": FRIDAY_NIGHT.replace(day=28, hour=6)}, False),
        (nightly("sat", zone="Asia/Tokyo"), {}, False),
        (nightly("fri", zone="Asia/Tokyo"), {"at": FRIDAY_NIGHT.replace(hour=12)}, True),
        ({"hours": [{"days": ["fri"], "start": 9, "end": 24}]}, {}, True),
        ({"suites": ["forkmaze"], "most_steps": 1}, {}, False),
    ],
)
def test_conditions(conditions: dict[str, Any], changes: dict[str, Any], opens: bool) -> None:
    verdict = judge(PolicyConditions.model_validate(conditions), facts(**changes))
    assert verdict.opens == opens
    assert all(reason.startswith(("met: ", "not met: ")) for reason in verdict.reasons)
    assert opens == all(reason.startswith("met: ") for reason in verdict.reasons)
    others = {name: value for name, value in conditions.items() if name not in ("hours", "time_zone")}
    worth = not others or judge(PolicyConditions.model_validate(others), facts(**changes)).opens
    assert verdict.waits == (worth and not opens), "it waits if only the hours are missing"


def test_every_condition_has_a_reason() -> None:
    asked = PolicyConditions.model_validate({"suites": ["x"], "most_specialists": 9, "most_steps": 9, "min_gain": 0})
    assert len(judge(asked, facts()).reasons) == 4


@pytest.mark.parametrize(
    "conditions",
    [
        {}, {"time_zone": "Mars/Olympus", "most_steps": 1}, {"most_specialists": 0}, {"most": 1},
        {"hours": [{"days": [], "start": 1, "end": 2}]}, {"hours": [{"days": ["fri"], "start": 5, "end": 5}]},
    ],
)  # fmt: skip
def test_what_says_nothing_or_cannot_be_is_refused(conditions: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PolicyConditions.model_validate(conditions)
