"""The helper file for scripts that keep control: what it says, what it raises, and when it waits."""

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.backend.api_driver import OWNER_TOKEN, ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.tracked import NAMES, PLATEAU

HELPER = Path(__file__).parents[3] / "examples" / "trainers" / "gsl_track.py"
CONFIG = {"plateau": PLATEAU, "specialists": {"count": 2}, "evaluation": {"episodes": 3}}


@pytest.fixture
def helper(monkeypatch: pytest.MonkeyPatch, api: ApiDriver) -> ModuleType:
    """A copy of its own for each test, which knows the server from its environment."""
    monkeypatch.setenv("GSL_URL", api.address)
    monkeypatch.setenv("GSL_TOKEN", OWNER_TOKEN)
    spec = importlib.util.spec_from_file_location("gsl_track", HELPER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LONGEST_PAUSE_SECONDS", 0.01)
    return module


def track(helper: ModuleType, **more: Any) -> Any:
    return helper.track("maze", NAMES, 10_000, return_of_one=10.0, **{"config": CONFIG, **more})


def train(helper: ModuleType, run: Any, value: float = 2.0) -> None:
    while run.training:
        run.epoch(100, [helper.episode(name, value, 5) for name in run.variations])


def test_it_is_written_for_python_3_8_and_imports_the_standard_library_alone() -> None:
    tree = ast.parse(HELPER.read_text(), feature_version=(3, 8))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))


@ON_SQLITE
def test_a_script_in_a_few_lines(helper: ModuleType, api: ApiDriver) -> None:
    with track(helper) as run:
        train(helper, run)
        assert not run.ended
        api.post(f"/runs/{run.state['run_id']}/gate/approve", {})
        parts = run.wait_for_approval()
        for part in parts:
            with run.specialist(part) as child:
                assert child.variations == part["names"]
                child.epoch(100, [helper.episode(child.variations[0], 9.0, 5)], {"loss": float("nan"), "kl": 0.1})
    assert [len(part["names"]) for part in parts] == [1, 1]
    ended = api.get(f"/runs/{run.state['run_id']}")
    assert (ended["status"], ended["message"]) == ("succeeded", "2 of 2 specialists trained by its script")
    assert run.url == f"{api.address}/runs/{ended['id']}"


@ON_SQLITE
def test_a_script_that_fails_gives_its_run_back_and_goes_on_when_it_starts_again(helper: ModuleType) -> None:
    run = track(helper)
    run.epoch(100, [helper.episode("left", 1.0, 5)])
    run.epoch(100, [])
    with pytest.raises(ZeroDivisionError), run:
        raise ZeroDivisionError
    again = track(helper, epoch=1)
    assert (again.epochs, again.state["run_id"]) == (1, run.state["run_id"])
    with pytest.raises(helper.TrackError, match="left the run"):
        run.epoch(100, [])
    again.leave()


@ON_SQLITE
def test_a_paused_run_ends_the_script_but_not_the_run(helper: ModuleType, api: ApiDriver) -> None:
    with track(helper) as run:
        api.post(f"/runs/{run.state['run_id']}/pause")
        train(helper, run)
        assert run.paused
        assert run.wait_for_approval() == []
    assert api.get(f"/runs/{run.state['run_id']}")["status"] == "paused"


@ON_SQLITE
def test_a_rejected_gate_lets_the_script_train_on(helper: ModuleType, api: ApiDriver) -> None:
    run = track(helper)
    train(helper, run)
    api.post(f"/runs/{run.state['run_id']}/gate/reject", {"action": "continue"})
    assert run.wait_for_approval() == []
    assert run.training
    train(helper, run)
    api.post(f"/runs/{run.state['run_id']}/gate/reject", {"action": "stop"})
    assert run.wait_for_approval() == []
    assert run.ended


@ON_SQLITE
def test_what_is_wrong_is_said_before_it_is_sent_or_by_the_server(helper: ModuleType, api: ApiDriver) -> None:
    run = track(helper)
    with pytest.raises(ValueError, match="unknown variation 'up'; the run has left, right, far, near"):
        run.epoch(100, [helper.episode("up", 1.0, 5)])
    with pytest.raises(ValueError, match="return of an episode of 'left' is nan"):
        helper.episode("left", float("nan"), 5)
    with pytest.raises(helper.TrackError, match=r"steps: .*greater than or equal to 1"):
        run.epoch(-3, [])
    with pytest.raises(helper.TrackError, match=r"config.budget.total_steps: is 10000 in run"):
        helper.track("maze", NAMES, 20_000, return_of_one=10.0, config=CONFIG)
    with pytest.raises(helper.TrackError, match="Set GSL_TOKEN"):
        helper.track("maze", NAMES, 20_000, token="wrong")
    with pytest.raises(helper.TrackError, match="does not track runs: it is older"):
        helper.track("maze", NAMES, 20_000, url=f"{api.address}/elsewhere")
    run.leave()


@ON_SQLITE
def test_a_server_that_is_away_is_waited_for_and_named(helper: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(helper.TrackError, match=r"no answer from http://127.0.0.1:9"):
        helper.track("maze", NAMES, 10_000, url="http://127.0.0.1:9")
