"""Rollups equal what they stand for, however reports arrive, and long runs' curves are drawn from them alone."""

from itertools import groupby
from statistics import fmean
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.evaluation_models import EvaluationMean
from gsl.backend.db.models import Epoch, VariationReturn
from gsl.backend.db.rollup_models import EpochStretch
from gsl.backend.services.app_services import Services
from gsl.backend.store.figures import heatmap, training_curves
from gsl.backend.store.figures.curves import learning_curves
from gsl.backend.store.figures.heatmap import variation_progress
from gsl.backend.store.ingest.curve_rollups import STRETCH
from tests.backend.api_driver import PLATEAU, ApiDriver, epoch, evaluation, started
from tests.backend.counting import counted

EPOCHS = 2 * STRETCH + 5


@pytest.fixture
def job_id(api: ApiDriver) -> int:
    """A running generalist."""
    job_id = api.job(api.launch())
    api.claim(job_id)
    return job_id


def curve(number: int) -> float | None:
    return None if number % 5 == 0 else number / 100


def report(api: ApiDriver, job_id: int, first: int, last: int) -> None:
    reports = [epoch(number, curve(number), steps=10) for number in range(first, last + 1)]
    api.report(job_id, *reports, evaluation(last, [last / 100, 0.5]))


def check(services: Services) -> None:
    """Every rollup against the rows that it stands for."""
    with services.database.read() as session:
        epochs = session.exec(select(Epoch).order_by(Epoch.epoch)).all()  # type: ignore[arg-type]  # SQLModel types a column as its value
        stretches = {row.stretch: row for row in session.exec(select(EpochStretch))}
        returns = session.exec(select(VariationReturn).where(VariationReturn.source == "evaluation")).all()
        means = {row.epoch: row for row in session.exec(select(EvaluationMean))}
    grouped = {key: list(rows) for key, rows in groupby(epochs, key=lambda row: (row.epoch - 1) // STRETCH)}
    assert stretches.keys() == grouped.keys()
    for number, rows in grouped.items():
        found = stretches[number]
        assert (found.epoch, found.job_steps) == (rows[-1].epoch, rows[-1].job_steps)
        assert found.mean_return == pytest.approx(known_mean([row.mean_return for row in rows]))
        assert found.success_rate == pytest.approx(known_mean([row.success_rate for row in rows]))
    assert means.keys() == {row.epoch for row in returns}
    for number, mean in means.items():
        mine = [row.mean_return for row in returns if row.epoch == number]
        assert mean.variations == len(mine)
        assert mean.mean_return == pytest.approx(known_mean(mine))


def known_mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def test_rollups_follow_batches_repetitions_and_a_restart(api: ApiDriver, services: Services, job_id: int) -> None:
    api.report(job_id, started())
    for first, last in ((1, 3), (4, STRETCH + 2), (STRETCH + 1, STRETCH + 2), (STRETCH + 3, EPOCHS)):
        report(api, job_id, first, last)
        check(services)
    for after in (STRETCH + 7, STRETCH, 3, 0):
        api.report(job_id, started(after))
        check(services)
        report(api, job_id, after + 1, after + 1)
        check(services)


def test_a_long_runs_curves_read_stretches_alone(
    api: ApiDriver, services: Services, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.report(job_id, started())
    report(api, job_id, 1, EPOCHS)

    def drawn() -> Any:
        with services.database.read() as session:
            return learning_curves(session, 1)

    [short] = drawn().curves
    assert (len(short.epochs), short.stretch) == (EPOCHS, 1)
    monkeypatch.setattr(training_curves, "MOST_EPOCHS", EPOCHS - 1)
    with counted(services.database) as work:
        found = drawn()
    assert work.about("epoch") == work.about("variation_return") == []
    [long] = found.curves
    assert (long.epochs.tolist(), long.stretch) == ([STRETCH, 2 * STRETCH, EPOCHS], STRETCH)
    assert long.steps.tolist() == [10 * STRETCH, 20 * STRETCH, 10 * EPOCHS]
    assert [(point.epoch, point.variations) for point in found.evaluations] == [(EPOCHS, 2)]
    assert api.get("/runs/1/figures/learning_curve")["data"]


def test_a_long_baseline_still_knows_exactly_whether_it_rose_later(
    api: ApiDriver, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = api.job(api.launch(config={"arm": "generalist"}))
    api.claim(job_id)
    plateau = PLATEAU | {"start_epoch": 12, "detected_epoch": 20, "window": 8}
    means = [*(min(0.5, number / 20) for number in range(1, 21)), *[0.9] * 20]
    reports = [epoch(number, mean, plateau=plateau if number == 20 else None) for number, mean in enumerate(means, 1)]
    api.report(job_id, started(), *reports)
    monkeypatch.setattr(training_curves, "MOST_EPOCHS", 10)
    with services.database.read() as session:
        assert [mark.rose_later for mark in learning_curves(session, 1).plateaus] == [True]
    assert [found["rose_later"] for found in api.get("/runs/1/plateaus")] == [True]


def test_a_long_runs_heatmap_samples_the_ends_of_stretches(
    api: ApiDriver, services: Services, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.report(job_id, started())
    report(api, job_id, 1, EPOCHS)
    monkeypatch.setattr(heatmap, "MOST_EPOCHS", EPOCHS - 1)
    with counted(services.database) as work, services.database.read() as session:
        found = variation_progress(session, 1, "return")
    assert work.about("epoch") == []
    assert found.ends.tolist() == [10 * STRETCH, 20 * STRETCH, 10 * EPOCHS]
    expected = [curve(number) or 0.0 for number in (STRETCH, 2 * STRETCH, EPOCHS)]
    assert found.scores[0].tolist() == pytest.approx(expected)
