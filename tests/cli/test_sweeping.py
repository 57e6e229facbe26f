"""Sweeps from a shell, and with the client that the commands use."""

import json
from pathlib import Path
from typing import Any

import pytest

from gsl.backend.services.app_services import Services
from gsl.backend.services.sweep_steps import go_on
from tests.backend.api_driver import ApiDriver
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi

LAUNCH = ("sweep", "launch", "forkmaze-quick", "--set", "arm=generalist", "--at-once", "1", "--trials", "2")
OVER = ("--over", "learner.learning_rate=1e-4..1e-2:log", "--over", "learner.network.activation=tanh,relu")


def launched(gsl: Gsl, *more: str) -> Any:
    ended = gsl(*LAUNCH, *OVER, "--json", *more)
    assert ended.code == 0, ended.err
    return ended.json


def test_a_sweep_is_launched_shown_and_its_winner_run(
    gsl: Gsl, driver: ApiDriver, server: RealApi, tmp_path: Path
) -> None:
    sweep = launched(gsl, "--name", "Two rates", "--prune", "median", "--tuning-seeds", "3,5")
    assert sweep["settings"]["space"]["learner.network.activation"]["choices"] == ["tanh", "relu"]
    assert (sweep["settings"]["pruner"]["name"], sweep["settings"]["tuning_seeds"]) == ("median", [3, 5])
    number = sweep["experiment_id"]
    driver.play(sweep["trials"][0]["run_id"], [0.5] * 4)
    go_on(Services.open(server.settings))
    written = gsl("sweep", "figures", number, "-o", tmp_path / "figures")
    assert written.code == 0, written.err
    ready = {figure.name for figure in server.client.sweep_figures(number) if figure.ready}
    files = {file.name: json.loads(file.read_text()) for file in (tmp_path / "figures").iterdir()}
    assert files.keys() == {f"sweep-{number}-{name}.json" for name in ready}
    assert all(figure["data"] for figure in files.values())
    assert server.client.sweep_figure(number, min(ready)).data
    shown = gsl("sweep", "show", "Two rates")
    assert shown.code == 0
    assert "the best is trial 0" in " ".join(shown.out.split())
    stopped = gsl("sweep", "stop", number)
    assert stopped.out.strip() == f"Sweep {number}: stopped by owner"
    results = gsl("sweep", "results", number, "--seeds", "100-101", "--untuned", "--json")
    assert (results.json["results_of"], results.json["runs"]) == (number, 4)
    refused = gsl("sweep", "results", number, "--seeds", "3")
    assert refused.code == 3
    assert "tuning seed" in refused.err


def test_ranges_and_choices_are_read(gsl: Gsl) -> None:
    sweep = launched(gsl, "--over", "specialists.count=1..4", "--over", "specialists.leave_out_at=null,0.5")
    space = sweep["settings"]["space"]
    assert {path: searched["type"] for path, searched in space.items()} == {
        "learner.learning_rate": "float", "learner.network.activation": "choice", "specialists.count": "int",
        "specialists.leave_out_at": "choice",
    }  # fmt: skip
    assert space["learner.learning_rate"] | {"low": 1e-4, "high": 1e-2, "log": True} == space["learner.learning_rate"]
    assert space["specialists.leave_out_at"]["choices"] == [None, 0.5]
    plain = gsl(*LAUNCH, "--sampler", "grid", "--over", "learner.gamma=0.9..0.99:2")
    assert plain.code == 0
    assert "2 trials" in plain.out


@pytest.mark.parametrize(
    ("over", "code", "named"),
    [
        ("learner.gamma", 2, "PATH="), ("learner.gamma=0.9..0.99:linear", 2, "linear"), ("x=1..2e", 2, "no number"),
        ("learner.gama=0.9..0.99", 3, "learner.gamma"), ("learner.gamma=0.99..0.9", 3, "high"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_explained(gsl: Gsl, over: str, code: int, named: str) -> None:
    ended = gsl(*LAUNCH, "--over", over)
    assert ended.code == code
    assert named in " ".join(ended.err.split())
    assert gsl(*LAUNCH).code == 2


def test_the_client_has_the_same(server: RealApi) -> None:
    space = {"learner.gamma": {"low": 0.9, "high": 0.99}}
    sweep = server.client.create_sweep("g", space, preset="forkmaze-quick", pruner={"name": "halving"}, at_once=1)
    assert json.loads(sweep.model_dump_json())["settings"]["pruner"]["keep_one_in"] == 2
    assert server.client.sweep(sweep.experiment_id).trials[0].number == 0
    assert server.client.stop_sweep(sweep.experiment_id, cancel_running=False).status == "stopped"
    assert server.client.experiment(sweep.experiment_id).sweep
