"""Whole runs of what the method may do besides: cycles, the generalist on the lowest variations, clusters, arms."""

from pathlib import Path

import pytest

from gsl.config.method import (
    BudgetSettings,
    CycleSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.plateau import PlateauSettings
from gsl.phases import keys
from gsl.protocol.jobs import CheckpointSource
from gsl.worker.job.checkpoint import load
from gsl.worker.local_run import LocalRun
from tests.worker.jobs import TINY_MAZE, done, epochs, spec

TINY_RUN = TINY_MAZE.model_copy(
    update={
        "plateau": PlateauSettings(sigma=0, window=4, min_epochs=2),
        "specialists": SpecialistSettings(count=2, steps=512, lowest_steps=256, partition="clustered"),
        "evaluation": EvaluationSettings(episodes=2, held_out_sample=1),
        "budget": BudgetSettings(total_steps=9000, generalist_steps=1024),
        "cycles": CycleSettings(count=2, min_gain=None),
    }
)


@pytest.fixture(scope="module")
def two_cycles(tmp_path_factory: pytest.TempPathFactory) -> LocalRun:
    return LocalRun(TINY_RUN, tmp_path_factory.mktemp("two_cycles")).finish()


def test_two_cycles_with_everything(two_cycles: LocalRun) -> None:
    assert two_cycles.status == "succeeded", two_cycles.message
    done_in_cycle = [
        [keys.lowest(c), *(keys.specialist(c, i) for i in (1, 2)), *(keys.demonstrations(c, i) for i in (0, 1, 2))]
        for c in (1, 2)
    ]
    assert [job.key for job in two_cycles.jobs if job.key != keys.BEFORE_EVALUATION] == [
        "generalist-1", "evaluation-1", *done_in_cycle[0], "finetune-1",
        "evaluation-2-1", *done_in_cycle[1], "finetune-2", "evaluation-final",
    ]  # fmt: skip
    assert [(gate.cycle, gate.segment) for gate in two_cycles.gates] == [(1, 1), (2, 1)]
    assert two_cycles.spent == sum(job.spent for job in two_cycles.jobs)
    assert two_cycles.spent <= TINY_RUN.budget.total_steps


def test_measurements_stand_in_the_ledger_outside_the_total(two_cycles: LocalRun) -> None:
    before, last = (two_cycles.evaluations[key] for key in (keys.BEFORE_EVALUATION, keys.LAST_EVALUATION))
    gates = [two_cycles.evaluations[key] for key in ("evaluation-1", "evaluation-2-1")]
    assert before.steps == last.steps == 0
    assert all(report.measurement_steps > 0 for report in (before, last, *gates))
    measured = sum(report.measurement_steps for report in (before, last, *gates))
    assert two_cycles.ledger["evaluation", "measurement"] == measured
    assert two_cycles.ledger["evaluation", "evaluation"] == sum(report.steps for report in gates)
    assert before.training != two_cycles.evaluations["evaluation-1"].training  # afresh: with a seed of its own


def test_evaluations_before_gates_report_features_by_which_variations_are_clustered(two_cycles: LocalRun) -> None:
    for key in ("evaluation-1", "evaluation-2-1"):
        assert {entry.variation for entry in two_cycles.evaluations[key].features} == set(
            TINY_RUN.suite.training_variations()
        )


def test_a_gate_may_send_the_fine_tuned_policy_back_to_training(two_cycles: LocalRun, tmp_path: Path) -> None:
    """The generalist's segment of a later cycle goes on from fine-tuning, its criterion H armed anew."""
    source = next(two_cycles.folder.glob("finetune-1-*")) / "resume.ckpt"
    job = spec(
        "generalist", TINY_RUN, key=keys.generalist(2, 2), start="resume", cycle=2, stop_at_plateau=True,
        source=CheckpointSource(job="finetune-1"), budget_steps=12 * TINY_RUN.learner.batch_size,
    )  # fmt: skip
    folder = done(tmp_path, job, source)
    result = folder.read_result()
    assert result is not None
    assert [report.epoch for report in epochs(folder)] == list(range(1, result.epochs + 1))
    assert load(folder.resume)["job"] == "generalist-2-2"
    window = TINY_RUN.plateau.window + TINY_RUN.plateau.min_epochs
    assert result.outcome == "budget" or result.epochs >= window


def test_generalist_low_spends_what_gsl_spends_on_specialists(tmp_path: Path) -> None:
    plain = TINY_RUN.model_copy(update={"cycles": CycleSettings(), "arm": "generalist_low"})
    this = LocalRun(plain, tmp_path).finish()
    assert this.status == "succeeded", this.message
    [alone] = [job for job in this.jobs if job.key.startswith("specialist-")]
    assert alone.budget == 2 * TINY_RUN.specialists.steps
    assert this.spent <= plain.budget.total_steps


def test_halved_specialists_go_on_from_where_they_stopped(tmp_path: Path) -> None:
    """Three specialists, two rungs: at most two go on, and together they spend no more than was approved."""
    halved = TINY_RUN.model_copy(
        update={
            "specialists": SpecialistSettings(count=3, steps=1024, rungs=2),
            "cycles": CycleSettings(),
            "budget": BudgetSettings(total_steps=12_000, generalist_steps=1024),
        }
    )
    this = LocalRun(halved, tmp_path).finish()
    assert this.status == "succeeded", this.message
    trained = [job for job in this.jobs if job.key.startswith("specialist-")]
    second = [job for job in trained if job.key.endswith("-2") and job.key.count("-") == 3]
    assert [job.budget for job in trained if job not in second] == [512] * 3
    assert len(second) <= 2
    assert sum(job.spent for job in trained) <= 3 * halved.specialists.steps
    assert this.spent <= halved.budget.total_steps
