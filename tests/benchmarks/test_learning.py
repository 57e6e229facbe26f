"""The learning checks' own machinery: outcomes are kept, resumed and compared."""

from pathlib import Path

import pytest

from benchmarks import learning, ppg_procgen
from benchmarks.learning import OUTCOMES, Measured, Task, learn, learn_all
from gsl.config.learners import PPO
from gsl.config.networks import MLP
from gsl.config.suites import ForkMazeSuite

MAZE = ForkMazeSuite(goals=4, held_out_goals=1, corridor=2, branch=1, time_limit=16)
SMALL = PPO(network=MLP(width=16), device="cpu", num_envs=8, num_steps=16, num_minibatches=2)


def task(seed: int) -> Task:
    return Task(arm="ppo", seed=seed, suite=MAZE, learner=SMALL, steps=700, test_variations=2, test_episodes=3,
                deterministic=False)  # fmt: skip


def test_a_task_is_learned_and_tested() -> None:
    outcome, again = learn(task(1)), learn(task(1))
    assert [point.steps for point in outcome.curve] == [128, 256, 384, 512, 640]
    assert outcome.training.episodes == 2 * 3
    assert outcome.held_out is not None
    assert outcome.held_out.episodes == 3
    assert (outcome.curve, outcome.training) == (again.curve, again.training)
    assert learn(task(2)).curve != outcome.curve


def test_what_the_file_holds_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "results.json"
    first = learn_all([task(2)], 1, file)
    assert OUTCOMES.validate_json(file.read_bytes()) == first
    monkeypatch.setattr(learning, "learn", None)
    assert learn_all([task(2)], 1, file) == first


def test_arms_are_compared_with_intervals() -> None:
    outcome = learn(task(1))
    outcomes = [
        outcome.model_copy(
            update={
                "task": made,
                "training": Measured(episodes=3, mean_return=made.seed + (made.arm == "ppg"), success_rate=None),
            }
        )
        for made in ppg_procgen.tasks("starpilot", (1, 2, 3), 1000)
    ]
    said = ppg_procgen.table(outcomes)
    assert "| 2 | 3.00 | 2.00 |" in said
    assert "1.00 (1 seed, no interval), paired by seed" in ppg_procgen.table(outcomes[:2])
    assert "PPG minus PPO on training levels: 1.00 (3 seeds, no interval), paired by seed" in said
