"""Training jobs: what they report, what they may spend, how they stop and go on number for number."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gsl.config.networks import MLP
from gsl.protocol.jobs import ORIGIN, CheckpointSource
from gsl.protocol.reports import ArtifactReport, EvaluationReport, StartedReport
from gsl.worker.envs.base import EnvError
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED, JobFolder
from gsl.worker.job.spool import rewind, spool_offset
from gsl.worker.trainer import checkpoint_manager
from gsl.worker.trainer.stop import StopRequest
from tests.worker.jobs import TINY_MAZE, done, epochs, lines, numbers, prepare, spec, work


class StopAt(StopRequest):
    """Asks for a stop once the spool holds so many epochs."""

    def __init__(self, folder: JobFolder, epoch: int) -> None:
        super().__init__(folder.stop)
        self._folder, self._epoch = folder, epoch

    @property
    def requested(self) -> bool:
        spool = self._folder.spool
        return spool.exists() and spool.read_bytes().count(b'"type":"epoch"') >= self._epoch


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return done(tmp_path_factory.mktemp("undisturbed"), spec())


def test_reports_are_whole(undisturbed: JobFolder) -> None:
    said, result = lines(undisturbed), undisturbed.read_result()
    assert said[0] == StartedReport(epoch=0, device="cpu", num_envs=8)
    assert [report.epoch for report in epochs(undisturbed)] == list(range(1, len(epochs(undisturbed)) + 1))
    assert result is not None
    assert result.outcome == "budget"
    assert result.epochs == len(epochs(undisturbed))
    training = sum(report.steps for report in epochs(undisturbed))
    measuring = sum(report.steps for report in said if isinstance(report, EvaluationReport))
    assert result.steps == training + measuring <= spec().budget_steps
    assert [line for line in said if isinstance(line, ArtifactReport)][-1] == ArtifactReport(
        kind="checkpoint", name=f"epoch-{result.epochs:06d}.ckpt", epoch=result.epochs,
        path=f"checkpoints/epoch-{result.epochs:06d}.ckpt",
    )  # fmt: skip


def test_scheduled_evaluations_measure_every_variation_alike(undisturbed: JobFolder) -> None:
    reports = [line for line in lines(undisturbed) if isinstance(line, EvaluationReport)]
    assert [report.epoch for report in reports][:3] == [5, 10, 15]
    for report in reports:
        assert {entry.variation: entry.episodes for entry in report.training} == dict.fromkeys(spec().variations, 2)
        assert {entry.variation: entry.episodes for entry in report.held_out} == dict.fromkeys(spec().held_out, 2)


def test_same_seed_same_curve(undisturbed: JobFolder, tmp_path: Path) -> None:
    assert numbers(done(tmp_path / "again", spec())) == numbers(undisturbed)
    assert numbers(done(tmp_path / "other", spec(seed=8))) != numbers(undisturbed)


@pytest.mark.parametrize("epoch", [0, 1, 5, 13])
def test_a_stopped_job_goes_on_number_for_number(undisturbed: JobFolder, tmp_path: Path, epoch: int) -> None:
    folder = prepare(tmp_path, spec())
    assert work(folder, StopAt(folder, epoch)) == EXIT_STOPPED
    assert load(folder.resume)["epoch"] in (epoch, epoch + 1)
    assert lines(folder)[-1].type == "artifact"
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)


def test_a_learning_rate_falls_over_the_run_and_makes_no_plateau_at_a_jobs_end(tmp_path: Path) -> None:
    """At 20 000 of 40 000 steps, an epoch of 128 steps. A job that does not know its place falls to zero by itself."""
    learner = TINY_MAZE.learner.model_copy(update={"anneal_lr": True})
    falling = TINY_MAZE.model_copy(update={"learner": learner})
    known = done(tmp_path / "known", spec("finetune", falling, budget_steps=4 * 128, start_steps=20_000))
    unknown = done(tmp_path / "unknown", spec("finetune", falling, budget_steps=4 * 128))
    rates = [report.metrics["learning_rate"] for report in epochs(known)]
    assert rates == pytest.approx([3e-3 * (1 - (20_000 + 128 * epoch) / 40_000) for epoch in range(4)])
    assert epochs(unknown)[-1].metrics["learning_rate"] == pytest.approx(3e-3 / 4)


def test_a_stop_file_stops(tmp_path: Path) -> None:
    folder = prepare(tmp_path, spec())
    folder.stop.touch()
    assert work(folder) == EXIT_STOPPED
    folder.stop.unlink()
    assert work(folder) == EXIT_ENDED


def test_a_long_epoch_is_abandoned(undisturbed: JobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gsl.worker.trainer.training.STOP_WITHIN_SECONDS", 0.0)
    folder = prepare(tmp_path, spec())
    assert work(folder, StopAt(folder, 7)) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)


@pytest.mark.parametrize("moment", ["early", "late"])
def test_a_killed_process_goes_on_number_for_number(undisturbed: JobFolder, tmp_path: Path, moment: str) -> None:
    folder = prepare(tmp_path, spec())
    script = (
        "from gsl.worker.trainer import checkpoint_manager; checkpoint_manager.LOCAL_SECONDS = 0.0; "
        f"from gsl.worker.trainer.__main__ import main; main([{str(tmp_path)!r}])"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL, start_new_session=True)
    wait_for(lambda: folder.spool.exists() and folder.spool.stat().st_size > (3_000 if moment == "early" else 12_000))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert folder.read_result() is None
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)


def test_sigterm_leaves_a_checkpoint(undisturbed: JobFolder, tmp_path: Path) -> None:
    folder = prepare(tmp_path, spec())
    process = subprocess.Popen([sys.executable, "-m", "gsl.worker.trainer", str(tmp_path)], stderr=subprocess.DEVNULL)
    wait_for(lambda: folder.spool.exists() and folder.spool.stat().st_size > 3_000)
    process.terminate()
    assert process.wait(timeout=30) == EXIT_STOPPED
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(undisturbed)


RUNS_A_TRAINER = """
import sys, time
from pathlib import Path
from gsl.worker.runner.launcher import Launcher
folder = Path(sys.argv[1])
started = Launcher().start([folder], folder / "trainer.log", [], (), lambda: False)
time.sleep(600)
"""


def test_a_trainer_whose_runner_died_leaves_a_checkpoint(tmp_path: Path) -> None:
    none = TINY_MAZE.evaluation.model_copy(update={"every_epochs": 0})  # one that is cut short keeps nothing
    config = TINY_MAZE.model_copy(update={"evaluation": none})
    folder = prepare(tmp_path, spec(config=config, budget_steps=50_000_000))
    runner = subprocess.Popen([sys.executable, "-c", RUNS_A_TRAINER, str(tmp_path)])
    wait_for(lambda: len(epochs(folder)) > 2 if folder.spool.exists() else False)
    runner.kill()
    runner.wait()
    wait_for(lambda: not running(tmp_path))
    assert load(folder.resume)["epoch"] > 2


def running(folder: Path) -> bool:
    """Whether any process has the folder among its arguments."""
    return any(str(folder) in (process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))


def wait_for(condition: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


def test_a_server_checkpoint_goes_on_in_an_empty_folder(undisturbed: JobFolder, tmp_path: Path) -> None:
    """On another machine the spool is new, so epochs go on from the checkpoint and nothing is said twice."""
    first = prepare(tmp_path / "first", spec())
    work(first, StopAt(first, 10))
    second = prepare(tmp_path / "second", spec(), None)
    second.resume.write_bytes(first.resume.read_bytes())
    assert work(second) == EXIT_ENDED
    reached = load(first.resume)["epoch"]
    assert epochs(second)[0].epoch == reached + 1
    assert [r for r in numbers(second) if "metrics" in r] == [r for r in numbers(undisturbed) if "metrics" in r][
        reached:
    ]


def test_the_spool_is_cut_to_what_the_checkpoint_stands_for(tmp_path: Path) -> None:
    folder = prepare(tmp_path, spec())
    work(folder, StopAt(folder, 3))
    with folder.spool.open("ab") as spool:
        spool.write(b'{"type": "epoch", "half a li')
    assert rewind(folder) == spool_offset(folder.resume) == folder.spool.stat().st_size
    assert rewind(folder) == folder.spool.stat().st_size
    assert len(epochs(folder)) == load(folder.resume)["epoch"]


def test_a_plateau_ends_the_job_and_can_be_rewound(tmp_path: Path) -> None:
    flat = {
        "plateau": TINY_MAZE.plateau.model_copy(update={"margin": 100.0, "margin_mode": "absolute", "rewind": True})
    }
    config = TINY_MAZE.model_copy(update=flat)
    folder = done(tmp_path / "stops", spec(config=config, stop_at_plateau=True))
    result, plateau = folder.read_result(), epochs(folder)[-1].plateau
    assert result is not None
    assert result.outcome == "plateau"
    assert plateau is not None
    announced = [line for line in lines(folder) if isinstance(line, ArtifactReport)]
    assert [(a.name, a.epoch) for a in announced][-2:] == [
        (f"plateau-{plateau.start_epoch:06d}.ckpt", plateau.start_epoch),
        (f"epoch-{result.epochs:06d}.ckpt", result.epochs),
    ]
    assert load(folder.path / announced[-2].path)["epoch"] == plateau.start_epoch
    baseline = done(tmp_path / "goes on", spec(config=config))
    assert sum(report.plateau is not None for report in epochs(baseline)) > 1


def test_checkpoints_are_announced_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_manager, "PUBLISH_EPOCHS", 10)
    folder = done(tmp_path, spec())
    result = folder.read_result()
    assert result is not None
    names = [line.epoch for line in lines(folder) if isinstance(line, ArtifactReport)]
    assert names == [10, 20, result.epochs]


def test_no_training_on_held_out_variations(tmp_path: Path) -> None:
    """Not even where a job's specification says so."""
    folder = prepare(tmp_path, spec(variations=(0, 1, 2, 3)))
    with pytest.raises(EnvError, match="forkmaze"):
        work(folder)
    assert epochs(folder) == []


def test_training_episodes_come_only_from_the_jobs_variations(undisturbed: JobFolder, tmp_path: Path) -> None:
    held_out = set(TINY_MAZE.suite.held_out_variations())
    assert not {entry.variation for report in epochs(undisturbed) for entry in report.returns} & held_out
    one = spec().variations[1]
    alone = done(tmp_path, spec("specialist", variations=(one,), held_out=(), index=1))
    assert {entry.variation for report in epochs(alone) for entry in report.returns} == {one}


def test_a_fork_starts_from_another_runs_policy_and_watches_for_a_plateau_anew(tmp_path: Path) -> None:
    first = done(tmp_path / "first", spec(stop_at_plateau=True))
    slower = TINY_MAZE.model_copy(update={"learner": TINY_MAZE.learner.model_copy(update={"learning_rate": 1e-4})})
    source = CheckpointSource(job=ORIGIN)
    fork = spec(config=slower, source=source, start="resume", stop_at_plateau=True, budget_steps=128)
    folder = done(tmp_path / "fork", fork, first.resume)
    before, after = (load(each.resume) for each in (first, folder))
    for name, values in before["learner"]["network"].items():
        assert abs(values - after["learner"]["network"][name]).max() < 0.01, "one epoch away from where it started"
    assert (after["epoch"], [line.epoch for line in epochs(folder)]) == (1, [1])
    assert (before["detector"]["seen"] > 1, after["detector"]["seen"]) == (True, 1)


def test_a_checkpoint_of_other_networks_is_refused(tmp_path: Path) -> None:
    first = done(tmp_path / "first", spec(budget_steps=128))
    wider = TINY_MAZE.model_copy(update={"learner": TINY_MAZE.learner.model_copy(update={"network": MLP(width=17)})})
    fork = spec(config=wider, source=CheckpointSource(job=ORIGIN), start="resume")
    with pytest.raises(ValueError, match="networks differ"):
        done(tmp_path / "fork", fork, first.resume)
