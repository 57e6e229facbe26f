"""What is said of a run that ended, at the real API."""

from pathlib import Path

from client.before_after import result_of
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.record import read
from tests.worker.real_api import RealApi

RECORD = Path(__file__).parents[2] / "benchmarks" / "results" / "gsl_forkmaze" / "forkmaze-dapg-1.json.gz"


def test_before_is_the_fresh_measurement(tmp_path: Path) -> None:
    """Not the gate's, which selected the variations; the run's latest returns are those of its last evaluation."""
    with RealApi(tmp_path / "data") as api:
        run = api.client.import_run(read(RECORD))
        [job] = [job.id for job in api.client.jobs(run.id) if job.key == BEFORE_EVALUATION]
        measured = api.client.returns(run.id, source="evaluation", job=job).items
        lines = result_of(api.client, run)
    rows = {line[:6]: line.split()[2] for line in lines if line.startswith("goal")}
    assert rows == {row.name[:6]: f"{row.success_rate:.2f}" for row in measured}
    assert len(rows) == 10
    assert not any("overstated" in line for line in lines)
