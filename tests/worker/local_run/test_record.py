"""The record of a run without a server: whole, small, and a server takes it in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gsl.config.run import RunConfig
from gsl.protocol.reports import EpochReport, EvaluationReport
from gsl.record import RunRecord, read, write
from gsl.worker.local_run import LocalRun
from gsl.worker.local_run.record import record_of
from tests.worker.local_run.test_run import TINY_RUN
from tests.worker.real_api import RealApi

ENDED = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> LocalRun:
    return LocalRun(TINY_RUN, tmp_path_factory.mktemp("run")).finish()


def test_it_holds_everything_the_run_said_and_decided(run: LocalRun, tmp_path: Path) -> None:
    record = record_of(run, "tiny", ENDED)
    assert [job.work.key for job in record.jobs] == [job.key for job in run.jobs]
    assert record.status == "succeeded"
    assert (record.ended_at, record.created_at < ENDED) == (ENDED, True)
    [gate] = record.gates
    assert gate.opening == run.openings[0]
    told = [report for job in record.jobs for report in job.reports if isinstance(report, EpochReport)]
    said = [line for key in run.specs for line in run.lines(key) if isinstance(line, EpochReport)]
    assert [report.job_steps for report in told] == [line.job_steps for line in said]
    assert [report.mean_return for report in told] == [pytest.approx(line.mean_return, rel=1e-5) for line in said]
    write(tmp_path / "run.json.gz", record)
    assert read(tmp_path / "run.json.gz") == record
    write(tmp_path / "again.json.gz", record)
    assert (tmp_path / "run.json.gz").read_bytes() == (tmp_path / "again.json.gz").read_bytes()


def test_jobs_side_by_side_start_from_the_same_steps(run: LocalRun) -> None:
    starts = {job.work.key: job.start_steps for job in record_of(run, "tiny", ENDED).jobs}
    assert starts["generalist-1"] == 0
    assert starts["specialist-1-1"] == starts["specialist-1-2"] > starts["evaluation-1"] > 0


def test_a_run_that_broke_off_says_where(tmp_path: Path) -> None:
    plain = RunConfig.model_validate(TINY_RUN.model_dump() | {"arm": "generalist"})
    first = LocalRun(plain, tmp_path).finish()
    [trained], [evaluated] = tmp_path.glob("generalist-1-*"), tmp_path.glob("evaluation-final-*")
    (trained / "resume.ckpt").write_text("no checkpoint")
    (evaluated / "result.json").unlink()
    broken = LocalRun(plain, tmp_path)
    with pytest.raises(RuntimeError) as raised:
        broken.finish()
    record = record_of(broken, "tiny", ENDED, error=f"Traceback\n  of it\n{raised.value}")
    assert (record.status, record.message) == ("failed", str(raised.value))
    assert [(job.work.key, job.status) for job in record.jobs] == [
        ("generalist-1", "succeeded"), ("evaluation-final", "failed"),
    ]  # fmt: skip
    assert record.jobs[0].result == first.result("generalist-1")
    assert "of it" in record.jobs[1].error


def test_a_server_takes_it_in(run: LocalRun, tmp_path: Path) -> None:
    record = record_of(run, "tiny", ENDED, arm_name="dapg")
    with RealApi(tmp_path) as api:
        there = api.client.import_run(record)
        assert (there.imported, there.status, there.arm_name) == (True, "succeeded", "dapg")
        assert there.spent_steps == sum(job.spent for job in run.jobs)
        assert api.client.ledger(there.id).spent_steps == there.spent_steps
        [opening] = run.openings
        gate = api.client.gate(there.id)
        assert gate is not None
        assert gate.status == "approved"
        assert [row.variation for row in gate.evidence.variations] == [row.variation for row in opening.estimates]
        ready = {figure.name for figure in api.client.figures(there.id) if figure.ready}
        assert {"learning_curve", "variation_histogram", "before_after", "ledger"} <= ready
        assert _timeless(api.client.record(there.id)) == _timeless(record)


def _timeless(record: RunRecord) -> RunRecord:
    """Without the seconds of evaluations and demonstrations, which a server does not keep."""
    jobs = tuple(
        job.model_copy(
            update={
                "reports": tuple(
                    report if not isinstance(report, EvaluationReport) and report.type != "demonstrations"
                    else report.model_copy(update={"seconds": 0.0})
                    for report in job.reports
                ),
                "result": None,
            }
        )
        for job in record.jobs
    )  # fmt: skip
    return record.model_copy(update={"jobs": jobs})
