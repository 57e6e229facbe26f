"""An unfinished job resumes from a checkpoint that an earlier version wrote."""

import json
import zipfile
from pathlib import Path

import pytest
import safetensors.numpy

from gsl.config.run import RunConfig
from gsl.config.sampling import PrioritizedSampling
from gsl.worker.job import checkpoint
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED
from tests.worker.jobs import TINY_MAZE, done, epochs, numbers, prepare, spec, work
from tests.worker.trainer.test_training import StopAt

PRIORITIZED = TINY_MAZE.model_copy(update={"sampling": PrioritizedSampling()})


@pytest.mark.parametrize("config", [TINY_MAZE, PRIORITIZED], ids=["uniform", "prioritized"])
def test_from_before_criterion_h_saw_beyond_its_window(tmp_path: Path, config: RunConfig) -> None:
    folder = prepare(tmp_path, spec(config=config))
    assert work(folder, StopAt(folder, 6)) == EXIT_STOPPED
    state = checkpoint.load(folder.resume)
    epoch = state["epoch"]
    state["detector"] = {"epoch": epoch, "seen": epoch, "window": [0.0] * 5, "last_known": 0.0, "range": [0.0, 0.0]}
    del state["watched"]
    checkpoint.save(folder.resume, state)
    assert work(folder) == EXIT_ENDED
    assert [report.epoch for report in epochs(folder)] == list(range(1, len(epochs(folder)) + 1))
    assert len(epochs(folder)) > epoch


def test_with_prioritized_variations_the_checkpoint_holds_what_h_watches(tmp_path: Path) -> None:
    folder = prepare(tmp_path, spec(config=PRIORITIZED))
    assert work(folder, StopAt(folder, 6)) == EXIT_STOPPED
    state = checkpoint.load(folder.resume)
    assert set(state["watched"]["variations"]) <= set(spec().variations)
    assert sum(weight >= 1 for weight in state["detector"]["weights"]) > 0
    figures = state["watched"]["figures"]
    assert state["detector"]["figures"][-1] == pytest.approx(sum(figures) / len(figures))


def test_from_when_checkpoints_were_zip_files(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "stopped", spec())
    assert work(folder, StopAt(folder, 6)) == EXIT_STOPPED
    before = checkpoint.load(folder.resume)
    write_as_format_3(folder.resume)
    assert checkpoint.load(folder.resume)["epoch"] == before["epoch"]
    assert checkpoint.read_state_json(folder.resume)["spool_offset"] == before["spool_offset"]
    assert work(folder) == EXIT_ENDED
    assert numbers(folder) == numbers(done(tmp_path / "undisturbed", spec()))


def write_as_format_3(path: Path) -> None:
    """As versions up to 0.1 wrote it."""
    with safetensors.safe_open(path, framework="np") as file:
        described, arrays = json.loads(file.metadata()["state"]), file.get_tensors()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("state.json", json.dumps(described | {"format": 3}))
        archive.writestr("tensors.safetensors", safetensors.numpy.save(arrays))
