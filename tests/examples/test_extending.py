"""docs/extending.md is true: its suite, learner and guide, one settings class and one file each, run every phase."""

import json
import re
from pathlib import Path

import pytest

from tests.examples.installed import EXAMPLES, ROOT, install_example, run_python

PAGE = (ROOT / "docs" / "extending.md").read_text()
SCRIPTS = dict(
    zip(("gridworld", "reinforce", "praise"), re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL), strict=True)
)
PHASES = ["generalist-1", "evaluation-1", "specialist-1-1", "finetune-1", "evaluation-final"]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each of the page's scripts prints where all three packages are installed; one process starts faster."""
    site = tmp_path_factory.mktemp("site")
    paths = [path for name in SCRIPTS for path in install_example(site, name)]
    ended = run_python("\n".join(SCRIPTS.values()), *paths)
    assert ended.returncode == 0, ended.stderr
    return {name: line.split() for name, line in zip(SCRIPTS, ended.stdout.splitlines(), strict=True)}


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_example_runs_every_phase_as_the_page_says(name: str, said: dict[str, list[str]]) -> None:
    status, *jobs = said[name]
    assert status == "succeeded"
    assert [key for key in PHASES if key in jobs] == PHASES


@pytest.mark.parametrize("name", SCRIPTS)
def test_an_example_is_a_settings_class_and_one_file(name: str) -> None:
    sources = sorted(path.name for path in EXAMPLES.glob(f"{name}/**/*.py"))
    assert sources == ["__init__.py", {"gridworld": "env.py", "reinforce": "learner.py", "praise": "guide.py"}[name]]


def test_the_page_shows_the_entry_point_that_the_example_has() -> None:
    shown = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    assert shown.group(1) in (EXAMPLES / "gridworld" / "pyproject.toml").read_text()


def test_a_pair_that_cannot_work_is_refused_with_its_reason(tmp_path: Path) -> None:
    paths = install_example(tmp_path, "reinforce")
    script = "from gsl.config.run import RunConfig; RunConfig.model_validate({'learner': {'name': 'reinforce'}})"
    ended = run_python(script, *paths)
    assert "guide.name" in ended.stderr
    assert all(name in ended.stderr for name in ("REINFORCE", "loss", "DAPG"))
    without = run_python(script)
    assert "'reinforce'" in without.stderr


SERVER = """
import json, sys, tempfile
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlmodel import SQLModel

from gsl.backend.app import create_app
from gsl.backend.services.reaper import Reaper
from gsl.backend.settings import Settings
from tests.backend.server import serving

with tempfile.TemporaryDirectory() as folder:
    settings = Settings(data_dir=Path(folder), database="", artifacts="", redis_url="")
    app = create_app(settings)
    SQLModel.metadata.create_all(app.state.services.database.engine)
    with serving(app) as address, httpx.Client(base_url=address + "/api/v1", trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {settings.owner_token}"
        suites = client.get("/suites").json()
        wrong = ({"name": "gridworld", "size": 1}, {"name": "gridworld", "colour": "red"})
        answers = [client.post("/runs", json={"config": {"suite": suite}}) for suite in wrong]
        refused = [answer.json()["errors"][0]["field"] for answer in answers]
        config = {"suite": {"name": "gridworld", "size": 3}}
        launched = client.post("/runs", json={"preset": "forkmaze-quick", "config": config}).json()
        with app.state.services.database.engine.begin() as connection:  # as if its package had been uninstalled
            connection.execute(text("UPDATE run SET config = json_set(config, '$.suite.name', 'moonworld')"))
        gone = {"list": client.get("/runs").json()["items"], "run": client.get("/runs/1").json()}
        Reaper(app.state.services)._round()
        gone["deleted"] = client.delete("/runs/1").status_code
    app.state.services.database.close()
    schemas = sorted(app.openapi()["components"]["schemas"])
assert "torch" not in sys.modules and "gridworld.env" not in sys.modules
print(json.dumps({"suites": suites, "refused": refused, "launched": launched, "schemas": schemas, "gone": gone}))
"""


def test_the_server_lists_validates_documents_and_launches_it(tmp_path: Path) -> None:
    ended = run_python(SERVER, *install_example(tmp_path, "gridworld"))
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout.splitlines()[-1])
    [suite] = [suite for suite in said["suites"] if suite["name"] == "gridworld"]
    assert (suite["title"], suite["has_success"], suite["missing"]) == ("Gridworld", True, None)
    assert suite["settings"]["properties"]["size"]["description"]
    assert said["refused"] == ["config.suite.size", "config.suite.colour"]
    assert said["launched"]["config"]["suite"] == {
        "name": "gridworld", "size": 3, "held_out_cells": 2, "time_limit": 12,
    }  # fmt: skip
    field = "config.suite.name"
    assert [field in run["read_only"] for run in said["gone"]["list"]] == [True]
    assert field in said["gone"]["run"]["read_only"]
    assert said["gone"]["run"]["config"]["suite"]["name"] == "moonworld"
    assert said["gone"]["deleted"] == 204
    assert any(name.startswith("GridworldSuite") for name in said["schemas"])
