"""A wrong import fails the check: contracts of pyproject.toml are broken here on purpose, in a copy of the packages."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("gsl", "client", "cli", "backend", "worker")
WRONG = {
    "worker/runner/slot.py": ("import torch", "worker.runner.slot -> torch"),
    "worker/rollout/episodes.py": ("import worker.trainer.stop", "worker.rollout.episodes -> worker.trainer.stop"),
    "worker/nets/bodies.py": ("import worker.learners.gae", "worker.nets.bodies -> worker.learners.gae"),
    "worker/job/folder.py": ("import worker.runner.slot", "worker.job.folder -> worker.runner.slot"),
    "backend/store/configs.py": (
        "import backend.services.planner",
        "backend.store.configs -> backend.services.planner",
    ),
    "backend/domain/suites.py": ("import backend.store.workers", "backend.domain.suites -> backend.store.workers"),
    "backend/services/gates.py": ("import backend.http.page", "backend.services.gates -> backend.http.page"),
    "gsl/protocol/jobs.py": ("import gsl.phases.keys", "gsl.protocol.jobs -> gsl.phases.keys"),
    "cli/outcomes.py": ("import backend.settings", "cli.outcomes -> backend.settings"),
    "client/errors.py": ("import client.api", "No cycles are allowed in client."),
}
"""An import that is added to a file, and what the check must find."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The broken contracts that the check prints, with all wrong imports at once."""
    copy = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name, (wrong, _) in WRONG.items():
        with (copy / name).open("a") as file:
            file.write(f"\n{wrong}\n")
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    ended = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return ended.stdout.split("Broken contracts")[1]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_import_is_found(broken: str, name: str) -> None:
    _, found = WRONG[name]
    assert found in broken
