"""Lists, and everything about one run."""

import pytest

from tests.backend.api_driver import ApiDriver
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi


def test_runs_are_found_by_status_text_tag_and_suite(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    driver.announce("w1", "forkmaze", "gymnasium")
    first = server.client.create_run("forkmaze-quick", name="needle", tags=["hay"])
    second = server.client.create_run("gymnasium-cartpole")
    server.client.cancel(second.id)

    def found(*filters: object) -> list[int]:
        return [run["id"] for run in gsl("list", *filters, "--json").json]

    assert found()[:2] == [second.id, first.id]
    assert found("--limit", 1) == [second.id]
    assert found("--status", "cancelled")[0] == second.id
    assert found("--status", "cancelled", "--status", "queued")[:2] == [second.id, first.id]
    assert found("--search", "needle") == found("--tag", "hay") == [first.id]
    assert found("--suite", "forkmaze")[0] == first.id
    shown = gsl("list")
    assert "needle" in shown.out
    assert "Cancelled" in shown.out
    assert (
        found("--query", "name ~ NEEDLE or tag = nothing")
        == found("--search", "needle", "--query", "id > 0")
        == [first.id]
    )
    oldest = found("--sort=id")
    assert oldest == sorted(oldest)
    assert oldest[0] <= first.id
    refused = gsl("list", "--query", "statsu = failed")
    assert (refused.code, "status" in refused.err) == (3, True)
    assert gsl("list", "--search", "nowhere").out == "Nothing found.\n"


def test_what_a_server_has_is_listed(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    driver.announce("w1", "forkmaze")
    server.client.create_experiment("Seeds")
    for what, name in (
        ("experiments", "Seeds"),
        ("presets", "forkmaze-quick"),
        ("suites", "forkmaze"),
        ("workers", "w1"),
    ):
        assert name in gsl("list", what).out
        assert name in [one["name"] for one in gsl("list", what, "--json").json]


def test_workers_are_listed_with_how_busy_they_are(
    gsl: Gsl, server: RealApi, driver: ApiDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    gpu = {"name": "H100", "memory_used": 10 << 30, "memory_total": 80 << 30, "use": 0.45}
    memory = {"memory_used": 3 << 30, "memory_total": 8 << 30}
    use = {"processor": 1.5, "cores": 16, **memory, "gpus": [gpu], "steps_per_second": 12345.6}
    driver.announce("busy one", "forkmaze", use=use)
    driver.announce("earlier", "forkmaze")
    [line] = [line for line in gsl("list", "workers").out.splitlines() if line.startswith("busy one")]
    for shown in ("1.5 of 16", "3.0 of 8.0 GiB", "10.0 of 80.0 GiB, 45%", "12,346"):
        assert shown in line
    [sample] = server.client.worker_usage("busy one", hours=1).samples[-1:]
    assert sample.use.gpus[0].use == 0.45
    assert server.client.worker_usage("earlier").samples == ()


def test_a_run_is_shown_with_its_gate_and_jobs(gsl: Gsl, driver: ApiDriver) -> None:
    run = driver.at_the_gate(name="[red]bold\x1b[31m")
    shown = gsl("show", run)
    assert "[red]bold" in shown.out, "no markup"
    assert "\x1b" not in shown.out, "a name does not steer the terminal"
    assert all(word in shown.out for word in ("Awaiting approval", "Gate: ", f"gsl approve {run}", "generalist-1"))
    whole = gsl("show", run, "--json").json
    assert (whole["id"], whole["gate"]["status"], whole["jobs"][0]["key"]) == (run, "open", "generalist-1")
    driver.post(f"/runs/{run}/gate/reject", {"action": "stop", "reason": "enough"})
    decided = gsl("show", run)
    assert "rejected by owner: enough" in decided.out
    assert f"Run {run} " in decided.out


def test_runs_are_narrowed_to_ones_own_and_to_a_project(gsl: Gsl, server: RealApi) -> None:
    project = server.client.create_project("Maze paper")
    run = gsl("launch", "forkmaze-quick", "--project", "Maze paper", "--json").json
    assert (run["project_id"], run["project_name"], run["owner"]) == (project.id, "Maze paper", "owner")
    for name in ("Maze paper", project.id):
        assert [one["id"] for one in gsl("list", "--project", name, "--json").json] == [run["id"]]
    assert run["id"] in [one["id"] for one in gsl("list", "--mine", "--json").json]
    assert [one["runs"] for one in gsl("list", "projects", "--json").json] == [1]
    assert "Maze paper" in gsl("list", "projects").out
    assert (gsl("list", "--project", "nowhere").code, gsl("list", "experiments", "--mine").code) == (3, 0)
    assert gsl("move", run["id"], "--project", "none").out == f"Run {run['id']}: in no project\n"
    assert gsl("move", run["id"], "--project", project.id).out == f"Run {run['id']}: Maze paper\n"
