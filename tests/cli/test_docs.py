"""docs/cli.md and docs/notebook.ipynb are true: their commands and cells run, on a product that `gsl up` started.

That product is the wheel's, in a folder whose files have the names of modules.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from gsl.cli.main import COMMANDS, app
from gsl.client.api import Client
from gsl.client.errors import Unreachable
from gsl.config.method import BudgetSettings, EvaluationSettings, GateSettings, SpecialistSettings
from gsl.config.plateau import PlateauSettings
from tests.browser.product import free_port
from tests.cli.conftest import Gsl
from tests.wheel import build, install
from tests.worker.jobs import TINY_MAZE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text()
OTHERS = [(ROOT / "docs" / f"{name}.md").read_text() for name in ("slurm", "kubernetes")]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"
TINY = TINY_MAZE.model_copy(
    update={
        "plateau": PlateauSettings(sigma=0, window=4, min_epochs=2),
        "specialists": SpecialistSettings(count=2, steps=512),
        "evaluation": EvaluationSettings(episodes=2, held_out_sample=1),
        "budget": BudgetSettings(total_steps=5000, generalist_steps=1024),
        "gate": GateSettings(mode="ask"),
    }
)
"""A run of every phase that takes seconds."""


def commands(section: str = "", page: str = PAGE) -> list[list[str]]:
    """The commands in the page's blocks, or in those of a section, as a shell splits them."""
    text = page.split(f"\n## {section}\n")[1].split("\n## ")[0] if section else page
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).replace("$RUN", "1")
    found = re.findall(r"(?:^|&& |\()gsl ((?:[^|&)\"\n]|\"[^\"]*\")*)", blocks, re.MULTILINE)
    return [shlex.split(command, comments=True) for command in found]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Address and data folder of what `gsl up` starts, once its worker is live; and how it stops."""
    folder, port = tmp_path_factory.mktemp("product"), free_port()
    for name in ("gsl", "worker", "client", "alembic", "queue"):
        (folder / f"{name}.py").write_text("raise SystemExit('a file of the current folder was taken for a module')")
    shut_out = ("REDIS_URL", "DATABASE_URL", "PYTHONPATH")
    inherited = {name: value for name, value in os.environ.items() if name not in shut_out}
    environment = {**inherited, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    commands = install(build(folder / "wheel"), folder / "environment")
    command = [str(commands / "gsl"), "up", "--port", str(port), "--data", "data", "--workers", "1"]
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            _wait_for_worker(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}", folder / "data"
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()
            print((folder / "up.log").read_text())


def _wait_for_worker(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 90
    with Client(url, "") as api:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if api.health().live_workers:
                    return
            except Unreachable:
                time.sleep(0.2)
    raise AssertionError("the product did not start")


@pytest.mark.parametrize(
    "arguments", [*commands(), *(one for page in OTHERS for one in commands(page=page))], ids=" ".join
)
def test_every_command_of_the_page_is_one_that_there_is(arguments: list[str], settings: Path) -> None:
    """Its options and values are parsed as they are when it runs."""
    group: Any = get_command(app)
    with group.make_context("gsl", list(arguments)) as context:
        name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
        with command.make_context(name, rest, parent=context):
            assert name in {word for words in COMMANDS.values() for word in words}


def test_every_command_has_an_example() -> None:
    shown = {next(word for word in arguments if word[0] != "-" and ":" not in word) for arguments in commands()}
    assert shown == {word for words in COMMANDS.values() for word in words}


def test_the_tour_of_the_page(
    run_gsl: Gsl, product: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a smaller run than the page's; `gsl up` has run already."""
    address, data = product
    monkeypatch.setenv("GSL_URL", address)
    monkeypatch.setenv("GSL_DATA_DIR", str(data))
    monkeypatch.chdir(tmp_path)
    Path("tiny.json").write_text(TINY.model_dump_json())
    start, launch, *others = commands("A tour")
    assert start == ["up"]
    launched = run_gsl(*launch, "--config", "tiny.json")
    assert launched.code == 0, launched.err
    for arguments in others:
        ended = run_gsl(*arguments)
        assert ended.code == (5 if "--until-gate" in arguments else 0), (arguments, ended)
        assert ended.out, arguments
    with Client() as api:
        first, imported = api.run(1), api.run(2)
        gate = api.gate(1)
        assert api.record(1) == api.record(2)
    assert (first.status, first.name, imported.imported) == ("succeeded", "first look", True)
    assert gate is not None
    assert (gate.status, gate.reason) == ("approved", "as proposed")


def test_the_notebook_runs_from_its_first_cell_to_its_last(product: tuple[str, Path], tmp_path: Path) -> None:
    """As a script, with the run of the tour."""
    address, data = product
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] for cell in cells), "it is stored without outputs"
    parameters, *others = ["".join(cell["source"]) for cell in cells]
    seen = "print(run.id, run.status, api.returns_frame(run.id).height, len(played.returns))"
    environment = {
        **os.environ, "GSL_URL": address, "GSL_DATA_DIR": str(data), "PYTHONPATH": str(ROOT),
        "XDG_CONFIG_HOME": str(tmp_path),
    }  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join([parameters, "RUN = 1", *others, seen])],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    variations = str(len(TINY.suite.training_variations()))
    assert ended.stdout.splitlines()[-1].split() == ["1", "succeeded", variations, variations]
    assert "specialists on variations" in ended.stdout
