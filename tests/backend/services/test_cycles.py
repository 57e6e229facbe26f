"""A run of two cycles over REST: gates of both, evaluations told apart, clusters by what an evaluation reported."""

from typing import Any

from tests.backend.api_driver import ApiDriver, epoch, evaluation, started

TWO_CYCLES = {"cycles": {"count": 2}, "budget": {"total_steps": 400_000}}


def work(api: ApiDriver, run_id: int, key: str, *reports: dict[str, Any], outcome: str = "completed") -> None:
    job = api.job(run_id, key)
    api.claim(job)
    api.report(job, started(), *reports)
    api.finish(job, outcome)


def specialists(api: ApiDriver, run_id: int, cycle: int) -> None:
    api.post(f"/runs/{run_id}/gate/approve", {})
    counts = {"type": "demonstrations", "steps": 30, "seconds": 0.1, "counts": []}
    for index in (1, 2):
        work(api, run_id, f"specialist-{cycle}-{index}", epoch(1, returns=[]))
    for index in (0, 1, 2):
        work(api, run_id, f"demonstrations-{cycle}-{index}", counts)
    if cycle == 1:
        work(api, run_id, "evaluation-before", evaluation(0, [0.1, 0.9, 0.2, 0.8]))
    work(api, run_id, f"finetune-{cycle}", epoch(1), outcome="budget")


def test_two_cycles(api: ApiDriver) -> None:
    run_id = api.at_the_gate(config=TWO_CYCLES)
    specialists(api, run_id, 1)
    assert api.get(f"/runs/{run_id}")["status"] == "evaluation"
    work(api, run_id, "evaluation-2-1", evaluation(0, [0.6, 0.9, 0.2, 0.8]))
    run = api.get(f"/runs/{run_id}")
    assert (run["status"], run["cycle"]) == ("awaiting_approval", 2)
    gates = api.get(f"/runs/{run_id}/gates")
    assert [(gate["cycle"], gate["status"]) for gate in gates] == [(1, "approved"), (2, "open")]
    assert "+0.125" in gates[1]["evidence"]["why"]
    assert sorted(v for part in gates[1]["proposal"]["partition"] for v in part) == [0, 2]
    specialists(api, run_id, 2)
    work(api, run_id, "evaluation-final", evaluation(0, [0.9, 0.9, 0.9, 0.8]))
    assert api.get(f"/runs/{run_id}")["status"] == "succeeded"
    for name in ("specialists", "learning_curve", "variation_histogram", "before_after"):
        assert api.get(f"/runs/{run_id}/figures/{name}")["data"]


def test_a_cycle_that_gains_too_little_ends_the_run(api: ApiDriver) -> None:
    run_id = api.at_the_gate(config=TWO_CYCLES)
    specialists(api, run_id, 1)
    work(api, run_id, "evaluation-2-1", evaluation(0, [0.1, 0.9, 0.2, 0.8]))
    run = api.get(f"/runs/{run_id}")
    assert run["status"] == "succeeded"
    assert all(value in run["message"] for value in ("+0.000", "0.005"))


def test_variations_are_clustered_by_reported_features(api: ApiDriver) -> None:
    """Features tell {0, 3} from {1, 2}; without them nothing would."""
    config = {"specialists": {"partition": "clustered", "variations_each": 2}}
    run_id = api.launch(config=config)
    work(api, run_id, "generalist-1", epoch(1))
    seen = [{"variation": v, "features": [50.0 * (v in (1, 2)), 1.0]} for v in range(4)]
    job = api.job(run_id, "evaluation-1")
    api.claim(job)
    report = {**evaluation(0, [0.5, 0.5, 0.5, 0.5]), "features": seen}
    foreign = {**report, "features": [{"variation": 99, "features": [0.0]}]}
    api.report(job, started(), foreign, status=422)
    api.report(job, started(), report)
    api.report(job, report)
    api.finish(job, "completed")
    partition = api.get(f"/runs/{run_id}/gate")["proposal"]["partition"]
    assert partition == [[0, 3], [1, 2]]


def test_halved_specialists_are_told_apart_by_their_own_evaluations(api: ApiDriver) -> None:
    """The better of two trains on in a second rung; its two jobs are one curve."""
    config = {"specialists": {"rungs": 2, "steps": 20_480}, "budget": {"total_steps": 400_000}}
    run_id = api.at_the_gate(config=config)
    api.post(f"/runs/{run_id}/gate/approve", {})
    for index, reached in ((1, 0.9), (2, 0.0)):
        key = f"specialist-1-{index}"
        variations = api.get(f"/jobs/{api.job(run_id, key)}")["variations"]
        measured = {**evaluation(1, [reached]), "training": [_measured(variations[0], reached)]}
        work(api, run_id, key, epoch(1, returns=[]), measured)
    started_anew = [job["key"] for job in api.get(f"/runs/{run_id}/jobs") if job["status"] == "queued"]
    assert set(started_anew) >= {"specialist-1-1-2", "demonstrations-1-2"}
    assert not any(key in started_anew for key in ("specialist-1-2-2", "demonstrations-1-1"))
    assert "rung 2 of 2" in api.get(f"/runs/{run_id}")["message"]
    work(api, run_id, "specialist-1-1-2", epoch(1, returns=[]))
    panels = api.get(f"/runs/{run_id}/figures/specialists")["data"]
    assert len([trace for trace in panels if trace["name"] == "Specialist"]) == 2


def _measured(variation: int, reached: float) -> dict[str, Any]:
    return {
        "variation": variation, "episodes": 5, "mean_return": reached, "std_return": 0.1, "success_rate": reached,
        "mean_length": 9.0,
    }  # fmt: skip
