"""Runs are steered, and gates decided, from a shell."""

import pytest

from tests.backend.api_driver import ApiDriver
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi


def test_runs_are_paused_resumed_and_cancelled(gsl: Gsl, server: RealApi) -> None:
    runs = [server.client.create_run("forkmaze-quick").id for _ in range(2)]
    for command, status in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        ended = gsl(command, *runs, "--json")
        assert ended.code == 0, ended.err
        assert [(run["id"], run["status"]) for run in ended.json] == [(run, status) for run in runs]
    refused = gsl("retry", runs[0])
    assert (refused.code, refused.out) == (3, "")
    assert "failed" in refused.err


def test_one_that_is_refused_keeps_no_other_back(gsl: Gsl, server: RealApi) -> None:
    run = server.client.create_run("forkmaze-quick").id
    ended = gsl("cancel", 999, run)
    assert ended.code == 3
    assert "999" in ended.err
    assert ended.out == f"Run {run}: Cancelled\n"
    assert server.client.run(run).status == "cancelled"


def test_runs_and_experiments_are_renamed(gsl: Gsl, server: RealApi) -> None:
    run = server.client.create_run("forkmaze-quick").id
    experiment = server.client.create_experiment("Before").id
    assert gsl("rename", run, "After").out == f"Run {run}: After\n"
    assert gsl("rename", experiment, "Guides, longer", "--experiment").out.endswith("Guides, longer\n")
    assert (server.client.run(run).name, server.client.experiment(experiment).name) == ("After", "Guides, longer")
    assert gsl("rename", run, "").code == 3
    assert gsl("rename", 999, "Of nothing", "--experiment").code == 3


def test_a_gate_is_approved_with_changes(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    run = driver.at_the_gate()
    wrong = gsl("approve", run, "--partition", "[[77]]")
    assert wrong.code == 3
    assert "partition.0" in wrong.err
    ended = gsl("approve", run, "--partition", "[[0],[2]]", "--reason", "alike", "--json")
    assert ended.code == 0, ended.err
    [gate] = ended.json
    assert (gate["decision"]["partition"], gate["reason"]) == ([[0], [2]], "alike")
    assert server.client.run(run).status == "specialists"
    assert gsl("approve", run).code == 3, "a gate is decided once"


@pytest.mark.parametrize("edit", [["--partition", "[[0]]"], ["--specialist-steps", "9000"], ["--start", "scratch"]])
def test_changes_are_for_a_single_run(gsl: Gsl, driver: ApiDriver, edit: list[str]) -> None:
    assert gsl("approve", 1, 2, *edit).code == 2


def test_a_partition_must_be_lists_of_variations(gsl: Gsl) -> None:
    for wrong in ("0,2", "[0]", '[["a"]]', "{}"):
        assert gsl("approve", 1, "--partition", wrong).code == 2


def test_several_gates_are_decided_at_once(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    runs = [driver.at_the_gate() for _ in range(4)]
    approved = gsl("approve", *runs[:2])
    assert approved.code == 0
    assert approved.out.count("approved") == 2
    assert gsl("keep-training", runs[2], "--reason", "still rising").out == f"Run {runs[2]}: keeps training\n"
    assert gsl("reject", runs[3]).out == f"Run {runs[3]}: stopped\n"
    assert [server.client.run(run).status for run in runs[2:]] == ["generalist", "succeeded"]
    gate = server.client.gate(runs[2])
    assert gate is not None
    assert (gate.action, gate.reason) == ("continue", "still rising")


def test_runs_and_experiments_go_into_the_bin_and_come_back(gsl: Gsl, server: RealApi) -> None:
    run = server.client.create_run("forkmaze-quick").id
    assert "cancel it" in gsl("delete", run).err
    server.client.cancel(run)
    assert gsl("delete", run).out == f"Run {run}: in the bin\n"
    assert run in [one["id"] for one in gsl("list", "bin", "--json").json]
    assert "run" in gsl("list", "bin").out
    assert gsl("undelete", run).out == f"Run {run}: restored\n"
    experiment = server.client.create_experiment("n").id
    assert gsl("delete", experiment, "--experiments").code == 0
    assert gsl("undelete", experiment, "--experiments").out == f"Experiment {experiment}: restored\n"
    assert gsl("undelete", 999).code == 3


def test_a_worker_is_drained_takes_jobs_again_and_is_not_removed_while_it_lives(
    gsl: Gsl, server: RealApi, driver: ApiDriver
) -> None:
    driver.announce("gpu box/1", "forkmaze")
    assert gsl("workers", "drain", "gpu box/1").out == "Worker gpu box/1: takes no new job\n"
    assert [each.draining for each in server.client.workers() if each.name == "gpu box/1"] == [True]
    assert gsl("workers", "resume", "gpu box/1").code == 0
    refused = gsl("workers", "remove", "gpu box/1")
    assert (refused.code, refused.out) == (3, "")
    assert "is live" in refused.err


def test_a_run_that_succeeded_is_continued(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    run = driver.launch(config={"arm": "generalist"})
    assert gsl("continue", run, 8192).code == 3, "it has not ended"
    driver.play(run, [0.5, 0.5])
    assert gsl("continue", run, 0).code == 2
    wrong = gsl("continue", run, 8192, "--with-baseline")
    assert (wrong.code, "no other arm" in wrong.err) == (3, True)
    ended = gsl("continue", run, 8192)
    assert ended.code == 0, ended.err
    assert "8,192" in ended.out or "8.2k" in ended.out
    shown = gsl("show", run)
    assert "after its result was seen" in " ".join(shown.out.split())
    assert server.client.run(run).continued_steps == 8192
    assert server.client.continuation(run).why_not
