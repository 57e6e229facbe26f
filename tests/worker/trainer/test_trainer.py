"""The trainer as a process, and real Procgen levels through it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from gsl.config.learners import PPO
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.networks import SmallCNN
from gsl.config.plateau import PlateauSettings
from gsl.config.run import RunConfig
from gsl.config.suites import ProcgenSuite
from gsl.protocol.reports import EvaluationReport
from gsl.worker.job.folder import EXIT_ENDED, JobFile, JobFolder
from gsl.worker.job.spool import SPOOL_LINE
from gsl.worker.trainer.__main__ import main
from gsl.worker.trainer.job import run
from gsl.worker.trainer.stop import StopRequest
from tests.worker.jobs import done, epochs, lines, numbers, spec

TINY_PROCGEN = RunConfig(
    suite=ProcgenSuite(game="bigfish", num_levels=6, held_out_levels=2, num_threads=0),
    learner=PPO(network=SmallCNN(channels=4, width=16), device="cpu", num_envs=8, num_steps=16, num_minibatches=2,
                update_epochs=1),
    plateau=PlateauSettings(window=2, min_epochs=0),
    specialists=SpecialistSettings(count=2, variations_each=2, steps=2200),
    demonstrations=DemonstrationSettings(per_variation=1, generalist_per_variation=1, max_tries=2, filter="return"),
    evaluation=EvaluationSettings(episodes=1, held_out_sample=2),
    budget=BudgetSettings(total_steps=20_000, generalist_steps=512),
)  # fmt: skip


def test_a_job_file_alone_prints_its_reports(tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text(JobFile(spec=spec(budget_steps=4 * 128)).model_dump_json())
    command = [sys.executable, "-m", "gsl.worker.trainer", str(file)]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    said = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, timeout=60)
    reports = [SPOOL_LINE.validate_json(line) for line in said.stdout.splitlines()]
    assert [report.type for report in reports] == ["started", "provenance", *["epoch"] * 4, "artifact"]
    assert "epoch 4" in said.stderr


def test_a_broken_job_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps({"spec": {"kind": "dance"}}))
    folder = JobFolder(tmp_path)
    with pytest.raises(ValidationError) as refused:
        run(folder, StopRequest(folder.stop))
    assert refused.value.errors()[0]["loc"] == ("spec", "kind")


def test_an_ended_job_is_not_done_again(tmp_path: Path) -> None:
    folder = done(tmp_path, spec(budget_steps=128))
    before = folder.spool.read_bytes()
    assert run(folder, StopRequest(folder.stop)) == EXIT_ENDED
    assert folder.spool.read_bytes() == before


@pytest.mark.parametrize("argument", [[], ["--nonsense"]])
def test_wrong_arguments(argument: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(argument)
    assert "usage" in capsys.readouterr().err


def test_procgen_trains_only_on_its_levels(tmp_path: Path) -> None:
    """Two epochs of a small CNN; the specialist's episodes come only from its two levels, the others from the six."""
    generalist = done(tmp_path / "generalist", spec(config=TINY_PROCGEN, budget_steps=24 * 128))
    played = {entry.variation for report in epochs(generalist) for entry in report.returns}
    assert played
    assert played <= set(TINY_PROCGEN.suite.training_variations())
    job = spec(
        "specialist", TINY_PROCGEN, variations=(1, 4), held_out=(), index=1, start="clone", budget_steps=24 * 128 + 2000
    )
    specialist = done(tmp_path / "specialist", job, generalist.resume)
    assert {entry.variation for report in epochs(specialist) for entry in report.returns} == {1, 4}
    job = spec("evaluation", TINY_PROCGEN, start="resume", budget_steps=0)
    report = next(r for r in lines(done(tmp_path / "e", job, generalist.resume)) if isinstance(r, EvaluationReport))
    assert {entry.variation for entry in report.training} == set(TINY_PROCGEN.suite.training_variations())
    assert {entry.variation for entry in report.held_out} == set(TINY_PROCGEN.suite.held_out_variations())


def test_procgen_goes_on_number_for_number(tmp_path: Path) -> None:
    job = spec(config=TINY_PROCGEN, budget_steps=12 * 128)
    undisturbed = done(tmp_path / "undisturbed", job)
    first = done(tmp_path / "stopped", job.model_copy(update={"budget_steps": 5 * 128}))
    first.result.unlink()
    first.write_job(JobFile(spec=job))
    assert go_on(first) == EXIT_ENDED
    assert numbers(first) == numbers(undisturbed)


def go_on(folder: JobFolder) -> int:
    """A job that had ended for want of budget goes on from its checkpoint with more."""
    from gsl.worker.job.checkpoint import load, save

    state = load(folder.resume)
    save(folder.resume, state | {"progress": state["progress"] | {"outcome": None}})
    return run(folder, StopRequest(folder.stop))
