"""The comparison of PPO's value settings: arms differ in what they say, runs are kept, the table counts."""

from pathlib import Path

import pytest

from benchmarks import multitask_ppo
from benchmarks.learning import OUTCOMES, Measured, Outcome, Point, Task
from benchmarks.multitask_ppo import ARMS, PAGE, run_all, table, task
from gsl.config.learners import PPO

STEPS = 20_000


def made_up(asked: Task) -> Outcome:
    """Success .5 with LayerNorm, .3 without, and .1 more on the second seed; ten tasks alike."""
    success = 0.3 + 0.2 * ("critic_layer_norm" in ARMS[asked.arm]) + 0.1 * (asked.seed - 1001)
    measured = Measured(episodes=200, mean_return=1.0, success_rate=success, each=(success,) * 10)
    curve = (
        Point(steps=10_000, mean_return=1.0, success_rate=0.0),
        Point(steps=STEPS, mean_return=1.0, success_rate=0.4),
    )
    return Outcome(task=asked, curve=curve, training=measured, held_out=None, seconds=1.0)


def test_arms_differ_in_the_value_function_alone() -> None:
    plain = task("plain", 1001, STEPS)
    assert plain.sampling.name == "round_robin"
    for arm in ARMS:
        learner = task(arm, 1001, STEPS).learner
        assert isinstance(learner, PPO)
        same = {"popart": False, "critic_layer_norm": False, "norm_reward": True}
        assert learner.model_copy(update=same) == plain.learner
        assert (learner.popart, learner.critic_layer_norm) == (arm in ("popart", "both"), arm in ("layer_norm", "both"))


def test_runs_are_kept_one_by_one_and_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, page, learned = tmp_path / "results.json", tmp_path / "page.md", list[Task]()
    page.write_text("before\n<!-- results:multitask_ppo -->\n<!-- /results -->\nafter\n")

    def learn(asked: Task) -> Outcome:
        learned.append(asked)
        return made_up(asked)

    monkeypatch.setattr(multitask_ppo, "learn", learn)
    run_all([task("plain", 1001, STEPS)], file, page)
    run_all([task("layer_norm", 1001, STEPS), task("plain", 1001, STEPS)], file, page)
    assert [asked.arm for asked in learned] == ["plain", "layer_norm"]
    assert len(OUTCOMES.validate_json(file.read_bytes())) == 2
    said = page.read_text()
    assert "| LayerNorm | 1 | 0.500 |" in said
    assert said.startswith("before")
    assert said.endswith("after\n")


def test_the_table_pairs_seeds_and_leaves_other_settings_out() -> None:
    known = [made_up(task(arm, seed, STEPS)) for arm in ("plain", "layer_norm") for seed in (1001, 1002)]
    said = table([*known, made_up(task("plain", 1003, 10 * STEPS))], STEPS)
    assert "| PPO | 2 | 0.350±0.071 | - | 0.400±0.000 | - |" in said
    assert "| LayerNorm | 2 | 0.550±0.071 | +0.200" in said
    assert "| 1002 | 0.400 | 0.600 |" in said
    assert "| reach-v3 | 0.35 | 0.55 |" in said
    assert "1003" not in said
    assert table([], STEPS) == "No run has ended yet."


def test_the_page_has_the_marks_that_the_command_fills() -> None:
    assert "<!-- results:multitask_ppo -->" in PAGE.read_text()
