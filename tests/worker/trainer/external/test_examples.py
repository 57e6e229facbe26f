"""The worked examples of trainers of one's own go through all phases, and keep to the protocol: each as it is read."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsl.config.run import RunConfig
from gsl.protocol.reports import DemonstrationsReport, EpochReport, EvaluationReport, SpoolLine
from gsl.worker.job.spool import read_all
from gsl.worker.local_run import LocalRun
from gsl.worker.trainer.external.check import main
from tests.worker.runner.test_trainer_process import wait
from tests.worker.trainer.external.own import HELPER, HERE, declare, whole_run

SUITE = {"variations": 2, "held_out": 1, "longest_episode": 30, "return_of_zero": 5, "return_of_one": 30}
LEARNER = {"num_envs": 4, "num_steps": 32, "arguments": {"lengths": "0.25,1.0,0.5"}}
CHANGES = {
    "specialists": {"count": 1, "steps": 512}, "evaluation": {"episodes": 1},
    "demonstrations": {"per_variation": 2, "generalist_per_variation": 1, "max_tries": 16, "filter": "return"},
    "budget": {"total_steps": 4000, "generalist_steps": 512},
}  # fmt: skip
EXAMPLES = ("cleanrl_ppo", "sb3_ppo", "jax_ppo")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """JAX compiles a function once for all processes."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(params=EXAMPLES)
def script(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, compiled: Path) -> Path:
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(compiled))
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    monkeypatch.setenv("XLA_FLAGS", "--xla_backend_optimization_level=0")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return HELPER / f"{request.param}.py"


@pytest.fixture
def _forked(script: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The trainer's command has a fork of one process do each job."""
    forking, path = HERE / "forked.py", tmp_path / "socket"
    with subprocess.Popen([sys.executable, str(forking), "serve", str(path), str(script)]) as server:
        wait(path.exists)
        declare(monkeypatch, tmp_path, [sys.executable, "-S", str(forking), "ask", str(path)])
        yield
        server.kill()


@pytest.fixture
def _fresh(script: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    declare(monkeypatch, tmp_path, [sys.executable, str(script)])


def tiny() -> RunConfig:
    whole = whole_run().model_dump() | CHANGES
    return RunConfig.model_validate(
        whole | {"suite": whole["suite"] | SUITE | {"success": False}, "learner": whole["learner"] | LEARNER}
    )


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_forked")
def test_an_example_goes_through_all_phases(tmp_path: Path) -> None:
    run = LocalRun(tiny(), tmp_path / "run").finish()
    assert run.status == "succeeded", run.message
    lines = {job.key: read_all(next((tmp_path / "run").glob(f"{job.key}-*")) / "spool.jsonl") for job in run.jobs}
    assert {job.kind for job in run.jobs} == {"generalist", "evaluation", "specialist", "demonstrations", "finetune"}
    assert all(_of(lines[key], EpochReport) for key in ("generalist-1", "specialist-1-1", "finetune-1"))
    final = _of(lines["evaluation-final"], EvaluationReport)[0]
    assert [one.variation for one in (*final.training, *final.held_out)] == [0, 1, 2]
    kept = {key: _of(each, DemonstrationsReport)[0] for key, each in lines.items() if "demonstrations" in key}
    assert sum(count.kept for report in kept.values() for count in report.counts) > 0
    for key, report in kept.items():
        with np.load(next((tmp_path / "run").glob(f"{key}-*/{key}.npz"))) as file:
            assert (len(file["obs"]) > 0) == any(count.kept for count in report.counts)


def _of(lines: list[SpoolLine], kind: type[Any]) -> list[Any]:
    return [line for line in lines if isinstance(line, kind)]


@pytest.mark.slow
@pytest.mark.usefixtures("_fresh")
def test_an_example_keeps_to_the_protocol_and_resumes_exactly(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["skilful", json.dumps({"suite": SUITE, "learner": LEARNER})]) == 0
    said = capfd.readouterr().out
    assert said.count("ok  ") == 6
    assert "the same returns as without a stop" in said
