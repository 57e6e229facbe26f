"""Forks of a warm parent: they compute what fresh processes compute, and where forking is unsafe, none is made."""

import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest

from gsl.protocol.jobs import JobSpec
from gsl.protocol.lease import MOST_MEMBERS
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import JobFolder
from gsl.worker.runner import trainer_process, warm_parent
from gsl.worker.runner.launcher import Launcher, modules_of
from gsl.worker.runner.trainer_process import TrainerProcess
from gsl.worker.runner.warm_parent import WARM_PARENT
from gsl.worker.trainer import warm
from tests.worker.jobs import TINY_MAZE, epochs, numbers, prepare, spec
from tests.worker.runner.test_trainer_process import code_of, lives, wait

WRITES = (
    "import os, sys, json; found = {**os.environ, 'parent': os.getppid()}\n"
    "open(sys.argv[1] + '/written', 'w').write(json.dumps(found))"
)
MODULES = {
    "starts_threads": "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "ends_the_parent": "import os; os._exit(3)",
    "is_broken": "raise ImportError('no')",
    "takes_signals": "import signal; signal.set_wakeup_fd(-1); signal.signal(signal.SIGCHLD, signal.SIG_DFL)",
    "is_fine": "",
}


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages that behave in some way when they are imported."""
    for name, code in MODULES.items():
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., tuple[TrainerProcess, str]]]:
    """Start something that imports modules; the slot's launcher is the same for all within a test."""
    launchers: dict[str, Launcher] = {}

    def launch(module: str = "is_fine", code: str = WRITES) -> tuple[TrainerProcess, str]:
        if code not in launchers:
            parent = [sys.executable, "-m", "tests.worker.runner.odd_parent", code]
            launchers[code] = Launcher(lambda folder: [sys.executable, "-c", code, str(folder)], parent)
        return launchers[code].start([tmp_path], tmp_path / "trainer.log", [], (module,), lambda: False)

    yield launch
    for launcher in launchers.values():
        launcher.close()


Launch = Callable[..., tuple[TrainerProcess, str]]


def parent_of(trainer: TrainerProcess) -> int:
    return psutil.Process(trainer.group).ppid()


def test_one_parent_forks_all_trainers_of_a_slot_without_its_secrets(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GSL_WORKER_TOKEN", "the token")
    parents = set()
    for _ in range(2):
        trainer, note = launch()
        assert (code_of(trainer), note) == (0, "")
        written = (tmp_path / "written").read_text()
        assert "the token" not in written
        parents.add(written.split('"parent": ')[1])
    assert len(parents) == 1


@pytest.mark.parametrize(
    ("module", "reason"), [("starts_threads", "importing starts_threads starts threads"), ("ends_the_parent", "code 3")]
)
def test_what_cannot_be_forked_starts_in_a_fresh_process_and_says_why(launch: Launch, module: str, reason: str) -> None:
    for _ in range(2):
        trainer, note = launch(module)
        assert reason in note
        assert code_of(trainer) == 0
    trainer, note = launch("is_fine")
    assert (code_of(trainer), note) == (0, "")


def test_an_import_that_fails_is_left_to_the_trainer(launch: Launch) -> None:
    trainer, note = launch("is_broken", "import is_broken")
    assert (code_of(trainer), note) == (1, "")


def test_a_segmentation_fault_takes_down_one_trainer(launch: Launch) -> None:
    waits = "import time; time.sleep(60)"
    trainer, _ = launch(code=waits)
    parent = parent_of(trainer)
    os.kill(trainer.group, signal.SIGSEGV)
    assert code_of(trainer) == 128 + signal.SIGSEGV
    trainer, note = launch(code=waits)
    assert (parent_of(trainer), note) == (parent, "")
    trainer.end(0)


def test_a_parent_that_has_grown_or_died_is_replaced(launch: Launch) -> None:
    grows = "import time; time.sleep(60)  # grows"
    parents = []
    for _ in range(2):
        trainer, note = launch(code=grows)
        parents.append(parent_of(trainer))
        assert not note
        trainer.end(0)
    assert parents[0] != parents[1]
    wait(lambda: not any(lives(parent) for parent in parents))


def test_what_a_parent_said_is_heard_though_it_ended_without_reading() -> None:
    ends = (
        "import json, select, socket, sys; control = socket.socket(fileno=int(sys.argv[1])); "
        "select.select([control], [], []); control.send(json.dumps({'ended': 7, 'last': True}).encode())"
    )
    parent = warm_parent.WarmParent([sys.executable, "-c", ends])
    parent.send(signal.SIGTERM)
    wait(lambda: not parent.usable)
    assert parent.receive(10) == {"ended": 7, "last": True}
    with pytest.raises(warm_parent.NoFork):
        parent.receive(10)


def test_a_parent_that_hangs_does_not_keep_its_trainer(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_process, "_DEATH_TAKES_S", 0.3)
    monkeypatch.setattr(warm_parent, "_ANSWERS_WITHIN_S", 0.3)
    trainer, _ = launch(code="import time; time.sleep(60)")
    pid = trainer.group
    os.kill(parent_of(trainer), signal.SIGSTOP)
    trainer.end(0)
    assert code_of(trainer) == 128 + signal.SIGKILL
    wait(lambda: not lives(pid))


def test_the_locks_of_folders_are_held_as_long_as_their_trainer_lives(tmp_path: Path) -> None:
    code = "import time; time.sleep(60)"
    parent = [sys.executable, "-m", "tests.worker.runner.odd_parent", code]
    launcher = Launcher(warm_parent=parent)
    locks = [tmp_path / f"{number}.lock" for number in range(MOST_MEMBERS)]
    ours = [os.open(lock, os.O_RDWR | os.O_CREAT) for lock in locks]
    for lock in ours:
        fcntl.flock(lock, fcntl.LOCK_EX)
    trainer, note = launcher.start([tmp_path] * len(ours), tmp_path / "trainer.log", ours, (), lambda: False)
    assert not note
    for lock in ours:
        os.close(lock)
    assert not any(is_free(lock) for lock in locks)
    trainer.end(0)
    assert all(is_free(lock) for lock in locks)
    launcher.close()


def is_free(lock: Path) -> bool:
    descriptor = os.open(lock, os.O_RDWR)
    try:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False
    finally:
        os.close(descriptor)


def test_a_module_may_take_the_signals_over_when_it_is_imported(launch: Launch, tmp_path: Path) -> None:
    trainer, note = launch("takes_signals")
    wait(lambda: trainer.poll() is not None)
    assert (trainer.poll(), note) == (0, "")
    assert (tmp_path / "written").exists()


def test_an_open_gpu_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "_GPUS", (str(tmp_path / "nvidia"),))
    with (tmp_path / "nvidia0").open("w"):
        assert warm.unfit() == "opens the GPU"


def test_a_fork_computes_what_a_fresh_process_computes(tmp_path: Path) -> None:
    job = spec(budget_steps=512)
    launcher = Launcher(warm_parent=WARM_PARENT)
    folders = [run(launcher, tmp_path / name, job) for name in ("first", "second")]
    launcher.close()
    fresh = run(Launcher(), tmp_path / "fresh", job)
    for folder in folders:
        assert numbers(folder) == numbers(fresh)
        assert learned(folder) == learned(fresh)


@pytest.mark.gpu
def test_a_fork_opens_the_gpu_itself(tmp_path: Path) -> None:
    learner = TINY_MAZE.learner.model_copy(update={"device": "cuda"})
    launcher = Launcher(warm_parent=WARM_PARENT)
    for name in ("first", "second"):
        job = spec(config=TINY_MAZE.model_copy(update={"learner": learner}), budget_steps=512)
        assert len(epochs(run(launcher, tmp_path / name, job))) == 4
    launcher.close()


def learned(folder: JobFolder) -> str:
    """The whole state; but the reports before it, with the clock's figures, are of different lengths."""
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        return str({**load(folder.resume), "spool_offset": 0})


def run(launcher: Launcher, path: Path, job: JobSpec) -> JobFolder:
    folder = prepare(path, job)
    trainer, note = launcher.start([path], folder.log, [], modules_of(job.config), lambda: False)
    wait(lambda: trainer.poll() is not None, 60)
    assert (trainer.poll(), note) == (0, ""), folder.log.read_text()
    return folder
