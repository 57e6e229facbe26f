"""Nothing that a trainer of somebody's own starts outlives it, however it ends, and whoever ends it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gsl.protocol.reports import EpochReport
from gsl.worker.job.folder import EXIT_STOPPED
from gsl.worker.job.spool import read_all
from gsl.worker.trainer import __main__ as trainer
from gsl.worker.trainer.external import training
from gsl.worker.trainer.stop import StopRequest
from tests.worker.jobs import prepare, spec, work
from tests.worker.runner.test_trainer_process import lives, pid_in, wait
from tests.worker.trainer.external.own import config, declare

KEEPER = [sys.executable, "-m", "gsl.worker.trainer.external.keeper"]
DAEMON = Path(__file__).with_name("skilful.py")


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    declare(monkeypatch, tmp_path)


def kept(*command: str) -> int:
    """The exit code of a command with a keeper."""
    return subprocess.run([*KEEPER, str(os.getpid()), *command], check=False).returncode


def test_the_exit_code_is_the_command_s() -> None:
    assert [kept("true"), kept("sh", "-c", "exit 3"), kept("sh", "-c", "kill -9 $$"), kept("no-such-program")] == [
        0, 3, 128 + signal.SIGKILL, 127,
    ]  # fmt: skip


def test_the_command_hears_signals_and_has_no_files_of_ours() -> None:
    blocked = subprocess.run(
        [*KEEPER, str(os.getpid()), "grep", "^SigBlk", "/proc/self/status"], capture_output=True, text=True, check=True
    )
    assert int(blocked.stdout.split()[1], 16) == 0
    with Path(os.devnull).open() as file:
        listed = subprocess.run(
            [*KEEPER, str(os.getpid()), "ls", "/proc/self/fd"],
            pass_fds=[file.fileno()], capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
    assert listed == ["0", "1", "2", "3"]  # the last is of ls itself


def test_a_daemon_ends_with_the_trainer_that_left_it(tmp_path: Path) -> None:
    left = tmp_path / "daemon"
    arguments = {"mistake": "leaves a daemon", "pid": str(left)}
    folder = prepare(tmp_path / "job", spec(config=config(arguments=arguments), budget_steps=512))
    assert work(folder) == 0
    assert not lives(pid_in(left))


HAS_A_KEEPER = """
import os, subprocess, sys, time
subprocess.Popen([*sys.argv[1].split(), str(os.getpid()), *sys.argv[2:]], start_new_session=True)
time.sleep(60)
"""
LEAVES_A_DAEMON = """
import os, sys, time
sys.path[:0] = sys.argv[1:3]
from skilful import leave_a_daemon
leave_a_daemon(sys.argv[3])
open(sys.argv[4], "w").write(str(os.getpid()))
time.sleep(60)
"""


def test_a_daemon_ends_with_whoever_started_its_trainer(tmp_path: Path) -> None:
    daemon, command = tmp_path / "daemon", tmp_path / "command"
    code = [sys.executable, "-c", LEAVES_A_DAEMON, *os.environ["PYTHONPATH"].split(os.pathsep)[:1]]
    with subprocess.Popen(
        [sys.executable, "-c", HAS_A_KEEPER, " ".join(KEEPER), *code, str(DAEMON.parent), str(daemon), str(command)]
    ) as starter:
        started = pid_in(daemon), pid_in(command)
        assert all(map(lives, started))
        starter.kill()
    wait(lambda: not any(map(lives, started)))


def test_one_that_ignores_sigterm_and_is_silent_is_killed_and_its_job_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "STOP_WITHIN_SECONDS", 0.1)
    hanging = tmp_path / "hanging"
    arguments = {"mistake": "ignores SIGTERM", "pid": str(hanging)}
    folder = prepare(tmp_path / "job", spec(config=config(arguments=arguments), budget_steps=512))
    stop = _StopOnceThere(hanging)
    assert work(folder, stop) == EXIT_STOPPED
    assert not lives(pid_in(hanging))
    ended = spec(config=config(), budget_steps=512)
    assert work(prepare(tmp_path / "job", ended)) == 0
    assert [line.epoch for line in read_all(folder.spool) if isinstance(line, EpochReport)] == [1, 2]


class _StopOnceThere(StopRequest):
    def __init__(self, file: Path) -> None:
        super().__init__()
        self._there = file

    @property
    def requested_in_silence(self) -> bool:
        return self._there.exists()


def test_a_job_whose_trainer_a_signal_ended_is_lost_and_not_failed(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "job", spec(config=config("dies in the middle"), budget_steps=512))
    assert trainer._run(folder, StopRequest(), echo=False) == 128 + signal.SIGKILL


def test_what_the_versions_of_the_protocol_are_is_in_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = prepare(tmp_path / "job", spec(config=config("a newer protocol"), budget_steps=512))
    with pytest.raises(RuntimeError, match="exit code 1"):
        work(folder)
    assert "version 1 of the protocol, this gsl_trainer.py version 2" in capfd.readouterr().err
