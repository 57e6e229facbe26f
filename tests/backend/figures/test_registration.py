"""A figure is added by one file: the API lists and draws it, and nothing else changes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gsl.backend.figures
from gsl.backend.services.app_services import Services
from gsl.config.presets import PRESETS
from tests.backend.api_driver import ApiDriver
from tests.backend.domain.test_comparison import GSL, stored
from tests.backend.figures.stored_run import Size, store_run

FILE = """
from gsl.backend.figures.registration import ExperimentFigure, RunFigure
from gsl.backend.figures.style import new_figure

FIGURE = RunFigure(
    name="added", title="Added", description="By one file.", tab="results", position=65, controls=("metric",),
    build=lambda session, run_id, options: new_figure(options.view, height=123),
    ready=lambda state: state.spent,
)
OF_EXPERIMENTS = ExperimentFigure(
    name="added", title="Added", description="By one file.", position=15,
    build=lambda session, compared, options: new_figure(options.view, height=321),
    ready=lambda compared: True,
)
"""
SIZE = Size(generalist=4, specialist=2, finetune=4, seen=4, evaluate_every=2)


@pytest.fixture(autouse=True)
def one_more_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "added.py").write_text(FILE)
    monkeypatch.setattr(gsl.backend.figures, "__path__", [*gsl.backend.figures.__path__, str(tmp_path)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    _forget()
    yield
    sys.modules.pop("gsl.backend.figures.added", None)
    _forget()


def _forget() -> None:
    gsl.backend.figures.run_figures.cache_clear()
    gsl.backend.figures.experiment_figures.cache_clear()


def test_a_runs_figure_is_added_by_one_file(api: ApiDriver, services: Services) -> None:
    with services.database.write() as session:
        run_id = store_run(session, PRESETS["forkmaze"].config, SIZE)
    listed = api.get(f"/runs/{run_id}/figures")
    added = next(info for info in listed if info["name"] == "added")
    assert added == {
        "name": "added", "title": "Added", "description": "By one file.", "ready": True, "tab": "results",
        "controls": ["metric"], "optional": False,
    }  # fmt: skip
    assert [info["name"] for info in listed if info["tab"] == "results"].index("added") == 1  # by its position
    assert api.get(f"/runs/{run_id}/figures/added")["layout"]["height"] == 123


def test_an_experiments_figure_is_added_by_one_file(api: ApiDriver, services: Services) -> None:
    path = stored(services, GSL)
    assert "added" in [info["name"] for info in api.get(f"{path}/figures")]
    assert api.get(f"{path}/figures/added")["layout"]["height"] == 321
