"""Answers as DataFrames and figures, where the packages for them are installed."""

import builtins
import sys
from collections.abc import Iterator
from pathlib import Path

import polars
import pytest
from plotly.graph_objects import Figure

from gsl.client import frames
from gsl.client.models import VariationEstimate
from gsl.record import read
from tests.worker.real_api import RealApi

RECORD = Path(__file__).parents[2] / "benchmarks" / "results" / "gsl_forkmaze" / "forkmaze-dapg-1.json.gz"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApi]:
    """With one finished run."""
    with RealApi(tmp_path_factory.mktemp("data")) as api:
        api.client.import_run(read(RECORD))
        yield api


def test_returns_are_a_frame_with_a_row_for_each_variation(api: RealApi) -> None:
    frame = api.client.returns_frame(1, source="evaluation")
    rows = api.client.returns(1, source="evaluation").items
    assert isinstance(frame, polars.DataFrame)
    assert set(frame.columns) == set(VariationEstimate.model_fields)
    assert frame["success_rate"].to_list() == [row.success_rate for row in rows]
    assert frame.filter(polars.col("success_rate") > 0.5).height > 0


def test_no_rows_make_an_empty_frame(api: RealApi) -> None:
    run = api.client.create_run("forkmaze-quick")
    frame = api.client.returns_frame(run.id)
    assert isinstance(frame, polars.DataFrame)
    assert frame.height == 0


def test_every_figure_is_plotly_s(api: RealApi) -> None:
    for info in api.client.figures(1):
        figure = api.client.figure(1, info.name, theme="dark")
        assert isinstance(figure, Figure)
        assert len(figure.data) == len(api.client.figure_json(1, info.name)["data"])


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "LIBRARIES", ("no_such_frames", "nor_these"))
    with pytest.raises(frames.NotInstalled, match="no_such_frames, nor_these"):
        frames.frame([])
    real = builtins.__import__

    def without_plotly(name: str, *args: object) -> object:
        if name.startswith("plotly"):
            raise ModuleNotFoundError(name)
        return real(name, *args)  # type: ignore[arg-type]  # passed on as they are

    monkeypatch.delitem(sys.modules, "plotly.graph_objects")
    monkeypatch.setattr(builtins, "__import__", without_plotly)
    with pytest.raises(frames.NotInstalled, match="figure_json"):
        frames.figure({})
