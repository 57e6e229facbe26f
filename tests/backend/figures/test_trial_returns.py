"""Returns by episode of the trial: stored with the evaluation, exported, discarded by a restart, and drawn."""

from typing import Any

import pytest

from gsl.backend.db.models import Job
from gsl.backend.services.app_services import Services
from gsl.backend.store.exports import reports_of
from gsl.backend.store.figures.trials import latest_trials
from gsl.config.presets import PRESETS
from tests.backend.api_driver import ApiDriver, epoch, evaluation, started

URL = "/runs/1/figures/trial_returns"


def places(*means: float, variations: int = 5) -> list[dict[str, Any]]:
    return [{"variations": variations, "mean_return": mean, "std_return": 1.0, "success_rate": None} for mean in means]


def with_trial(number: int, training: list[dict[str, Any]], held_out: list[dict[str, Any]]) -> dict[str, Any]:
    variations = PRESETS["gridnavi-rl2"].config.suite.training_variations()
    report = evaluation(number, [0.5] * len(variations))
    for each, variation in zip(report["training"], variations, strict=True):
        each |= {"variation": variation, "success_rate": None}
    return report | {"trial": {"training": training, "held_out": held_out}, "held_out": []}


@pytest.fixture
def job_id(api: ApiDriver) -> int:
    job_id = api.job(api.launch(preset="gridnavi-rl2"))
    api.claim(job_id)
    return job_id


def listed(api: ApiDriver) -> dict[str, Any]:
    return next(info for info in api.get("/runs/1/figures") if info["name"] == "trial_returns")


def test_the_newest_evaluation_is_drawn_with_intervals(api: ApiDriver, services: Services, job_id: int) -> None:
    api.report(job_id, started(), epoch(1, returns=[]))
    assert (listed(api)["ready"], listed(api)["optional"]) == (False, True)
    assert "No trial yet" in str(api.get(URL))
    api.report(job_id, with_trial(1, places(0.1, 0.2, 0.2, 0.2), []))
    api.report(job_id, epoch(2, returns=[]), with_trial(2, places(4, 9, 10, 11), places(0, 4, 7, 6)))
    assert listed(api)["ready"]
    figure = api.get(URL)
    assert [trace["name"] for trace in figure["data"]] == ["Training variations", "Held-out variations"]
    with services.database.read() as session:
        data = latest_trials(session, 1)
    assert data is not None
    assert (data.epoch, data.adapting) == (2, 4)
    assert [place.mean_return for place in data.returns.held_out] == [0, 4, 7, 6]


def test_a_restart_discards_them_and_a_record_has_them(api: ApiDriver, services: Services, job_id: int) -> None:
    api.report(job_id, started(), epoch(1, returns=[]), with_trial(1, places(1, 2), places(3, 4)))
    with services.database.read() as session:
        reports = list(reports_of(session, session.get_one(Job, job_id)))
    [found] = [report.trial for report in reports if report.type == "evaluation"]
    assert found is not None
    assert [place.mean_return for place in found.held_out] == [3, 4]
    api.report(job_id, started(0))
    with services.database.read() as session:
        assert latest_trials(session, 1) is None


def test_scored_episodes_are_marked(api: ApiDriver) -> None:
    changes = {"trial": {"episodes": 2, "scored": 2}}
    job_id = api.job(api.launch(preset="gridnavi-rl2", config=changes))
    api.claim(job_id)
    api.report(job_id, started(), epoch(1, returns=[]), with_trial(1, places(1, 2, 3, 3), []))
    assert "scored" in str(api.get(URL)["layout"])
