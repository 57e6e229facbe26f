"""The file that a trainer of somebody's own takes along: it runs on Python 3.8 alone, and never waits in vain."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import vermin

from gsl.worker.trainer.external.check import main
from gsl.worker.trainer.external.orders import training_order
from gsl.worker.trainer.external.protocol import ANSWERS, LINES, ORDER
from tests.worker.jobs import spec
from tests.worker.runner.test_trainer_process import wait
from tests.worker.trainer.external.own import HELPER, HERE, config, declare

FILE = HELPER / "gsl_trainer.py"
OLDEST = (3, 8)


def oldest_python() -> str:
    """The oldest interpreter on this machine that is not older than what the file promises: 3.8 where it is there."""
    versions = range(OLDEST[1], sys.version_info.minor)
    installed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in versions:
        for found in (shutil.which(f"python3.{minor}"), *installed.glob(f"3.{minor}.*/bin/python")):
            if found and subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0:
                return str(found)
    return sys.executable


def test_it_does_every_kind_of_work_on_the_oldest_python_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Isolated, so that no package can be imported: the helper comes by PYTHONPATH alone."""
    declare(monkeypatch, tmp_path, command=[oldest_python(), "-S", str(HERE / "skilful.py")])
    assert main(["skilful"]) == 0
    assert "the same returns as without a stop" in capsys.readouterr().out


def test_nothing_in_it_is_newer_than_python_3_8() -> None:
    _, needed = vermin.detect(FILE.read_text())
    assert needed <= OLDEST
    promised = tomllib.loads((HELPER / "pyproject.toml").read_text())["project"]["requires-python"]
    assert promised == f">={OLDEST[0]}.{OLDEST[1]}"


def test_it_needs_nothing_but_the_standard_library() -> None:
    nodes = list(ast.walk(ast.parse(FILE.read_text(), feature_version=OLDEST)))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


@pytest.mark.parametrize("gone", ["removed", "replaced"])
def test_a_trainer_that_nobody_waits_for_ends_itself(tmp_path: Path, gone: str) -> None:
    """One in a container, which does not end with the command that started it."""
    order = training_order(spec(config=config()), checkpoint=None, epoch=0, steps=0, resume=False)
    (tmp_path / ORDER).write_text(order.model_dump_json())
    for name in (LINES, ANSWERS):
        (tmp_path / name).touch()
    with subprocess.Popen(
        [sys.executable, str(HERE / "skilful.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(HELPER)}, stderr=subprocess.PIPE, text=True,
    ) as trainer:  # fmt: skip
        wait(lambda: (tmp_path / LINES).read_text())
        assert json.loads((tmp_path / LINES).read_text())["type"] == "epoch"
        (tmp_path / ANSWERS).unlink()
        if gone == "replaced":
            (tmp_path / ANSWERS).write_text('{"do": "go"}\n')
        _, said = trainer.communicate(timeout=60)
    assert trainer.returncode == 1
    assert "no longer waits" in said
