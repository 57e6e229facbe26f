"""What planning and ingesting ask of the database does not depend on the number of variations or requests."""

import pytest

from gsl.backend.services.app_services import Services
from gsl.backend.store.ingest import curve_rollups, upsert
from tests.backend.api_driver import ApiDriver, epoch, evaluation, started
from tests.backend.counting import counted


def test_a_cancellation_reads_no_returns_and_makes_no_objects_of_any(api: ApiDriver, services: Services) -> None:
    run_id = api.at_the_gate()
    with counted(services.database) as work:
        assert api.post(f"/runs/{run_id}/cancel")["status"] == "cancelled"
    read = [statement for statement in work.about("latest_return") if "latest_return.mean_return" in statement]
    assert read == []
    assert work.objects.keys() <= {"Run", "Job", "Gate", "Evaluation"}


def test_the_end_of_training_reads_no_returns(api: ApiDriver, services: Services) -> None:
    job_id = api.job(api.launch())
    api.claim(job_id)
    api.report(job_id, started(), epoch(1), evaluation(1, [0.1, 0.9, 0.2, 0.8]))
    with counted(services.database) as work:
        api.finish(job_id)
    read = [statement for statement in work.about("latest_return") if "latest_return.mean_return" in statement]
    assert read == []
    assert "LatestReturn" not in work.objects


def test_the_end_of_an_evaluation_makes_no_objects_of_its_returns(api: ApiDriver, services: Services) -> None:
    run_id = api.launch()
    generalist = api.job(run_id)
    api.claim(generalist)
    api.report(generalist, started(), epoch(1))
    api.finish(generalist)
    job_id = api.job(run_id, "evaluation-1")
    api.claim(job_id)
    api.report(job_id, started(), evaluation(0, [0.1, 0.9, 0.2, 0.8]))
    with counted(services.database) as work:
        api.finish(job_id, "completed")
    assert api.get(f"/runs/{run_id}")["status"] == "awaiting_approval"
    assert "LatestReturn" not in work.objects
    assert [row["variation"] for row in api.get(f"/runs/{run_id}/gate")["evidence"]["variations"]] == [0, 2, 3, 1]


def test_plans_read_jobs_without_their_specifications(api: ApiDriver, services: Services) -> None:
    run_id = api.launch()
    with counted(services.database) as work:
        api.post(f"/runs/{run_id}/pause")
        api.post(f"/runs/{run_id}/cancel")
    assert work.objects["Job"] > 0
    assert [statement for statement in work.about("job") if "job.spec," in statement] == []


def test_the_ledger_reads_neither_jobs_nor_the_entries_of_epochs(api: ApiDriver, services: Services) -> None:
    job_id = api.job(api.launch())
    api.claim(job_id)
    api.report(job_id, started(), *(epoch(number) for number in range(1, 9)), evaluation(8, [0.5]))
    with counted(services.database) as work:
        ledger = api.get("/runs/1/ledger")
    assert work.objects == {"Run": 1}
    assert [(row["purpose"], row["steps"]) for row in ledger["rows"]] == [("evaluation", 40), ("training", 800)]
    [entries] = work.about("ledger_entry")
    assert "purpose IN" in entries


@pytest.mark.parametrize("seen", [1, 3])
def test_reports_build_no_statement_anew_and_write_run_and_job_once(
    api: ApiDriver, services: Services, seen: int
) -> None:
    job_id = api.job(api.launch())
    api.claim(job_id)
    api.report(job_id, started(), epoch(1), evaluation(1, [0.5]))
    built = (upsert._from_arrays, upsert._row_by_row, curve_rollups._stretch_means, curve_rollups._evaluation_means)
    before = [statement.cache_info().misses for statement in built]
    reports = [epoch(number) for number in range(2, 2 + seen)]
    with counted(services.database) as work:
        api.report(job_id, *reports, evaluation(1 + seen, [0.6]))
    assert [statement.cache_info().misses for statement in built] == before
    changed = [statement.split()[1] for statement in work.statements if statement.startswith("UPDATE")]
    assert sorted(changed) == ["job", "run"]
