"""The tree of a run over REST: its parts in order, results, the critical path and forks."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from gsl.config.presets import PRESETS
from tests.backend.api_driver import ApiDriver, epoch, evaluation, started
from tests.backend.figures.stored_run import Size, store_run

SIZE = Size(generalist=24, specialist=8, finetune=40, seen=10, evaluate_every=8)


def flat(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [found for node in nodes for found in (node, *flat(node["children"]))]


@pytest.fixture
def run_id(services: Services) -> int:
    with services.database.write() as session:
        return store_run(session, PRESETS["forkmaze"].config, SIZE)


def test_a_finished_run_has_all_its_parts(api: ApiDriver, run_id: int) -> None:
    tree = api.get(f"/runs/{run_id}/tree")
    nodes = {node["key"]: node for node in flat(tree["nodes"])}
    assert [node["kind"] for node in tree["nodes"]] == [
        "generalist", "evaluation", "gate", "specialists", "finetune", "final_evaluation",
    ]  # fmt: skip
    assert [node["kind"] for node in nodes["generalist-1-1"]["children"]] == ["plateau"]
    specialists = [node for node in nodes["specialists-1-1"]["children"] if node["kind"] == "specialist"]
    assert nodes["specialist-1-3"]["state"] == "failed"
    best = [node["best"] for node in specialists]
    spread = nodes["specialists-1-1"]["spread"]
    assert (spread["worst"], spread["best"], spread["specialists"]) == (min(best), max(best), len(best))
    assert spread["done"] == len(best) - 1
    assert nodes["demonstrations-1-1"]["detail"] == "1 of 3 episodes kept"
    assert {node["best_of"] for node in specialists} == {"evaluation, epoch 8"}
    assert [node["critical"] for node in specialists].count(True) == 1
    ledger = api.get(f"/runs/{run_id}/ledger")
    assert tree["critical_path_steps"] == ledger["critical_path_steps"]


def test_the_best_evaluation_counts_and_not_the_latest(api: ApiDriver) -> None:
    run_id = api.launch()
    job = api.job(run_id)
    api.claim(job)
    measured = [evaluation(number, [success] * 2) for number, success in ((1, 0.2), (2, 0.7), (3, 0.7), (4, 0.4))]
    api.report(job, started(), *(each for report in measured for each in (epoch(report["epoch"], 0.9), report)))
    generalist = api.get(f"/runs/{run_id}/tree")["nodes"][0]
    assert (generalist["best"], generalist["best_of"]) == (pytest.approx(0.7), "evaluation, epoch 2")
    assert (generalist["jobs"], generalist["state"]) == ([job], "active")


def test_the_longest_branch_so_far_is_on_the_critical_path(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    waiting = {node["kind"]: node for node in api.get(f"/runs/{run_id}/tree")["nodes"]}
    assert waiting["gate"]["state"] == "active"
    assert waiting["gate"]["detail"].startswith("waits for a decision")
    api.post(f"/runs/{run_id}/gate/approve", {})
    jobs = [job for job in api.get(f"/runs/{run_id}/jobs") if job["kind"] == "specialist"]
    for job, epochs in zip(jobs, (1, 2), strict=False):
        api.claim(job["id"])
        api.report(job["id"], started(), *(epoch(number, returns=[]) for number in range(1, epochs + 1)))
    top = {node["kind"]: node for node in api.get(f"/runs/{run_id}/tree")["nodes"]}
    assert (top["gate"]["state"], top["specialists"]["state"]) == ("done", "active")
    assert top["gate"]["detail"].startswith("approved by owner")
    specialists = [node for node in top["specialists"]["children"] if node["kind"] == "specialist"]
    assert [node["critical"] for node in specialists[:2]] == [False, True]
    assert specialists[1]["variations"] == jobs[1]["variations"]
    assert specialists[1]["best_of"] == "training, epoch 2"


def test_a_fork_is_at_the_job_that_it_continues_and_tells_its_origin(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    checkpoint = next(file["id"] for file in api.get(f"/runs/{run_id}/artifacts") if file["kind"] == "checkpoint")
    fork = api.post("/runs", {"checkpoint_id": checkpoint}, 201)["id"]
    generalist = api.get(f"/runs/{run_id}/tree")["nodes"][0]
    assert [(node["kind"], node["run_id"]) for node in generalist["children"]] == [("plateau", None), ("fork", fork)]
    origin = api.get(f"/runs/{fork}/tree")["nodes"][0]
    assert (origin["kind"], origin["run_id"]) == ("origin", run_id)


def test_a_gate_that_was_never_decided_does_not_wait(api: ApiDriver) -> None:
    run_id = api.at_the_gate()
    api.post(f"/runs/{run_id}/cancel")
    gate = next(node for node in api.get(f"/runs/{run_id}/tree")["nodes"] if node["kind"] == "gate")
    assert (gate["state"], gate["detail"]) == ("cancelled", "never decided")


def test_a_new_run_has_parts_to_come_and_an_unknown_run_has_none(api: ApiDriver) -> None:
    nodes = flat(api.get(f"/runs/{api.launch()}/tree")["nodes"])
    assert {node["state"] for node in nodes} == {"pending"}
    api.get("/runs/999/tree", 404)
