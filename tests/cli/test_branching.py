"""The tree of a run in a terminal."""

import pytest

from tests.backend.api_driver import ApiDriver
from tests.browser.many_specialists import SPECIALISTS, many_specialists
from tests.cli.conftest import Gsl


@pytest.fixture(scope="module")
def run_id(driver: ApiDriver) -> int:
    return many_specialists(driver)


def test_many_specialists_are_one_line_unless_all_are_asked_for(
    gsl: Gsl, run_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    shown = gsl("tree", run_id).out
    assert f"{SPECIALISTS} of {SPECIALISTS} done" in shown
    assert "worst 1.000, median 7.500, best 14.000" in shown
    assert "Plateau  since epoch 12, detected at epoch 20" in shown
    assert "* Fine-tuning" in shown
    assert "--all lists them" in shown
    assert shown.count("Specialist ") == 1, "the one on the critical path"
    assert gsl("tree", run_id, "--all").out.count("Specialist ") == SPECIALISTS


def test_json_is_the_servers_answer(gsl: Gsl, run_id: int, driver: ApiDriver) -> None:
    assert gsl("tree", run_id, "--json").json == driver.get(f"/runs/{run_id}/tree")


def test_what_a_failure_says_does_not_steer_the_terminal(gsl: Gsl, driver: ApiDriver) -> None:
    run = driver.launch()
    job = driver.job(run)
    driver.claim(job)
    driver.finish(job, None, status="failed", error="Traceback\n[red]bold\x1b[31m")
    shown = gsl("tree", run)
    assert "[red]bold" in shown.out
    assert "\x1b" not in shown.out
    assert gsl("tree", 999_999).code == 3
