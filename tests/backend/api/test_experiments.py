"""Experiments: arms x seeds at once, all or none; baselines at equal steps."""

from typing import Any

import pytest

from tests.backend.api_driver import ApiDriver, epoch, evaluation, started
from tests.backend.marks import ON_SQLITE

ARMS = [{"name": "DAPG"}, {"name": "none", "config": {"guide": {"name": "none"}, "budget": {"total_steps": 200_000}}}]
LAUNCH = {"preset": "forkmaze-quick", "config": {"gate": {"mode": "auto"}}, "arms": ARMS, "seeds": [3, 1]}


def begin(api: ApiDriver) -> int:
    return int(api.post("/experiments", {"name": "Demonstrations"}, 201)["id"])


def succeeded(api: ApiDriver, run_id: int) -> None:
    """The run is stopped at its gate, which is its good end."""
    api.post(f"/runs/{run_id}/gate/reject", {"action": "stop"})
    assert api.get(f"/runs/{run_id}")["status"] == "succeeded"


def test_arms_and_seeds_are_launched_at_once(api: ApiDriver) -> None:
    experiment = begin(api)
    runs = api.post(f"/experiments/{experiment}/runs", {**LAUNCH, "tags": ["a"]}, 201)
    assert [(run["arm_name"], run["seed"], run["total_steps"]) for run in runs] == [
        ("DAPG", 3, 160_000), ("DAPG", 1, 160_000), ("none", 3, 200_000), ("none", 1, 200_000)
    ]  # fmt: skip
    assert {run["config"]["gate"]["mode"] for run in runs} == {"auto"}
    assert {(run["experiment_name"], run["status"], run["arm"]) for run in runs} == {
        ("Demonstrations", "queued", "gsl")
    }
    assert len(api.get("/queue")["queued"]) == 4
    found = api.get("/runs", experiment_id=experiment, arm_name="none", sort="created_at")
    assert [run["id"] for run in found["items"]] == [runs[2]["id"], runs[3]["id"]]


@ON_SQLITE
def test_gates_are_automatic_unless_an_arm_asks(api: ApiDriver) -> None:
    arms = [{"name": "a"}, {"name": "b", "config": {"gate": {"mode": "ask"}}}]
    bare = {"preset": "forkmaze-quick", "arms": arms, "seeds": [0]}
    assert gate_modes(api, bare) == ["auto", "ask"]
    assert gate_modes(api, {**bare, "config": {"gate": {"mode": "ask"}}}) == ["ask", "ask"]
    assert gate_modes(api, {**bare, "config": {"gate": {"optimal_score": 0.9}}}) == ["auto", "ask"]


def gate_modes(api: ApiDriver, launch: dict[str, Any]) -> list[str]:
    return [run["config"]["gate"]["mode"] for run in api.post(f"/experiments/{begin(api)}/runs", launch, 201)]


@ON_SQLITE
def test_an_arm_gets_further_seeds_and_its_runs_that_failed_are_repeated(api: ApiDriver) -> None:
    experiment = begin(api)
    first = api.post(f"/experiments/{experiment}/runs", LAUNCH, 201)[0]["id"]
    api.post(f"/experiments/{experiment}/runs", {**LAUNCH, "seeds": [2]}, 201)
    problem = api.post(f"/experiments/{experiment}/runs", {**LAUNCH, "seeds": [7, 3]}, 422)
    [error] = problem["errors"]
    assert error["field"] == "seeds.1"
    assert f"run {first}" in error["message"]
    api.post(f"/runs/{first}/cancel")
    assert len(api.post(f"/experiments/{experiment}/runs", {**LAUNCH, "arms": ARMS[:1], "seeds": [3]}, 201)) == 1
    other = {**LAUNCH, "arms": [{"name": "DAPG", "config": {"learner": {"gamma": 0.9}}}], "seeds": [9]}
    problem = api.post(f"/experiments/{experiment}/runs", other, 422)
    assert problem["errors"][0]["field"] == "arms.0.name"


@ON_SQLITE
@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"arms": [{"name": "a"}, {"name": "b", "config": {"guide": {"name": "magic"}}}]}, "arms.1.config.guide.name",
         "dapg"),
        ({"arms": [{"name": "x", "config": {"suite": {"goals": 1}}}]}, "arms.0.config.suite.goals", "2"),
        ({"arms": [{"name": "x", "config": {"budget": {"total_steps": 70_000}}}]}, "arms.0.config.budget.total_steps",
         ""),
        ({"arms": [{"name": "x", "config": {"suite": {"goals": 2}}}], "config": {"specialists": {"count": 4}}},
         "arms.0.config.specialists.count", "4"),
        ({"config": {"learner": {"gamma": 7}}}, "config.learner.gamma", "1"),
        ({"arms": [{"name": "x"}, {"name": " x "}]}, "arms.1.name", "'x'"),
        ({"arms": [{"name": " "}]}, "arms.0.name", "1"),
        ({"arms": []}, "arms", "preset"),
        ({"seeds": [1, 2, 1]}, "seeds.2", "1"),
        ({"seeds": [-1]}, "seeds.0", "0"),
        ({"seeds": []}, "seeds", "1"),
        ({"seeds": list(range(60))}, "seeds", "120"),
        ({"preset": "chess"}, "preset", "'chess'"),
    ],
)  # fmt: skip
def test_what_cannot_be_launched_names_the_field_and_launches_nothing(
    api: ApiDriver, changes: dict[str, Any], field: str, message: str
) -> None:
    problem = api.post(f"/experiments/{begin(api)}/runs", {**LAUNCH, **changes}, 422)
    assert [error["field"] for error in problem["errors"]] == [field], problem
    assert message in problem["errors"][0]["message"]
    assert api.get("/runs")["total"] == 0


@ON_SQLITE
def test_runs_of_no_experiment(api: ApiDriver) -> None:
    assert "Experiment 77" in api.post("/experiments/77/runs", LAUNCH, 404)["detail"]
    assert api.get("/runs")["total"] == 0


@ON_SQLITE
def test_a_hundred_runs_are_launched_in_seconds(api: ApiDriver) -> None:
    arms = [{"name": f"arm {number}"} for number in range(10)]
    launch = {**LAUNCH, "arms": arms, "seeds": list(range(10))}
    assert len(api.post(f"/experiments/{begin(api)}/runs", launch, 201)) == 100


@ON_SQLITE
def test_a_baseline_may_spend_what_its_run_may(api: ApiDriver) -> None:
    run_id = api.launch(name="mine", config={"seed": 5, "guide": {"name": "none"}}, tags=["a"])
    baseline = api.post(f"/runs/{run_id}/baseline", status=201)
    run = api.get(f"/runs/{run_id}")
    for part in ("suite", "learner", "evaluation", "seed"):
        assert baseline["config"][part] == run["config"][part]
    assert (baseline["arm"], baseline["arm_name"], baseline["seed"]) == ("generalist", "generalist", 5)
    assert baseline["total_steps"] == baseline["config"]["budget"]["total_steps"] == run["total_steps"]
    assert (baseline["baseline_of"], run["baseline_id"]) == (run_id, baseline["id"])
    assert baseline["experiment_id"] == run["experiment_id"] is not None
    assert (run["experiment_name"], run["arm_name"], baseline["tags"]) == ("mine", "gsl", ["a"])
    [job] = api.get(f"/runs/{baseline['id']}/jobs")
    assert (job["key"], job["status"]) == ("generalist-1", "queued")


def test_a_baseline_of_an_ended_run_may_spend_what_that_spent(api: ApiDriver) -> None:
    experiment = begin(api)
    run_id = api.launch(experiment_id=experiment)
    generalist = api.job(run_id)
    api.claim(generalist)
    api.report(generalist, started(), epoch(1, steps=20_000), epoch(2, steps=20_000))
    api.finish(generalist)
    measuring = api.job(run_id, "evaluation-1")
    api.claim(measuring)
    api.report(measuring, started(), evaluation(0, [0.1, 0.9, 0.2, 0.8], steps=1234))
    api.finish(measuring, "completed")
    succeeded(api, run_id)
    baseline = api.post(f"/runs/{run_id}/baseline", status=201)
    assert baseline["total_steps"] == api.get(f"/runs/{run_id}/ledger")["spent_steps"] == 41_234
    assert baseline["experiment_id"] == experiment


@ON_SQLITE
def test_what_has_no_baseline_says_why(api: ApiDriver) -> None:
    plain = api.launch(config={"arm": "generalist"})
    assert f"Run {plain}" in api.post(f"/runs/{plain}/baseline", status=409)["detail"]
    unspent = api.cancelled()
    assert " 0 steps" in api.post(f"/runs/{unspent}/baseline", status=409)["detail"]
    assert api.get(f"/runs/{unspent}")["experiment_id"] is None
    assert "Run 99" in api.post("/runs/99/baseline", status=404)["detail"]


def test_a_second_baseline_is_refused_until_the_first_has_failed_or_is_gone(api: ApiDriver) -> None:
    run_id = api.launch()
    first = api.post(f"/runs/{run_id}/baseline", status=201)["id"]
    assert f"run {first}" in api.post(f"/runs/{run_id}/baseline", status=409)["detail"]
    api.post(f"/runs/{first}/cancel")
    second = api.post(f"/runs/{run_id}/baseline", status=201)["id"]
    assert api.get(f"/runs/{run_id}")["baseline_id"] == second
    api.post(f"/runs/{second}/cancel")
    api.post(f"/runs/{run_id}/cancel")
    api.ask("DELETE", f"/runs/{run_id}", 204)
    api.ask("DELETE", f"/bin/runs/{run_id}", 204)
    assert api.get(f"/runs/{second}")["baseline_of"] is None


@ON_SQLITE
def test_arms_that_differ_in_their_guide_alone_share_their_baseline(api: ApiDriver) -> None:
    experiment = begin(api)
    arms = [{"name": "A"}, {"name": "B", "config": {"budget": {"total_steps": 200_000}}}, {"name": "A again"}]
    runs = api.post(f"/experiments/{experiment}/runs", {**LAUNCH, "arms": arms, "seeds": [0]}, 201)
    first, second, third = (run["id"] for run in runs)
    assert api.post(f"/runs/{first}/baseline", status=201)["arm_name"] == "generalist"
    assert api.post(f"/runs/{second}/baseline", status=201)["arm_name"] == "generalist for B"
    api.post(f"/runs/{third}/baseline", status=409)


@ON_SQLITE
def test_a_preset_with_arms_needs_no_others(api: ApiDriver) -> None:
    [preset] = [one for one in api.get("/presets") if one["name"] == "forkmaze-guides"]
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    path = f"/experiments/{experiment}/runs"
    launched = api.post(path, {"preset": "forkmaze-guides", "seeds": [0, 1]}, 201)
    assert [run["arm_name"] for run in launched] == [name for name in preset["arms"] for _ in range(2)]
    guides = {run["arm_name"]: run["config"]["guide"]["name"] for run in launched if run["arm"] == "gsl"}
    assert guides == {"DAPG": "dapg", "GAIL": "gail", "DAgger": "dagger"}
    [own] = api.post(path, {"preset": "forkmaze-guides", "arms": [{"name": "mine"}], "seeds": [0]}, 201)
    assert own["arm_name"] == "mine"
    [error] = api.post(path, {"seeds": [0]}, 422)["errors"]
    assert error["field"] == "arms"


def test_an_experiment_says_what_its_runs_wait_for(api: ApiDriver) -> None:
    experiment = begin(api)
    assert api.get(f"/experiments/{experiment}")["activity"] == ""
    api.announce("w1", "forkmaze")
    api.at_the_gate(experiment_id=experiment)
    going = api.launch(experiment_id=experiment, config={"seed": 1})
    api.claim(api.job(going))
    for seed in (2, 3):
        api.launch(experiment_id=experiment, config={"seed": seed}, worker_label="a100")
    said = "1 run trains, 1 waits for approval, 2 wait for a worker with label a100"
    assert api.get(f"/experiments/{experiment}")["activity"] == said
    assert [one["activity"] for one in api.get("/experiments")["items"]] == [said]


def test_experiments_are_found_by_their_text(api: ApiDriver) -> None:
    for name, description in (("Guides 100%", ""), ("Learners", "all guides"), ("Seeds", "")):
        api.post("/experiments", {"name": name, "description": description}, 201)
    found = [each["name"] for each in api.get("/experiments", q="GUIDES")["items"]]
    assert found == ["Learners", "Guides 100%"]
    assert api.get("/experiments", q="100%")["total"] == 1
    assert api.get("/experiments", q="%")["total"] == 1
