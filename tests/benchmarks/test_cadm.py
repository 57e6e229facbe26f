"""The comparison of dynamics models: what is trained, tested, kept, and said."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import cadm
from benchmarks.cadm import ARMS, PAGE, RANGES, SUITES, Measured, Outcome, gained, holds, learn_all, read, table
from gsl.config.learners import PPO, CaDM, LearnerSettings
from gsl.config.networks import MLP


def small(suite: str, arm: str) -> LearnerSettings:
    if arm == "PPO":
        return PPO(network=MLP(width=8), device="cpu", num_envs=2, num_steps=30, num_minibatches=2)
    tiny: dict[str, Any] = {
        "network": MLP(width=8, depth=1, activation="swish"), "encoder": (8,), "device": "cpu", "num_envs": 2,
        "num_steps": 30, "members": 2, "particles": 2, "updates": 1, "minibatch": 10, "horizon": 1, "candidates": 2,
        "elites": 1, "iterations": 1, "warm_up": 60,
    }  # fmt: skip
    return CaDM.model_validate(tiny | ARMS[arm])


def made_up(arm: str, seed: int, error: float, earned: float, suite: str = "pendulum") -> Outcome:
    tested = Measured(one_step=error / 20, many_steps=error, mean_return=earned)
    return Outcome(
        suite=suite, arm=arm, seed=seed, settings={}, steps=1, ranges=dict.fromkeys(RANGES, tested), seconds=1.0
    )


def test_a_training_is_tested_on_every_range_and_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cadm, "settings_of", small)
    short = {name: suite.model_copy(update={"time_limit": 100}) for name, suite in SUITES.items()}
    monkeypatch.setattr(cadm, "SUITES", short)
    monkeypatch.setattr(cadm, "_steps", lambda arm: 60)
    file = tmp_path / "results.json"
    learn_all(["cartpole", "pendulum"], ["plain", "PE-TS + CaDM", "PPO"], [1], file, None)
    first = read(file)
    assert [(each.suite, each.arm) for each in first] == [
        ("cartpole", "plain"), ("cartpole", "PE-TS + CaDM"), ("pendulum", "plain"), ("pendulum", "PE-TS + CaDM"),
        ("pendulum", "PPO"),
    ]  # fmt: skip
    assert all(tested.one_step for each in first[:4] for tested in each.ranges.values())
    assert [each.settings.get("context") for each in first] == [0, 10, 0, 10, None]
    monkeypatch.setattr(cadm, "learn", None)
    learn_all(["cartpole", "pendulum"], ["plain"], [1], file, None)
    assert read(file) == first


def test_a_context_is_compared_with_the_same_model_without_it() -> None:
    known = [made_up("plain", seed, 1.0 + seed / 10, -300.0 - seed) for seed in range(1, 6)]
    known += [made_up("plain + CaDM", seed, 0.5, -200.0 - 3 * seed) for seed in range(1, 6)]
    gain = gained(known, "pendulum", "moderate", "plain + CaDM", "mean_return")
    assert gain is not None
    assert gain.estimate == pytest.approx(94.0)
    assert gained(known, "pendulum", "moderate", "plain", "mean_return") is None
    assert holds(known, "pendulum")
    assert not holds(known, "cartpole")
    said = table(known, "pendulum", tuple(ARMS))
    assert said.count("\n") == 1 + len(RANGES) * 2
    assert "| moderate | plain + CaDM | 5 | 0.0250 | 0.50" in said
    assert "| +94 [" in said


def test_worse_predictions_or_returns_do_not_hold() -> None:
    known = [made_up("plain", seed, 0.4, -300.0 - seed) for seed in range(1, 6)]
    known += [made_up("plain + CaDM", seed, 0.5 + seed / 100, -200.0 - 3 * seed) for seed in range(1, 6)]
    assert not holds(known, "pendulum")


def test_the_page_has_a_place_for_each_table() -> None:
    assert all(f"<!-- results:cadm {suite} -->" in PAGE.read_text() for suite in (*SUITES, "ppo"))
