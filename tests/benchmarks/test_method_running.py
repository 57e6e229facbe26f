"""Whole studies in small: every run is written down as it ends, none is repeated, an interrupted one goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.method.command import main
from benchmarks.method.outcomes import read
from benchmarks.method.running import Asked, held, one, record_file, run_all
from benchmarks.method.study import BASELINE
from gsl.record import read as read_record
from tests.benchmarks.method_cases import STUDY, TINY


def asked(tmp_path: Path, *, arms: tuple[str, ...] = ("dapg", BASELINE), again: bool = False) -> Asked:
    return Asked(STUDY, ("tiny",), arms, (1,), 1, tmp_path / "results.json", tmp_path / "work", again)


@pytest.mark.slow
def test_a_study_runs_its_arms_once_at_equal_steps(tmp_path: Path) -> None:
    found = {outcome.arm: outcome for outcome in run_all(asked(tmp_path))}
    assert {outcome.status for outcome in found.values()} == {"succeeded"}
    gsl, plain = found["dapg"], found[BASELINE]
    assert set(gsl.final.training) == set(TINY.base.suite.training_variations())
    assert gsl.before.training
    assert gsl.gates[0].partition
    assert plain.gates == ()
    total, epoch = TINY.base.budget.total_steps, TINY.base.learner.batch_size
    assert total - 4 * epoch <= gsl.steps <= total
    assert total - 4 * epoch <= plain.steps <= total
    assert plain.curve[0] == gsl.curve[0] or plain.curve[:20] == gsl.curve[:20]
    kept = {outcome.arm: read_record(record_file(tmp_path / "results.json", outcome)) for outcome in found.values()}
    assert kept["dapg"].config == gsl.config
    assert kept["dapg"].gates
    again = run_all(asked(tmp_path))
    assert {outcome.seconds for outcome in again} == {outcome.seconds for outcome in found.values()}, "not repeated"


def test_a_run_that_fails_is_kept_with_its_error_and_can_be_repeated(tmp_path: Path) -> None:
    first, folder = asked(tmp_path, arms=(BASELINE,)), tmp_path / "broken"
    assert one(TINY, BASELINE, 1, folder, first.file).status == "succeeded"
    [trained], [evaluated] = folder.glob("generalist-1-*"), folder.glob("evaluation-final-*")
    (trained / "resume.ckpt").write_text("no checkpoint")
    (evaluated / "result.json").unlink()
    failed = one(TINY, BASELINE, 1, folder, first.file)
    assert (failed.status, failed.figure) == ("failed", 0)
    assert "CheckpointError" in failed.message
    assert failed.steps > 0, "what it had spent stands in its ledger"
    kept = read_record(record_file(first.file, failed))
    assert (kept.status, kept.jobs[-1].status, kept.arm_name) == ("failed", "failed", BASELINE)
    assert [outcome.status for outcome in held(first, first.configs())] == ["failed"], "not repeated by itself"
    again = asked(tmp_path, arms=(BASELINE,), again=True)
    assert held(again, again.configs()) == []


_COMMAND = """
import sys
from benchmarks.method.command import main
from tests.benchmarks.method_cases import STUDY
if __name__ == "__main__":
    main(STUDY, sys.argv[1:])
"""


@pytest.mark.slow
def test_a_killed_command_leaves_no_process_and_goes_on(tmp_path: Path) -> None:
    script = tmp_path / "command.py"
    script.write_text(_COMMAND)
    arguments = ["--seeds", "1", "--results", str(tmp_path / "r.json"), "--work", str(tmp_path / "work")]
    command = subprocess.Popen(
        [sys.executable, str(script), *arguments], env=os.environ | {"PYTHONPATH": str(Path.cwd())}
    )
    jobs = tmp_path / "work" / "gsl_tiny" / "tiny" / "1"
    _wait_for(lambda: any(jobs.glob("generalist-1-*/resume.ckpt")))
    command.send_signal(signal.SIGKILL)
    command.wait()
    _wait_for(lambda: not _processes_of(script))
    main(STUDY, arguments)
    assert {outcome.status for outcome in read(tmp_path / "r.json")} == {"succeeded"}


def _wait_for(condition: object, seconds: float = 60.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def _processes_of(script: Path) -> list[str]:
    """Processes whose command line names the script's folder."""
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if str(script.parent) in line or str(script) in line]
