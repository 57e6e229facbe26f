"""A wrong import fails the check: contracts of pyproject.toml are broken here on purpose, in a copy of the packages."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("gsl", "client", "cli", "backend", "worker")
WRONG = {
    "worker/runner/slot.py": ("import torch", "gsl.worker.runner.slot -> torch"),
    "worker/rollout/episodes.py": (
        "import gsl.worker.trainer.stop",
        "gsl.worker.rollout.episodes -> gsl.worker.trainer.stop",
    ),
    "worker/nets/bodies.py": ("import gsl.worker.learners.gae", "gsl.worker.nets.bodies -> gsl.worker.learners.gae"),
    "worker/job/folder.py": ("import gsl.worker.runner.slot", "gsl.worker.job.folder -> gsl.worker.runner.slot"),
    "backend/store/configs.py": (
        "import gsl.backend.services.planner",
        "gsl.backend.store.configs -> gsl.backend.services.planner",
    ),
    "backend/domain/suites.py": (
        "import gsl.backend.store.workers",
        "gsl.backend.domain.suites -> gsl.backend.store.workers",
    ),
    "backend/services/gates.py": (
        "import gsl.backend.http.page",
        "gsl.backend.services.gates -> gsl.backend.http.page",
    ),
    "gsl/protocol/jobs.py": ("import gsl.phases.keys", "gsl.protocol.jobs -> gsl.phases.keys"),
    "cli/outcomes.py": ("import gsl.backend.settings", "gsl.cli.outcomes -> gsl.backend.settings"),
    "client/errors.py": ("import gsl.client.api", "No cycles are allowed in gsl.client."),
}
"""An import that is added to a file, and what the check must find."""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The broken contracts that the check prints, with all wrong imports at once."""
    copy = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
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
