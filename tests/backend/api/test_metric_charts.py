"""Small charts over REST: what they show, how they are smoothed, what changed since, and other runs beside."""

import base64
from typing import Any

import numpy as np
import pytest

from tests.backend.api_driver import ApiDriver, epoch, started

VALUES = [1.0, 3.0, None, 5.0, 0.0]


@pytest.fixture
def run_id(api: ApiDriver) -> int:
    return trained(api, VALUES)


def trained(api: ApiDriver, values: list[float | None], **fields: Any) -> int:
    run_id = api.launch(**fields)
    job = api.job(run_id)
    api.claim(job)
    reports = [epoch(number, metrics={"odd": value}) for number, value in enumerate(values, start=1)]
    api.report(job, started(), *reports)
    return run_id


def lines(answer: dict[str, Any], run: int, name: str = "odd") -> list[tuple[list[float], list[float | None]]]:
    """Steps and values of each line, without the row that ends it."""
    [chart] = [each for each in answer["charts"] if each["name"] == name]
    return [(decoded(trace["x"])[:-1], decoded(trace["y"])[:-1]) for trace in chart["traces"][str(run)]]


def decoded(array: dict[str, str]) -> list[Any]:
    values = np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"])
    return [None if np.isnan(value) else float(value) for value in values]


def test_without_names_it_lists_what_there_is(api: ApiDriver, run_id: int) -> None:
    answer = api.get(f"/runs/{run_id}/metric-charts")
    assert [(each["name"], each["group"]) for each in answer["metrics"]][-1] == ("odd", "other")
    assert answer["charts"] == []
    assert [run["id"] for run in answer["runs"]] == [run_id]
    assert answer["metrics"] == api.get(f"/runs/{run_id}/metrics")["metrics"]
    assert api.get(f"/runs/{api.launch()}/metric-charts")["metrics"] == []


def test_lines_are_what_was_reported_and_smoothing_looks_back_only(api: ApiDriver, run_id: int) -> None:
    path = f"/runs/{run_id}/metric-charts"
    [(steps, raw)] = lines(api.get(path, name="odd"), run_id)
    assert (steps, raw) == ([100, 200, 300, 400, 500], VALUES)
    [(_, smoothed)] = lines(api.get(path, name="odd", smoothing=2), run_id)
    weight = np.exp(-0.5)
    assert smoothed[0] == 1
    assert smoothed[1] == pytest.approx((3 + weight) / (1 + weight))
    assert smoothed[2] is None
    [(_, logarithmic)] = lines(api.get(path, name="odd", scale="log"), run_id)
    assert logarithmic == [1, 3, None, 5, None]  # 0 has no place there


def test_after_a_cursor_only_runs_that_changed_are_sent(api: ApiDriver, run_id: int) -> None:
    other = trained(api, [2.0, 4.0], name="lr<3e-4>fast")
    path = f"/runs/{run_id}/metric-charts"
    query: dict[str, Any] = {"name": "odd", "with": other}
    first = api.get(path, **query)
    assert [run["name"] for run in first["runs"]][1] == "lr<3e-4>fast"
    assert lines(first, other) == [([100, 200], [2, 4])]
    assert "lr&lt;3e-4&gt;fast" in first["charts"][0]["traces"][str(other)][0]["hovertemplate"]
    api.report(api.job(other), epoch(3, metrics={"odd": 8.0}))
    later = api.get(path, after=first["cursor"], **query)
    assert list(later["charts"][0]["traces"]) == [str(other)]
    assert lines(later, other) == [([100, 200, 300], [2, 4, 8])]
    assert api.get(path, after=later["cursor"], **query)["charts"][0]["traces"] == {}


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"name": "od"}, "name"), ({"with": 999}, "with"), ({"with": 0}, "with.0"), ({"smoothing": -1}, "smoothing"),
    ({"smoothing": 1e6}, "smoothing"), ({"smoothing": "nan"}, "smoothing"), ({"scale": "cubic"}, "scale"),
    ({"axis": "time"}, "axis"), ({"with": list(range(1, 12))}, "with"), ({"name": ["odd"] * 30}, "name"),
)  # fmt: skip


def test_bad_input_names_its_field(api: ApiDriver, run_id: int) -> None:
    for query, field in BAD:
        problem = api.get(f"/runs/{run_id}/metric-charts", 422, **query)
        assert [error["field"] for error in problem["errors"]] == [field], query
    assert "odd" in api.get(f"/runs/{run_id}/metric-charts", 422, name="od")["detail"]
    assert api.get(f"/runs/{run_id}/metric-charts", name="clone_kl")["charts"] == []  # it may still be reported
    api.get("/runs/999/metric-charts", 404)


def test_what_a_trainer_takes_of_its_machine_is_a_group_of_its_own(api: ApiDriver) -> None:
    run_id = api.launch()
    api.claim(job := api.job(run_id))
    taken = [{"system_memory": 1.5, "system_processor": 0.5 * number, "system_gpu_use": 0.25} for number in (1, 2)]
    api.report(job, started(), *(epoch(number, system=each) for number, each in enumerate(taken, start=1)))
    listed = api.get(f"/runs/{run_id}/metric-charts")["metrics"]
    machine = [each for each in listed if each["group"] == "system"]
    titles = {each["name"]: (each["title"], each["unit"]) for each in machine}
    assert titles == {
        "system_processor": ("Processor", "cores"),
        "system_memory": ("Memory", "GiB"),
        "system_gpu_use": ("GPU use", "share"),
    }
    answer = api.get(f"/runs/{run_id}/metric-charts", name="system_processor")
    assert lines(answer, run_id, "system_processor") == [([100, 200], [0.5, 1.0])]
    assert api.get("/runs", q="metrics.system_memory > 1")["total"] == 1
    assert api.report(job, epoch(3, system={"system_fans": 1.0}), status=422)["errors"]
