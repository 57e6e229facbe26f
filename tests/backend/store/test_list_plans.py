"""Lists are found in the order of an index, so that a page of them takes no longer where there are ten thousand."""

import pytest

from gsl.backend.services.app_services import Services
from gsl.backend.store import run_exports, run_progress
from tests.backend.api_driver import ApiDriver, epoch, started
from tests.backend.counting import Work, counted
from tests.backend.marks import ON_SQLITE

pytestmark = ON_SQLITE


@pytest.fixture
def trained(api: ApiDriver) -> int:
    """A run whose generalist has succeeded, beside one that has not begun."""
    run_id = api.launch()
    job_id = api.job(run_id)
    api.claim(job_id)
    api.report(job_id, started(), epoch(1))
    api.finish(job_id)
    api.launch(config={"seed": 7})
    return run_id


def plan(services: Services, work: Work, *, of: str) -> str:
    """How SQLite goes about the only statement with these words."""
    [statement] = [each for each in work.statements if of in each]
    with services.database.engine.connect() as connection:
        unknown = (None,) * statement.count("?")
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", unknown)
        return "\n".join(row.detail for row in rows)


def test_the_list_of_runs_is_neither_sorted_nor_counted_by_its_rows(
    api: ApiDriver, services: Services, trained: int
) -> None:
    with counted(services.database) as work:
        assert api.get("/runs")["total"] == 2
    found = plan(services, work, of="ORDER BY run.created_at")
    assert "SEARCH run USING INDEX ix_run_listed" in found
    assert "TEMP B-TREE" not in found
    assert "COVERING INDEX ix_run_listed" in plan(services, work, of="SELECT count(*) AS count_1 \nFROM run")


def test_the_pace_of_a_suite_is_found_by_its_newest_runs(api: ApiDriver, services: Services, trained: int) -> None:
    with counted(services.database) as work, services.database.read() as session:
        [job] = run_progress._recent(session, "forkmaze")
    assert (job.key, job.status) == ("generalist-1", "succeeded")
    found = plan(services, work, of="LIMIT")
    assert "SEARCH run USING COVERING INDEX ix_run_suite (suite=?)" in found
    assert found.count("TEMP B-TREE") == 1, "only the jobs of those runs are sorted"


def test_the_line_is_read_from_the_index_of_the_queue(api: ApiDriver, services: Services, trained: int) -> None:
    with counted(services.database) as work:
        rows = api.get("/runs")["items"]
    assert [row["activity"].startswith("queued") for row in rows] == [True, True]
    assert "SEARCH job USING COVERING INDEX ix_job_queue (status=?)" in plan(services, work, of="row_number()")


def test_runs_to_export_are_found_by_their_own_choice(services: Services, trained: int) -> None:
    """Every server looks for them every two seconds."""
    with counted(services.database) as work, services.database.read() as session:
        assert run_exports.due(session, "tensorboard", False, 20) == []
    assert "INDEX ix_run_exporters" in plan(services, work, of="exporters IS NOT NULL")
