"""Launching from a shell."""

import json
from pathlib import Path

import pytest

from gsl.config.run import RunConfig
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi


def test_settings_come_from_a_file_then_from_the_command_line(gsl: Gsl, server: RealApi) -> None:
    given = {"seed": 1, "budget": {"total_steps": 90_000}, "evaluation": {"episodes": 7}}
    ended = gsl(
        "launch", "forkmaze-quick", "--config", "-", "--set", "budget.total_steps=120000", "--seed", 5, "--auto",
        "--name", "mine", "--tag", "a", "--tag", "b", "--priority", 2, "--worker-label", "a100", "--notes", "why",
        "--json", stdin=json.dumps(given),
    )  # fmt: skip
    assert ended.code == 0, ended.err
    run = server.client.run(ended.json["id"])
    assert isinstance(run.config, RunConfig)
    assert (run.seed, run.total_steps, run.config.evaluation.episodes, run.config.gate.mode) == (5, 120_000, 7, "auto")
    assert (run.name, run.tags, run.priority, run.notes) == ("mine", ("a", "b"), 2, "why")
    assert run.worker_label == "a100"


def test_the_formats_of_a_run_are_chosen_at_its_launch(gsl: Gsl, server: RealApi) -> None:
    chosen = gsl("launch", "forkmaze-quick", "--export", "wandb", "--export", "tensorboard", "--json")
    assert server.client.run(chosen.json["id"]).exporters == ("tensorboard", "wandb")
    assert server.client.run(gsl("launch", "forkmaze-quick", "--export", "none", "--json").json["id"]).exporters == ()
    arms = ("--experiment", "exported", "--arm", "one", "--seeds", "0", "--export", "tensorboard", "--json")
    assert gsl("launch", "forkmaze-quick", *arms).json["exporters"] == ["tensorboard"]
    wrong = gsl("launch", "forkmaze-quick", "--export", "mlflow")
    assert wrong.code == 2
    assert "mlflow" in wrong.err


def test_a_launch_says_where_to_look(gsl: Gsl, server: RealApi) -> None:
    ended = gsl("launch", "forkmaze-quick")
    run = next(server.client.runs())
    assert ended.code == 0
    assert f"{server.url}/runs/{run.id}" in ended.out
    assert f"gsl watch {run.id}" in ended.out


def test_a_preview_launches_nothing(gsl: Gsl, server: RealApi) -> None:
    before = [run.id for run in server.client.runs()]
    shown = gsl("launch", "forkmaze-quick", "--preview")
    preview = gsl("launch", "forkmaze-quick", "--preview", "--json")
    assert "Fine-tuning" in shown.out
    assert preview.json["jobs"] == server.client.preview("forkmaze-quick").jobs
    assert [run.id for run in server.client.runs()] == before


def test_an_experiment_gets_a_run_for_each_arm_and_seed(gsl: Gsl, server: RealApi) -> None:
    arms = ["--arm", "DAPG", "--arm", "none:guide.name=none"]
    ended = gsl("launch", "forkmaze-quick", "--experiment", "Guides", *arms, "--seeds", "0-1,7", "--json")
    assert ended.code == 0, ended.err
    assert [(run["arm_name"], run["seed"]) for run in ended.json] == [
        (arm, seed) for arm in ("DAPG", "none") for seed in (0, 1, 7)
    ]
    assert {run["experiment_name"] for run in ended.json} == {"Guides"}
    assert {run["config"]["guide"]["name"] for run in ended.json if run["arm_name"] == "none"} == {"none"}
    one = gsl("launch", "forkmaze-quick", "--experiment", "Guides", "--seed", 9, "--json")
    assert one.json["experiment_name"] == "Guides"
    assert [each.name for each in server.client.experiments()].count("Guides") == 1
    listed = gsl("list", "--experiment", "Guides", "--json")
    assert len(listed.json) == 7


@pytest.mark.parametrize(
    "arguments",
    [
        ["--set", "seed"],
        ["--set", ".seed=1"],
        ["--set", "seed=1", "--set", "seed.deeper=1"],
        ["--config", "absent.json"],
        ["--seeds", "0-4"],
        ["--experiment", "E", "--seeds", "4-0"],
        ["--experiment", "E", "--seeds", "0-99999999"],
        ["--experiment", "E", "--seeds", "0-1", "--seed", "3"],
        ["--experiment", "E", "--seeds", "0-1", "--name", "n"],
        ["--experiment", "E", "--seeds", "0-1", "--watch"],
        ["--experiment", "E", "--arm", "a:guide"],
        ["--priority", "11"],
    ],
)
def test_wrong_usage_launches_nothing(gsl: Gsl, server: RealApi, arguments: list[str]) -> None:
    before = len(list(server.client.runs()))
    ended = gsl("launch", "forkmaze-quick", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert len(list(server.client.runs())) == before
    assert "E" not in [each.name for each in server.client.experiments()]


def test_a_preset_with_arms_is_an_experiment(gsl: Gsl, server: RealApi) -> None:
    ended = gsl("launch", "forkmaze-guides", "--experiment", "Compared", "--seeds", "3", "--json")
    assert [run["arm_name"] for run in ended.json] == ["DAPG", "GAIL", "DAgger", "generalist"]


def test_a_refused_launch_leaves_no_empty_experiment(gsl: Gsl, server: RealApi) -> None:
    wrong = ["--set", "budget.total_steps=1"]
    for more in ([], ["--arm", "a", "--seeds", "0-1"]):
        assert gsl("launch", "forkmaze-quick", "--experiment", "Refused", *more, *wrong).code == 3
    assert "Refused" not in [each.name for each in server.client.experiments()]
    server.client.create_experiment("Mine")
    assert gsl("launch", "forkmaze-quick", "--experiment", "Mine", *wrong).code == 3
    assert "Mine" in [each.name for each in server.client.experiments()]


def test_a_configuration_that_is_no_object_is_wrong_usage(gsl: Gsl, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    for content in ("[1]", "{", "7"):
        file.write_text(content)
        ended = gsl("launch", "--config", file)
        assert ended.code == 2
        assert "config.json" in ended.err.replace("\n", "").replace("│", "").replace(" ", "")
