"""The demo's table. The demo as a whole runs in tests/system."""

from client.demo import before_after
from client.models import VariationEstimate


def estimate(variation: int, success_rate: float | None, mean_return: float) -> VariationEstimate:
    return VariationEstimate(
        job_id=9, epoch=1, variation=variation, name=f"goal {variation}", source="evaluation", episodes=5,
        mean_return=mean_return, std_return=0.0, success_rate=success_rate, mean_length=3.0,
    )  # fmt: skip


def test_each_variation_is_shown_before_and_after_with_the_mean() -> None:
    table = before_after([(0, 0.0), (1, 1.0)], [estimate(0, 1.0, 9.0), estimate(1, 0.5, 9.0)])
    assert table.splitlines() == [
        "variation    before     after    change",
        "goal 0         0.00      1.00     +1.00",
        "goal 1         1.00      0.50     -0.50",
        "mean           0.50      0.75     +0.25",
    ]


def test_returns_stand_in_where_a_suite_has_no_success_and_gaps_stay_gaps() -> None:
    table = before_after([(0, 2.0), (1, None)], [estimate(0, None, 3.5), estimate(1, None, 4.0)])
    assert table.splitlines()[1:3] == [
        "goal 0         2.00      3.50     +1.50",
        "goal 1            -      4.00         -",
    ]
