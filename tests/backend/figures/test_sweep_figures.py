"""A sweep's figures: valid for Plotly at every size, with names taken literally, and said to be empty before data."""

from datetime import UTC, datetime
from typing import Any

import plotly.graph_objects as go
import pytest
from pydantic_core import from_json

from gsl.backend.domain.sweep_study import Tried, suggest
from gsl.backend.figures import sweep_figures
from gsl.backend.figures.style import View
from gsl.config.sweep import SweepSettings
from gsl.protocol.api.sweeps import SweepPublic, TrialPublic

SPACE: dict[str, Any] = {
    "learner.learning_rate": {"low": 1e-4, "high": 1e-2, "log": True},
    "specialists.count": {"type": "int", "low": 1, "high": 4},
    "specialists.start": {"type": "choice", "choices": ["clone", "lr<3e-4>fast", None]},
}
SETTINGS = SweepSettings.model_validate({"space": SPACE, "trials": 12})
AT = datetime(2026, 1, 1, tzinfo=UTC)


def trials(count: int) -> list[TrialPublic]:
    """Every third one is pruned and every fifth has failed; the value falls with the number of specialists."""
    found: list[TrialPublic] = []
    tried: list[Tried] = []
    for number in range(count):
        params, attributes = suggest(SETTINGS, tried, 100)
        tried.append(Tried(number, params, "failed", attributes=attributes))
        state = "failed" if number % 5 == 4 else "pruned" if number % 3 == 2 else "complete"
        value = None if state == "failed" else 1 - 0.2 * float(params["specialists.count"] or 0) + number / 100
        points = [] if value is None else [(100, value / 2), (200, value)]
        found.append(
            TrialPublic.model_validate(
                {"number": number, "run_id": number + 1, "seed": 0, "params": params, "state": state, "value": value,
                 "steps": 200, "run_status": "succeeded", "reason": "", "points": points, "ended_at": AT}
            )
        )  # fmt: skip
    return found


def sweep(count: int) -> SweepPublic:
    complete = [trial for trial in trials(count) if trial.state == "complete"]
    best = max(complete, key=lambda trial: trial.value or 0).number if complete else None
    return SweepPublic.model_validate(
        {"experiment_id": 1, "settings": SETTINGS, "preset": None, "config": {}, "status": "running", "message": "",
         "planned": 12, "ended": count, "steps": 200 * count, "best": best, "trials": trials(count), "results": [],
         "created_at": AT, "ended_at": None}
    )  # fmt: skip


def drawn(name: str, of: SweepPublic, view: View) -> Any:
    """Checked by Plotly itself."""
    figure = from_json(sweep_figures()[name].build(of, view).to_json())
    go.Figure(figure)
    return figure


@pytest.mark.parametrize("name", sweep_figures())
@pytest.mark.parametrize("view", [View(), View(theme="dark", width=350)], ids=["desktop", "phone"])
def test_every_figure_is_valid_with_and_without_data(name: str, view: View) -> None:
    full = drawn(name, sweep(12), view)
    assert full["data"]
    assert sweep_figures()[name].ready(sweep(12))
    assert "<3e-4>" not in str(full), "a name is never markup"
    assert drawn(name, sweep(0), view)["layout"]["annotations"]
    assert not sweep_figures()[name].ready(sweep(0))


def test_the_best_so_far_never_falls() -> None:
    best = drawn("sweep_history", sweep(12), View())["data"][-1]["y"]
    assert best == sorted(best)
    assert best[-1] == max(trial.value or 0 for trial in trials(12) if trial.state == "complete")


def test_lines_stand_where_the_values_are() -> None:
    lines = drawn("sweep_parallel", sweep(12), View())["data"]
    assert len(lines) == sum(trial.state != "failed" for trial in trials(12))
    assert all(0 <= height <= 1 for line in lines for height in line["y"])
    assert {line["y"][1] for line in lines} <= {0.0, 1 / 3, 2 / 3, 1.0}


def test_what_decides_the_value_is_the_most_important() -> None:
    bars = drawn("sweep_importance", sweep(60), View())["data"][0]
    assert bars["y"][-1] == "specialists.count"
    assert sum(bars["x"]) == pytest.approx(1)
