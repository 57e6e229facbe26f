"""An unfinished job whose checkpoint is from before criterion H saw beyond its window goes on."""

from pathlib import Path

import pytest

from gsl.config.run import RunConfig
from gsl.config.sampling import PrioritizedSampling
from tests.worker.jobs import TINY_MAZE, epochs, prepare, spec, work
from tests.worker.trainer.test_training import StopAt
from worker.job import checkpoint
from worker.job.folder import EXIT_ENDED, EXIT_STOPPED

PRIORITIZED = TINY_MAZE.model_copy(update={"sampling": PrioritizedSampling()})


@pytest.mark.parametrize("config", [TINY_MAZE, PRIORITIZED], ids=["uniform", "prioritized"])
def test_an_unfinished_job_goes_on(tmp_path: Path, config: RunConfig) -> None:
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
