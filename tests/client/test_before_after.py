"""The result of a run as text."""

from pathlib import Path

from gsl.client.before_after import before_after, result_of
from gsl.client.models import GateVariation, VariationEstimate
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.record import read
from tests.worker.real_api import RealApi

RECORD = Path(__file__).parents[2] / "benchmarks" / "results" / "gsl_forkmaze" / "forkmaze-dapg-1.json.gz"


def estimate(variation: int, success_rate: float | None, mean_return: float, episodes: int = 20) -> VariationEstimate:
    return VariationEstimate(
        job_id=9, epoch=1, variation=variation, name=f"goal {variation}", source="evaluation", episodes=episodes,
        mean_return=mean_return, std_return=0.5, success_rate=success_rate, mean_length=3.0, mark="",
    )  # fmt: skip


def test_each_variation_is_shown_before_and_after_with_what_is_sure() -> None:
    before = [estimate(0, 0.0, 9.0), estimate(1, 1.0, 9.0), estimate(2, 0.5, 9.0)]
    table = before_after(before, [estimate(0, 1.0, 9.0), estimate(1, 0.25, 9.0), estimate(2, 0.6, 9.0)])
    assert table.splitlines() == [
        "variation    before     after    change       95% interval",
        "goal 0         0.00      1.00     +1.00     +0.77 to +1.00  gained",
        "goal 1         1.00      0.25     -0.75     -0.89 to -0.48  forgotten",
        "goal 2         0.50      0.60     +0.10     -0.19 to +0.37",
        "mean           0.50      0.62     +0.12     -2.06 to +2.29",
    ]


def test_returns_stand_in_where_a_suite_has_no_success_and_gaps_stay_gaps() -> None:
    after = [estimate(0, None, 3.5), estimate(1, None, 4.0)]
    table = before_after([estimate(0, None, 2.0)], after)
    assert table.splitlines()[1:] == [
        "goal 0         2.00      3.50     +1.50     +1.18 to +1.82  gained",
        "goal 1            -      4.00         -",
        "mean           2.00      3.50     +1.50",
    ]


def test_a_gates_evidence_stands_in_for_a_fresh_measurement() -> None:
    evidence = [GateVariation(variation=0, name="a", episodes=20, mean_return=2.0, lower_bound=1.0, success_rate=None)]
    assert "+1.50" in before_after(evidence, [estimate(0, None, 3.5)])


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
