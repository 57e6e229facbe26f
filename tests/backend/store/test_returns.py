"""Returns by variation: only what is new is read, as columns, and a later job's estimate replaces an earlier one's."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from tests.backend.api_driver import ApiDriver, epoch, evaluation, returns, started
from tests.backend.counting import counted


@pytest.fixture
def job_id(api: ApiDriver) -> int:
    """A running generalist."""
    job_id = api.job(api.launch())
    api.claim(job_id)
    api.report(job_id, started(), epoch(1, returns=returns([0.1, 0.2, 0.3, 0.4])))
    return job_id


def test_nothing_new_reads_no_estimate(api: ApiDriver, services: Services, job_id: int) -> None:
    answer = api.get("/runs/1/returns")
    with counted(services.database) as work:
        news = api.get("/runs/1/returns", after=answer["cursor"])
    assert (news["items"], news["epochs"]) == ([], [1])
    assert not [statement for statement in work.about("latest_return") if "mean_return" in statement]
    with counted(services.database) as work:
        assert len(api.get("/runs/1/returns")["items"]) == 4
    assert work.objects == {"Run": 1}


def test_news_is_selected_by_the_database(api: ApiDriver, services: Services, job_id: int) -> None:
    cursor = api.get("/runs/1/returns")["cursor"]
    api.report(job_id, epoch(2, returns=returns([0.5])))
    with counted(services.database) as work:
        [item] = api.get("/runs/1/returns", after=cursor)["items"]
    assert (item["variation"], item["epoch"], item["mean_return"]) == (0, 2, 0.5)
    [statement] = [statement for statement in work.about("latest_return") if "mean_return" in statement]
    assert "revision" in statement


def test_a_later_job_replaces_the_estimates_of_an_earlier_one(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    cursor = api.get(f"/runs/{run_id}/returns", source="evaluation")["cursor"]
    api.post(f"/runs/{run_id}/gate/reject", {"action": "continue"})
    generalist = api.job(run_id, "generalist-2")
    api.claim(generalist)
    api.report(generalist, started(), epoch(1))
    api.finish(generalist)
    second = api.job(run_id, "evaluation-2")
    api.claim(second)
    api.report(second, started(), evaluation(0, [0.7, 0.7]))
    items = api.get(f"/runs/{run_id}/returns", source="evaluation")["items"]
    assert [item["mean_return"] for item in items] == [0.7, 0.7, 0.2, 0.8]
    assert [item["job_id"] == second for item in items] == [True, True, False, False]
    news = api.get(f"/runs/{run_id}/returns", source="evaluation", after=cursor)["items"]
    assert [(item["variation"], item["job_id"]) for item in news] == [(0, second), (1, second)]


@pytest.mark.parametrize("every", [1, 7])
def test_the_sliders_epochs_are_few_and_ended_an_episode(api: ApiDriver, job_id: int, every: int) -> None:
    numbers = range(2, 1000)
    ends: dict[str, Any] = {"steps": 1, "returns": [], "metrics": {}}
    api.report(job_id, *(epoch(n, job_steps=99 + n, episodes=int(n % every == 0), **ends) for n in numbers))
    epochs = api.get("/runs/1/returns")["epochs"]
    ended = [1, *(n for n in numbers if n % every == 0)]
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (ended[0], ended[-1])
    assert set(epochs) <= set(ended)
    assert len(epochs) == min(500, len(ended))
