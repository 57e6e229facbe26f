"""Suites that live workers lack: refused at launch, and queued runs say what they are waiting for."""

from datetime import timedelta

from gsl.backend.db.columns import now
from gsl.backend.db.models import Worker
from gsl.backend.domain.waiting import refusal, waits_for
from gsl.backend.services.app_services import Services
from gsl.config.run import SUITES
from gsl.protocol.dispatch import Need
from tests.backend.api_driver import BEARER, ApiDriver
from tests.backend.marks import ON_SQLITE

MAZE = {"preset": "forkmaze-quick"}


def message(api: ApiDriver, run_id: int) -> str:
    return str(api.get(f"/runs/{run_id}")["message"])


@ON_SQLITE
def test_without_any_worker_a_run_is_taken_and_waits(api: ApiDriver) -> None:
    run_id = api.launch()
    assert message(api, run_id) == waits_for(Need("forkmaze"), [])
    [waiting] = api.get("/queue")["waiting"]
    assert waiting == {
        "suite": "forkmaze", "worker_label": "", "video": False, "jobs": 1, "ready": 1, "runs": [run_id], "workers": [],
        "message": waits_for(Need("forkmaze"), []),
    }  # fmt: skip


@ON_SQLITE
def test_a_suite_that_no_live_worker_has_is_refused(api: ApiDriver) -> None:
    api.announce("a", "procgen", "elsewhere")
    api.announce("b", "elsewhere")
    problem = api.post("/runs", MAZE, 422)
    [error] = problem["errors"]
    assert error["field"] == "config.suite.name"
    assert all(word in error["message"] for word in ("forkmaze", "a (procgen, elsewhere)", "b ("))
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    arms = [{"name": "x", "config": {"suite": {"name": "forkmaze"}}}, {"name": "y"}]
    problem = api.post(f"/experiments/{experiment}/runs", {**MAZE, "arms": arms, "seeds": [0]}, 422)
    assert {error["field"] for error in problem["errors"]} == {"arms.0.config.suite.name", "config.suite.name"}
    assert api.get("/runs")["total"] == 0


@ON_SQLITE
def test_the_command_that_brings_the_suite_is_named(api: ApiDriver) -> None:
    api.announce("a", "forkmaze")
    problem = api.post("/runs", {"preset": "procgen-small"}, 422)
    assert SUITES["procgen"].install_hint() in problem["errors"][0]["message"]
    assert api.post("/runs/preview", {"preset": "procgen-small"})["jobs"] > 2


def test_a_run_that_waits_says_for_whom(api: ApiDriver, services: Services) -> None:
    run_id = api.launch()
    api.announce("a", "procgen")
    assert all(word in message(api, run_id) for word in ("forkmaze", "a (procgen)"))
    assert api.get("/queue")["waiting"][0]["workers"] == []
    api.announce("b", "forkmaze", "procgen")
    assert "forkmaze" in message(api, run_id)
    assert "procgen" not in message(api, run_id)
    assert api.get("/queue")["waiting"][0]["workers"] == ["b"]
    with services.database.write() as session:
        for worker in ("a", "b"):
            row = session.get(Worker, worker)
            assert row is not None
            row.last_seen = now() - timedelta(minutes=1)
    assert message(api, run_id) == waits_for(Need("forkmaze"), [])


@ON_SQLITE
def test_later_jobs_that_wait_are_told_beside_the_phase(api: ApiDriver) -> None:
    run_id = api.at_the_gate(config={"gate": {"mode": "auto"}})
    plain = message(api, run_id)
    api.announce("w1", "forkmaze")
    assert plain == f"{message(api, run_id)}; {waits_for(Need('forkmaze'), [])}"
    api.claim(api.job(run_id, "specialist-1-1"))
    assert api.get("/queue")["waiting"][0]["runs"] == []
    assert api.get("/queue")["waiting"][0]["jobs"] >= 1


@ON_SQLITE
def test_a_program_that_starts_workers_is_none_itself(api: ApiDriver) -> None:
    """It takes no job and lets every suite be launched, and what keeps it from starting workers is said of the runs."""

    def announce(trouble: str | None) -> None:
        info = {"name": "w (gsl slurm)", "host": "login", "device": "Slurm", "suites": [], "version": "0"}
        api.ask("PUT", "/workers/w (gsl slurm)", json={**info, "trouble": trouble}, headers=BEARER)

    announce(None)
    run_id = api.launch()
    assert message(api, run_id) == f"{waits_for(Need('forkmaze'), [])}; w (gsl slurm) starts workers"
    announce("sbatch: invalid partition")
    assert message(api, run_id).endswith("; w (gsl slurm) starts none: sbatch: invalid partition")
    assert api.get("/queue")["waiting"][0]["message"].endswith("invalid partition")
    assert (api.get("/queue")["waiting"][0]["workers"], api.get("/health")["live_workers"]) == ([], 0)
    api.announce("a", "procgen")
    assert "w (gsl" not in api.post("/runs", MAZE, 422)["errors"][0]["message"]


def test_a_suite_that_nobody_can_film_is_refused_for_that() -> None:
    """And not for the label, which the worker has."""
    worker = Worker(name="a", host="h", device="cpu", suites=["forkmaze"], labels=["fast"], version="0")
    for label in ("", "fast"):
        said = refusal(Need("forkmaze", label, video=True), [worker])
        assert said.startswith("no live worker can make videos of forkmaze; live workers: a (forkmaze")
    assert "the label slow" in refusal(Need("forkmaze", "slow", video=True), [worker])


@ON_SQLITE
def test_suites_say_who_runs_them_and_what_brings_them(api: ApiDriver) -> None:
    api.announce("a", "forkmaze")
    suites = {suite["name"]: suite for suite in api.get("/suites")}
    assert set(suites) == set(SUITES)
    assert (suites["forkmaze"]["runnable"], suites["forkmaze"]["workers"]) == (True, ["a"])
    assert (suites["procgen"]["runnable"], suites["procgen"]["workers"]) == (False, [])
    assert suites["procgen"]["install"] == SUITES["procgen"].install_hint()
    assert suites["forkmaze"]["install"] is None


@ON_SQLITE
def test_presets_tell_group_and_origins(api: ApiDriver) -> None:
    for preset in api.get("/presets"):
        assert isinstance(preset["group"], str)
        assert isinstance(preset["origins"], dict)
