"""A baseline goes on after a plateau: its page says whether the curve rose later."""

import pytest

from tests.backend.api_driver import PLATEAU, ApiDriver, epoch, started


def trained(api: ApiDriver, arm: str, later: list[float]) -> int:
    """A run whose generalist stood at 0.5 when H fired at epoch 20, and went on so."""
    run_id = api.launch(config={"arm": arm})
    job_id = api.job(run_id)
    api.claim(job_id)
    before = [min(0.5, 0.05 * number) for number in range(1, 21)]
    plateau = PLATEAU | {"start_epoch": 12, "detected_epoch": 20, "window": 8, "rise_bound": 0.04}
    fired = [epoch(20, before[-1], plateau=plateau)]
    reports = [epoch(number, value) for number, value in enumerate(before[:-1], start=1)] + fired
    api.report(job_id, started(), *reports)
    api.report(job_id, *(epoch(number, value) for number, value in enumerate(later, start=21)))
    return run_id


@pytest.mark.parametrize(
    ("arm", "later", "expected"),
    [
        ("generalist", [0.5] * 20, False),
        ("generalist", [0.5] * 10 + [0.9] * 10, True),
        ("generalist", [0.2] * 10, False),
        ("generalist", [], None),
        ("gsl", [0.5] * 10 + [0.9] * 10, None),
    ],
)
def test_a_baseline_says_whether_it_rose_later(
    api: ApiDriver, arm: str, later: list[float], expected: bool | None
) -> None:
    run_id = trained(api, arm, later)
    [plateau] = api.get(f"/runs/{run_id}/plateaus")
    assert plateau["rose_later"] is expected
    assert plateau["rise_bound"] == 0.04
    figure = api.get(f"/runs/{run_id}/figures/learning_curve")
    assert ("T: rose later" in [note["text"] for note in figure["layout"]["annotations"]]) == (expected is True)


def test_a_plateau_of_a_run_from_before_has_no_bound(api: ApiDriver) -> None:
    """Workers and rows of that time say nothing of the trend."""
    job_id = api.job(api.launch())
    api.claim(job_id)
    api.report(job_id, started(), epoch(1), epoch(2, plateau=PLATEAU))
    [plateau] = api.get("/runs/1/plateaus")
    assert (plateau["rise_bound"], plateau["rose_later"]) == (None, None)
