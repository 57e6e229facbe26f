"""Jobs that train as one: each has the reports, files and end that it has alone."""

import logging
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.config.guides import DAPG
from gsl.config.learners import PPG
from gsl.config.networks import MLP
from gsl.protocol.jobs import JobSpec
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.forkmaze.env import ForkMazeEnv
from gsl.worker.job import alike
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_FAILED, EXIT_STOPPED, JobFolder
from gsl.worker.job.spool import SpoolWriter
from gsl.worker.trainer.job import training_of
from gsl.worker.trainer.jobs import run_jobs, why_alone
from gsl.worker.trainer.population import Outcome
from gsl.worker.trainer.stop import StopRequest
from tests.worker.jobs import TINY_MAZE, done, epochs, lines, numbers, prepare, spec
from tests.worker.trainer.test_training import StopAt, wait_for

GOALS = spec().variations


@pytest.fixture(scope="module")
def generalist(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return done(tmp_path_factory.mktemp("generalist"), spec(budget_steps=6 * 128))


def specialist(index: int, **changes: Any) -> JobSpec:
    """Each has another goal, another seed and a longer budget than the one before."""
    own: dict[str, Any] = {
        "index": index,
        "key": f"specialist-1-{index}",
        "seed": index,
        "variations": (GOALS[index % len(GOALS)],),
    }
    usual = {"held_out": (), "start": "clone_fresh_head", "budget_steps": (8 + 3 * index) * 128}
    return spec("specialist", **(own | usual | changes))


def begun(path: Path, source: JobFolder, jobs: list[JobSpec]) -> list[JobFolder]:
    return [prepare(path / job.key, job, source.resume) for job in jobs]


def together(folders: list[JobFolder], stop: Callable[[JobFolder], StopRequest] | None = None) -> list[Outcome]:
    make = stop or (lambda folder: StopRequest(folder.stop, folder.alive))
    return run_jobs(folders, [make(folder) for folder in folders])


JOBS = [specialist(index) for index in range(3)]


@pytest.fixture(scope="module")
def undisturbed(generalist: JobFolder, tmp_path_factory: pytest.TempPathFactory) -> list[JobFolder]:
    folders = begun(tmp_path_factory.mktemp("undisturbed"), generalist, JOBS)
    assert together(folders) == [EXIT_ENDED] * 3
    return folders


def test_each_ends_as_when_alone(undisturbed: list[JobFolder], generalist: JobFolder, tmp_path: Path) -> None:
    for folder, job in zip(undisturbed, JOBS, strict=True):
        alone = done(tmp_path / job.key, job, generalist.resume)
        assert folder.read_result() == alone.read_result()
        assert [line.type for line in lines(folder)] == [line.type for line in lines(alone)]
        ours, theirs = load(folder.resume), load(alone.resume)
        for name, weights in theirs["learner"]["network"].items():
            np.testing.assert_allclose(ours["learner"]["network"][name], weights, atol=1e-4, err_msg=name)
        for one, other in zip(epochs(folder), epochs(alone), strict=True):
            assert one.returns == other.returns
            assert one.metrics == pytest.approx(other.metrics, rel=0.01, abs=1e-4, nan_ok=True)
        assert ours["sampler"] == theirs["sampler"]
        assert np.array_equal(ours["learner"]["acting"], theirs["learner"]["acting"])


@pytest.mark.parametrize("epoch", [0, 4, 9])
def test_stopped_jobs_go_on_number_for_number(
    undisturbed: list[JobFolder], generalist: JobFolder, tmp_path: Path, epoch: int
) -> None:
    folders = begun(tmp_path, generalist, JOBS)
    assert EXIT_STOPPED in together(folders, lambda folder: StopAt(folder, epoch))
    assert together(folders) == [EXIT_ENDED] * 3
    assert [numbers(folder) for folder in folders] == [numbers(folder) for folder in undisturbed]


def test_one_that_is_cancelled_leaves_the_others(
    undisturbed: list[JobFolder], generalist: JobFolder, tmp_path: Path
) -> None:
    folders = begun(tmp_path, generalist, JOBS)
    stops: dict[JobFolder, StopRequest] = {folders[1]: StopAt(folders[1], 3)}
    outcomes = together(folders, lambda folder: stops.get(folder, StopRequest(folder.stop)))
    assert outcomes == [EXIT_ENDED, EXIT_STOPPED, EXIT_ENDED]
    assert len(epochs(folders[1])) in (3, 4)
    for number in (0, 2):
        for one, other in zip(epochs(folders[number]), epochs(undisturbed[number]), strict=True):
            assert one.returns == other.returns
    assert together(folders) == [EXIT_ENDED] * 3


def test_one_whose_environment_fails_leaves_the_others(
    undisturbed: list[JobFolder], generalist: JobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = ForkMazeEnv.step

    def fails_on_its_goal(env: ForkMazeEnv, actions: Any) -> Any:
        if set(env.variation.tolist()) == {JOBS[1].variations[0]}:
            raise EnvError("the environment broke")
        return step(env, actions)

    monkeypatch.setattr(ForkMazeEnv, "step", fails_on_its_goal)
    folders = begun(tmp_path, generalist, JOBS)
    first, second, third = together(folders)
    assert (first, third) == (EXIT_ENDED, EXIT_ENDED)
    assert isinstance(second, EnvError)
    assert folders[1].read_result() is None
    for one, other in zip(epochs(folders[2]), epochs(undisturbed[2]), strict=True):
        assert one.returns == other.returns


def test_one_that_cannot_begin_leaves_the_others(generalist: JobFolder, tmp_path: Path) -> None:
    folders = [prepare(tmp_path / "lost", specialist(7)), *begun(tmp_path, generalist, JOBS[:2])]
    lost, *others = together(folders)
    assert isinstance(lost, ValueError)
    assert others == [EXIT_ENDED, EXIT_ENDED]


def test_jobs_that_differ_train_apart_and_it_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    wide = TINY_MAZE.model_dump()
    wide["learner"]["network"]["width"] = 8
    other = specialist(1, config=type(TINY_MAZE).model_validate(wide), start="scratch")
    jobs = [specialist(0, start="scratch"), other, specialist(2, start="scratch")]
    with caplog.at_level(logging.INFO):
        assert together([prepare(tmp_path / job.key, job) for job in jobs]) == [EXIT_ENDED] * 3
    assert "specialist-1-1 trains apart from specialist-1-0: another learner and network" in caplog.text
    assert "2 jobs train as one: specialist-1-0, specialist-1-2" in caplog.text


def test_a_process_with_several_jobs_leaves_each_its_own_exit_code_and_log(
    generalist: JobFolder, tmp_path: Path
) -> None:
    """One has no source and fails at once; on SIGTERM the others leave a checkpoint."""
    long = [specialist(index, budget_steps=10**6) for index in range(2)]
    folders = begun(tmp_path, generalist, long)
    lost = prepare(tmp_path / "lost", specialist(2))
    command = [sys.executable, "-m", "gsl.worker.trainer", *(str(folder.path) for folder in [*folders, lost])]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    wait_for(lambda: all(folder.spool.exists() and len(epochs(folder)) > 2 for folder in folders), 60)
    assert lost.read_exit() == EXIT_FAILED
    process.terminate()
    assert process.wait(timeout=30) == EXIT_FAILED
    assert [folder.read_exit() for folder in folders] == [EXIT_STOPPED] * 2
    assert all(load(folder.resume)["epoch"] > 0 for folder in folders)  # a busy machine may abandon its slow epoch
    assert "has no source checkpoint" in lost.log.read_text()
    assert all("epoch 3: return" in folder.log.read_text() for folder in folders)
    assert all("Traceback" not in folder.log.read_text() for folder in folders)


def test_what_fails_in_the_shared_part_is_each_ones_failure(
    generalist: JobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr("gsl.worker.learners.ppo_population.PPOPopulation.decide", fails)
    folders = begun(tmp_path, generalist, JOBS)
    assert [str(outcome) for outcome in together(folders)] == ["out of memory"] * 3
    monkeypatch.undo()
    assert together(folders) == [EXIT_ENDED] * 3


@pytest.mark.parametrize(
    ("learner", "reason"),
    [
        ({"network": MLP(width=1024)}, "samples are large enough"),
        (None, "PPG trains by itself"),
    ],
)
def test_what_gains_nothing_trains_by_itself(learner: dict[str, Any] | None, reason: str, tmp_path: Path) -> None:
    settings = TINY_MAZE.learner
    small = {"num_envs": 8, "num_steps": 16, "num_minibatches": 2, "device": "cpu", "network": MLP(width=16)}
    changed = PPG(**small) if learner is None else settings.model_copy(update=learner)
    job = specialist(0, config=TINY_MAZE.model_copy(update={"learner": changed}), start="scratch")
    folder = prepare(tmp_path, job)
    with closing(SpoolWriter(folder.spool)) as spool:
        training = training_of(folder.read_job(), folder, spool, StopRequest())
    assert reason in (why_alone(training) or "")


@pytest.mark.parametrize(("width", "on_cpu", "pays"), [(16, True, True), (8192, True, False), (8192, False, True)])
def test_the_runner_knows_without_torch_whether_it_pays(width: int, on_cpu: bool, pays: bool) -> None:
    learner = TINY_MAZE.learner.model_copy(update={"network": MLP(width=width)})
    job = specialist(0, config=TINY_MAZE.model_copy(update={"learner": learner}))
    assert (alike.why_alone(job, on_cpu) is None) == pays


def test_a_guide_that_acts_keeps_a_job_alone() -> None:
    guided = TINY_MAZE.model_copy(update={"guide": DAPG()})
    assert alike.why_alone(specialist(0, config=guided), on_cpu=True) is None
    learns = specialist(0, config=guided, demonstrations=("demonstrations-1-g",))
    assert alike.why_alone(learns, on_cpu=True) == "it learns with dapg"
