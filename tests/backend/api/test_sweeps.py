"""Sweeps over REST: trials with tuning seeds, the next as one ends, results on other seeds, and what is refused."""

from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from gsl.backend.services.sweep_steps import go_on
from tests.backend.api_driver import ApiDriver, epoch, evaluation, started
from tests.backend.marks import ON_SQLITE
from tests.backend.people import token

RATE = {"type": "float", "low": 1e-4, "high": 1e-2, "log": True}
SPACE = {"learner.learning_rate": RATE, "learner.network.activation": {"type": "choice", "choices": ["tanh", "relu"]}}
SWEEP: dict[str, Any] = {
    "name": "lr<3e-4>fast", "preset": "forkmaze-quick", "config": {"arm": "generalist"}, "space": SPACE, "trials": 3,
    "at_once": 2, "tuning_seeds": [7, 8],
}  # fmt: skip


def begin(api: ApiDriver, **changes: Any) -> Any:
    return api.post("/sweeps", {**SWEEP, **changes}, 201)


def sweep_of(api: ApiDriver, begun: Any) -> Any:
    return api.get(f"/experiments/{begun['experiment_id']}/sweep")


def evaluated(api: ApiDriver, run_id: int, number: int, mean: float) -> None:
    """The run's generalist reports an evaluation after this many intervals of five epochs."""
    job = api.job(run_id)
    if number == 1:
        api.claim(job)
        api.report(job, started())
    first = 5 * number - 4
    epochs = [epoch(each, steps=4096) for each in range(first, first + 5)]
    api.report(job, *epochs, evaluation(first + 4, [mean] * 4, steps=0))


def test_a_sweep_launches_trials_as_they_end_and_results_on_other_seeds(api: ApiDriver, services: Services) -> None:
    begun = begin(api)
    assert [(trial["state"], trial["seed"]) for trial in begun["trials"]] == [("running", 7), ("running", 8)]
    assert (begun["planned"], begun["ended"], begun["best"], begun["status"]) == (3, 0, None, "running")
    assert go_on(services) == []
    first, second = (trial["run_id"] for trial in begun["trials"])
    run = api.get(f"/runs/{first}")
    assert (run["seed"], run["owner"], run["experiment_name"]) == (7, "owner", "lr<3e-4>fast")
    tried = begun["trials"][0]["params"]
    assert run["config"]["learner"]["learning_rate"] == tried["learner.learning_rate"]
    assert 1e-4 <= tried["learner.learning_rate"] <= 1e-2
    api.post(f"/experiments/{begun['experiment_id']}/sweep/results", {"seeds": [1]}, 409)
    api.play(first, [0.25] * 4)
    assert go_on(services) == [begun["experiment_id"]]
    assert go_on(services) == []
    api.play(second, [0.75] * 4)
    go_on(services)
    api.post(f"/runs/{sweep_of(api, begun)['trials'][2]['run_id']}/cancel")
    go_on(services)
    ended = sweep_of(api, begun)
    assert [(trial["state"], trial["value"]) for trial in ended["trials"]] == [
        ("complete", 0.25), ("complete", 0.75), ("failed", None)
    ]  # fmt: skip
    assert "cancelled" in ended["trials"][2]["reason"]
    assert (ended["status"], ended["best"], ended["ended"]) == ("finished", 1, 3)
    assert go_on(services) == []
    made = api.post(f"/experiments/{begun['experiment_id']}/sweep/results", {"seeds": [1, 2], "untuned": True}, 201)
    assert (made["results_of"], made["runs"]) == (begun["experiment_id"], 4)
    launched = api.get("/runs", experiment_id=made["id"], sort="created_at")["items"]
    assert [(each["arm_name"], each["seed"]) for each in launched] == [
        ("trial 1", 1), ("trial 1", 2), ("untuned", 1), ("untuned", 2)
    ]  # fmt: skip
    assert [result["experiment_id"] for result in sweep_of(api, begun)["results"]] == [made["id"]]
    assert api.get(f"/experiments/{begun['experiment_id']}")["sweep"]


def test_trials_are_pruned_at_their_evaluations_and_their_steps_count(api: ApiDriver, services: Services) -> None:
    begun = begin(api, at_once=1, pruner={"name": "median", "startup_trials": 1})
    first = begun["trials"][0]["run_id"]
    for number, mean in ((1, 0.4), (2, 0.8)):
        evaluated(api, first, number, mean)
        assert go_on(services) == [begun["experiment_id"]], "each evaluation is looked at once"
        assert go_on(services) == []
    api.finish(api.job(first), "budget")
    api.play(first, [0.8] * 4)
    go_on(services)
    second = sweep_of(api, begun)["trials"][1]["run_id"]
    evaluated(api, second, 1, 0.1)
    go_on(services)
    assert sweep_of(api, begun)["trials"][1]["state"] == "running", "one evaluation of warm-up"
    evaluated(api, second, 2, 0.2)
    go_on(services)
    pruned = sweep_of(api, begun)["trials"][1]
    assert (pruned["state"], pruned["value"], pruned["points"][-1]) == ("pruned", 0.2, [40_960, 0.2])
    assert pruned["steps"] == 40_960
    api.finish(api.job(second), None, status="cancelled")
    go_on(services)
    run = api.get(f"/runs/{second}")
    assert (run["status"], run["message"]) == ("cancelled", pruned["reason"])
    assert pruned["reason"].startswith("pruned at 40,960 steps with score 0.200")
    found = sweep_of(api, begun)
    assert len(found["trials"]) == 3
    assert found["steps"] == sum(trial["steps"] for trial in found["trials"])


@ON_SQLITE
def test_a_stopped_sweep_launches_nothing_more(api: ApiDriver, services: Services) -> None:
    begun = begin(api)
    path = f"/experiments/{begun['experiment_id']}/sweep/stop"
    stopped = api.post(path, {})
    assert (stopped["status"], stopped["message"]) == ("stopped", "stopped by owner")
    assert go_on(services) == [begun["experiment_id"]]
    assert {trial["state"] for trial in sweep_of(api, begun)["trials"]} == {"failed"}
    assert go_on(services) == []
    assert len(sweep_of(api, begun)["trials"]) == 2
    assert "stopped" in api.post(path, {}, 409)["detail"]
    going = begin(api, at_once=1)
    api.post(f"/experiments/{going['experiment_id']}/sweep/stop", {"cancel_running": False})
    api.play(going["trials"][0]["run_id"], [0.5] * 4)
    go_on(services)
    assert [trial["state"] for trial in sweep_of(api, going)["trials"]] == ["complete"]


@ON_SQLITE
def test_settings_that_do_not_fit_together_fail_their_trial_alone(api: ApiDriver, services: Services) -> None:
    space = {
        "specialists.count": {"type": "choice", "choices": [1, 4]},
        "specialists.steps": {"type": "choice", "choices": [16_384, 28_000]},
    }
    begun = begin(api, config={}, sampler="grid", space=space, trials=4, at_once=4)
    states = {tuple(trial["params"].values()): trial["state"] for trial in begun["trials"]}
    assert len(states) == 4
    failed = [trial for trial in begun["trials"] if trial["state"] == "failed"]
    assert [tuple(trial["params"].values()) for trial in failed] == [(4, 28_000)]
    assert "fit together" in failed[0]["reason"]
    assert failed[0]["run_id"] is None


@ON_SQLITE
def test_a_quota_makes_a_sweep_wait(api: ApiDriver, services: Services) -> None:
    ada = token(services, "ada", "member")
    api.ask("PUT", "/people/ada/quota", json={"steps_a_day": 200_000})
    begun = api.ask("POST", "/sweeps", 201, json=SWEEP, headers=ada)
    assert len(begun["trials"]) == 1
    assert "quota of environment steps a day of ada" in begun["message"]
    api.ask("POST", "/sweeps", 409, json=SWEEP, headers=ada)
    assert len(api.get("/experiments")["items"]) == 1, "what is refused leaves nothing"
    api.ask("PUT", "/people/ada/quota", json={})
    go_on(services)
    assert (len(sweep_of(api, begun)["trials"]), sweep_of(api, begun)["message"]) == (2, "")


@ON_SQLITE
def test_a_sweep_in_the_bin_does_not_go_on(api: ApiDriver, services: Services) -> None:
    begun = begin(api, at_once=1)
    place = f"/experiments/{begun['experiment_id']}"
    api.ask("DELETE", place, 409)
    api.post(f"/runs/{begun['trials'][0]['run_id']}/cancel")
    api.ask("DELETE", place, 204)
    assert go_on(services) == []
    api.get(f"{place}/sweep", 404)
    api.post(f"/bin{place}/restore")
    assert go_on(services) == [begun["experiment_id"]]
    assert [trial["state"] for trial in sweep_of(api, begun)["trials"]] == ["failed", "running"]


def _space(path: str, **searched: Any) -> dict[str, Any]:
    return {"space": {path: searched}}


@ON_SQLITE
@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        (_space("learner.learning_rat", **RATE), "space.learner.learning_rat", "learner.learning_rate"),
        (_space("learner", **RATE), "space.learner", "part"),
        (_space("seed", type="int", low=0, high=3), "space.seed", "tuning_seeds"),
        (_space("learner.gamma", low=0.5, high=0.5), "space.learner.gamma.high", "one point"),
        (_space("learner.gamma", low=0.9, high=0.5), "space.learner.gamma.high", "wrong way"),
        (_space("learner.gamma", low=0.9), "space.learner.gamma.high", "required"),
        (_space("learner.gamma", low=0.9, high=1.5), "space.learner.gamma.high", "1"),
        (_space("learner.ent_coef", low=0, high=0.1, log=True), "space.learner.ent_coef.low", "above 0"),
        (_space("learner.gamma", low=0.9, high=0.99, points=3), "space.learner.gamma.points", "grid"),
        (_space("learner.num_envs", low=16, high=64), "space.learner.num_envs.type", "integer"),
        (_space("specialists.count", type="int", low=1.5, high=3), "space.specialists.count.low", "whole"),
        (_space("specialists.start", type="choice", choices=["clone", "copy"]), "space.specialists.start.choices.1",
         "scratch"),
        (_space("learner.gamma", type="choice", choices=[0.9, "0.99"]), "space.learner.gamma.choices.1", "0.99"),
        (_space("learner.gamma", type="choice", choices=[0.9]), "space.learner.gamma.choices", "two"),
        (_space("learner.gamma", type="choice", choices=[0.9, 0.9]), "space.learner.gamma.choices.1", "again"),
        ({"sampler": "grid"}, "space.learner.learning_rate.points", "required"),
        (_space("specialists.count", type="int", low=1, high=4) | {"sampler": "grid"}, "trials", "4 points"),
        (_space("total_steps", type="int", low=1, high=1e15) | {"sampler": "grid"}, "space.total_steps.points", "many"),
        (_space("total_steps", type="int", low=1, high=1e300), "space.total_steps.high", "2^53"),
        ({"space": {}}, "space", "1"),
        ({"trials": 0}, "trials", "1"),
        ({"tuning_seeds": []}, "tuning_seeds", "1"),
        ({"preset": "chess"}, "preset", "chess"),
        ({"config": {"learner": {"gamma": 7}}}, "config.learner.gamma", "1"),
        ({"config": {"evaluation": {"every_epochs": 0}}, "pruner": {"name": "median"}},
         "config.evaluation.every_epochs", "pruned"),
        ({"project_id": 99}, "project_id", "99"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_names_the_field_and_stores_nothing(
    api: ApiDriver, changes: dict[str, Any], field: str, message: str
) -> None:
    problem = api.post("/sweeps", {**SWEEP, **changes}, 422)
    assert [error["field"] for error in problem["errors"]] == [field], problem
    assert message in problem["errors"][0]["message"]
    assert api.get("/experiments")["total"] == 0


@ON_SQLITE
def test_results_have_seeds_of_their_own(api: ApiDriver, services: Services) -> None:
    begun = begin(api, at_once=1)
    api.play(begun["trials"][0]["run_id"], [0.5] * 4)
    go_on(services)
    path = f"/experiments/{begun['experiment_id']}/sweep/results"
    [error] = api.post(path, {"seeds": [1, 8]}, 422)["errors"]
    assert error["field"] == "seeds.1"
    assert "tuning seed" in error["message"]
    [error] = api.post(path, {"seeds": [1], "trial": 1}, 422)["errors"]
    assert error["field"] == "trial"
    assert api.get("/experiments")["total"] == 1
    plain = api.post("/experiments", {"name": "no sweep"}, 201)["id"]
    assert "no sweep" in api.get(f"/experiments/{plain}/sweep", 404)["detail"]
