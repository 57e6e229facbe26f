"""A trainer's process: it stops when asked, ends when it must, and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from gsl.worker.runner.launcher import Launcher
from gsl.worker.runner.trainer_process import TrainerProcess, trainer_environment

REPORTS_ITS_PID = "import os, sys, time, signal, subprocess; open(sys.argv[1] + '/pid', 'w').write(str(os.getpid()));"
SLEEPS = REPORTS_ITS_PID + "time.sleep(60)"
IGNORES_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPS
LEAVES_A_CHILD = (
    REPORTS_ITS_PID + "c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open(sys.argv[1] + '/child', 'w').write(str(c.pid)); sys.exit(3)"
)
HAS_A_CHILD = (
    "import sys, subprocess; c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "open(sys.argv[1] + '/child', 'w').write(str(c.pid));" + SLEEPS
)
STOPS_WELL = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(75));" + SLEEPS


Start = Callable[[str], TrainerProcess]
WARM, FRESH = "forked", "fresh"


@pytest.fixture(params=[WARM, FRESH])
def way(request: pytest.FixtureRequest) -> str:
    """How a trainer starts; what is promised of it is the same."""
    return str(request.param)


@pytest.fixture
def start(tmp_path: Path, way: str) -> Iterator[Start]:
    """Starts code in place of a trainer."""
    launchers = []

    def start(code: str) -> TrainerProcess:
        launchers.append(launcher_of(way, code))
        trainer, note = launchers[-1].start([tmp_path], tmp_path / "trainer.log", [], (), lambda: False)
        assert not note
        return trainer

    yield start
    for launcher in launchers:
        launcher.close()


def launcher_of(way: str, code: str) -> Launcher:
    parent = [sys.executable, "-m", "tests.worker.runner.odd_parent", code] if way == WARM else None
    return Launcher(lambda folder: [sys.executable, "-c", code, str(folder)], parent)


def wait(condition: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def pid_in(path: Path) -> int:
    wait(lambda: path.exists() and path.read_text())
    return int(path.read_text())


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def code_of(trainer: TrainerProcess) -> int:
    wait(lambda: trainer.poll() is not None)
    code = trainer.poll()
    assert code is not None
    return code


@pytest.mark.parametrize("code", [0, 1, 75])
def test_the_exit_code_is_the_trainers(start: Start, tmp_path: Path, code: int) -> None:
    assert code_of(start(f"raise SystemExit({code})")) == code


def test_what_the_trainer_prints_is_in_the_log_even_when_it_dies(start: Start, tmp_path: Path) -> None:
    trainer = start("print('before'); import os; os.kill(os.getpid(), 9)")
    assert code_of(trainer) == 128 + signal.SIGKILL
    assert (tmp_path / "trainer.log").read_text() == "before\n"


def test_a_trainer_that_is_asked_to_stop_chooses_its_exit_code(start: Start, tmp_path: Path) -> None:
    trainer = start(STOPS_WELL)
    pid_in(tmp_path / "pid")
    trainer.stop(grace=30)
    assert code_of(trainer) == 75
    assert not trainer.killed


def test_a_trainer_that_ignores_sigterm_is_killed_after_its_grace(start: Start, tmp_path: Path) -> None:
    trainer = start(IGNORES_SIGTERM)
    pid = pid_in(tmp_path / "pid")
    trainer.end(grace=0.3)
    assert trainer.killed
    wait(lambda: not lives(pid))


def test_children_that_a_trainer_leaves_behind_are_killed(start: Start, tmp_path: Path) -> None:
    trainer = start(LEAVES_A_CHILD)
    assert code_of(trainer) == 3
    child = pid_in(tmp_path / "child")
    wait(lambda: not lives(child))


def test_a_killed_trainer_takes_its_children_along(start: Start, tmp_path: Path) -> None:
    trainer = start(HAS_A_CHILD)
    pid, child = pid_in(tmp_path / "pid"), pid_in(tmp_path / "child")
    os.kill(pid, signal.SIGKILL)
    assert code_of(trainer) == 128 + signal.SIGKILL
    wait(lambda: not lives(child))


def test_whoever_started_the_trainer_takes_everything_along_when_killed(start: Start, tmp_path: Path) -> None:
    trainer = start(HAS_A_CHILD)
    pid, child = pid_in(tmp_path / "pid"), pid_in(tmp_path / "child")
    os.kill(psutil.Process(pid).ppid(), signal.SIGKILL)
    assert code_of(trainer) == 128 + signal.SIGKILL
    wait(lambda: not lives(pid) and not lives(child))


RUNS_A_TRAINER = """
import sys, time
from pathlib import Path
from tests.worker.runner.test_trainer_process import launcher_of
from gsl.worker.runner import trainer_process, warm_parent
trainer_process.ORPHAN_GRACE_S = warm_parent.ORPHAN_GRACE_S = 0.5
way, code, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
launcher = launcher_of(way, code)
started = launcher.start([folder], folder / "trainer.log", [], (), lambda: False)
time.sleep(60)
"""


@pytest.mark.parametrize("code", [HAS_A_CHILD, IGNORES_SIGTERM + ";"])
def test_nothing_outlives_a_runner_that_is_killed(tmp_path: Path, way: str, code: str) -> None:
    with subprocess.Popen([sys.executable, "-c", RUNS_A_TRAINER, way, code, str(tmp_path)]) as runner:
        pid = pid_in(tmp_path / "pid")
        group, parent = os.getpgid(pid), psutil.Process(pid).ppid()
        runner.kill()
        wait(lambda: not any(os_group(process) == group for process in psutil.process_iter()) and not lives(parent))


def os_group(process: psutil.Process) -> int | None:
    try:
        return None if process.status() == psutil.STATUS_ZOMBIE else os.getpgid(process.pid)
    except (ProcessLookupError, psutil.NoSuchProcess):
        return None


def test_a_trainer_gets_no_secrets() -> None:
    secrets = dict.fromkeys(("GSL_WORKER_TOKEN", "GSL_OWNER_TOKEN", "GSL_TOKEN"), "t")
    given = {"PATH": "/bin", **secrets, "REDIS_URL": "r", "CUDA_VISIBLE_DEVICES": "1"}
    assert trainer_environment(given) == {
        "PATH": "/bin",
        "CUDA_VISIBLE_DEVICES": "1",
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
