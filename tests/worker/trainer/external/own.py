"""A declared trainer that needs nothing, for tests."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gsl.config.run import RunConfig
from gsl.worker.job.declared_trainers import FILE
from gsl.worker.trainer.external.check import tiny

HERE = Path(__file__).parent
HELPER = Path(__file__).parents[4] / "examples" / "trainers"


def declare(
    monkeypatch: pytest.MonkeyPatch, folder: Path, command: Sequence[str] = (sys.executable, str(HERE / "skilful.py"))
) -> Path:
    """The file that declares `skilful`, which GSL_TRAINERS names from now on."""
    file = folder / "trainers.toml"
    file.write_text(f"[skilful]\ncommand = {json.dumps(list(command))}\n")
    monkeypatch.setenv(FILE, str(file))
    monkeypatch.setenv("PYTHONPATH", str(HELPER), prepend=os.pathsep)
    return file


def config(mistake: str = "", **changes: Any) -> RunConfig:
    return tiny("skilful", {"suite": {"success": True}, "learner": {"arguments": {"mistake": mistake}} | changes})


def whole_run() -> RunConfig:
    """A run that goes through all phases in seconds."""
    return RunConfig.model_validate(
        config().model_dump()
        | {
            "arm": "gsl", "plateau": {"sigma": 0, "window": 3, "min_epochs": 1, "margin": 0.9},
            "specialists": {"count": 2, "steps": 2560}, "evaluation": {"episodes": 2},
            "demonstrations": {"per_variation": 2, "generalist_per_variation": 1, "max_tries": 4, "filter": "return"},
            "budget": {"total_steps": 16_000, "generalist_steps": 2048}, "gate": {"mode": "auto"},
        }
    )  # fmt: skip
