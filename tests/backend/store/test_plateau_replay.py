"""Replaying criterion H: the same detections as the benchmark's, judged by what came later; bad settings named."""

import gzip
import json
from typing import Any

import pytest

from benchmarks.gsl_procgen import STUDY
from benchmarks.method.outcomes import read
from benchmarks.method.running import record_file
from benchmarks.method.study import BASELINE
from benchmarks.plateau.own_runs import judged
from gsl import record
from gsl.backend.store import plateau_replay
from gsl.config.plateau import PlateauSettings
from gsl.protocol.reports import EpochReport
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE

BASELINES = [outcome for outcome in read(STUDY.results) if outcome.arm == BASELINE]


def imported(api: ApiDriver, number: int) -> tuple[int, list[EpochReport]]:
    """The run's id, and what its generalist reported."""
    file = record_file(STUDY.results, BASELINES[number])
    run_id = api.post("/runs/import", json.loads(gzip.decompress(file.read_bytes())), 201)["id"]
    reports = (report for job in record.read(file).jobs for report in job.reports)
    return run_id, [report for report in reports if isinstance(report, EpochReport)]


@ON_SQLITE
@pytest.mark.parametrize("number", range(10))
def test_detections_are_those_of_the_benchmark(api: ApiDriver, number: int) -> None:
    run_id, epochs = imported(api, number)
    tried: tuple[dict[str, Any], ...] = ({}, {"window": 37, "min_epochs": 12, "sigma": 2.4})
    for changes in tried:
        replay = api.get(f"/runs/{run_id}/plateau-replay", **changes)
        settings = PlateauSettings.model_validate(replay["settings"])
        assert all(getattr(settings, name) == value for name, value in changes.items())
        found = judged(settings, 10**9, [epochs])
        first = replay["detections"][0] if replay["detections"] else None
        assert (first is not None) == bool(found.fired)
        if first:
            assert first["detected_epoch"] / len(epochs) == pytest.approx((found.median or 0) + 1 / len(epochs))
            assert first["rose_later"] == bool(found.verdicts["false"])
            assert first["detected_steps"] == epochs[first["detected_epoch"] - 1].job_steps
        assert (replay["epochs"], replay["steps"]) == (len(epochs), epochs[-1].job_steps)


@ON_SQLITE
@pytest.mark.parametrize(
    ("changes", "field"),
    [({"window": 1}, "window"), ({"margin": -1}, "margin"), ({"confidence": 1}, "confidence"),
     ({"sigma": "x"}, "sigma"), ({"metric": "length"}, "metric"), ({"windw": 3}, "windw")],
)  # fmt: skip
def test_settings_that_cannot_be_are_named(api: ApiDriver, changes: dict[str, Any], field: str) -> None:
    run_id = api.launch()
    [error] = api.ask("GET", f"/runs/{run_id}/plateau-replay", 422, params=changes)["errors"]
    assert error["field"].endswith(field)


@ON_SQLITE
def test_a_run_without_training_has_nothing_to_replay(api: ApiDriver) -> None:
    replay = api.get(f"/runs/{api.launch()}/plateau-replay")
    assert (replay["epochs"], replay["steps"], replay["detections"]) == (0, 0, [])


@ON_SQLITE
def test_a_long_run_is_judged_by_means_over_stretches(api: ApiDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id, epochs = imported(api, 0)
    whole = api.get(f"/runs/{run_id}/plateau-replay", window=40)["detections"]
    monkeypatch.setattr(plateau_replay, "MOST", 50)
    short = api.get(f"/runs/{run_id}/plateau-replay", window=40)
    assert (short["stretch"], short["epochs"], short["steps"]) == (3, len(epochs), epochs[-1].job_steps)
    assert len(short["detections"]) == len(whole)
    for found, exact in zip(short["detections"], whole, strict=True):
        assert found["detected_epoch"] == pytest.approx(exact["detected_epoch"], abs=9)
        assert found["detected_steps"] == epochs[found["detected_epoch"] - 1].job_steps
