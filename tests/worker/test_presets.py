"""Every preset goes through all phases, made tiny."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gsl.config.presets import PRESETS
from tests.worker.forked import forked_simulation
from tests.worker.tiny_presets import tiny
from worker.alone import RunAlone

ON_GPUS = ("procgen-paper", "procgen-ppg-paper-bigfish", "metaworld-mt10-paper")
"""Of the presets for GPU workers one of each network and learner: the others differ in numbers alone."""
RUNNABLE = [
    name
    for name, preset in PRESETS.items()
    if preset.config.suite.name != "maniskill" and ("paper" not in name or name in ON_GPUS)
]
PHASES = ("generalist", "evaluation", "specialist", "demonstrations", "finetune")


@pytest.fixture(autouse=True, scope="module")
def _forks() -> Iterator[None]:
    """Everything that a run starts is imported once."""
    with forked_simulation():
        yield


@pytest.mark.parametrize("name", RUNNABLE)
def test_all_phases(name: str, tmp_path: Path) -> None:
    config = tiny(PRESETS[name].config)
    this = RunAlone(config, tmp_path).finish()
    assert this.status == "succeeded", this.message
    assert {job.kind for job in this.jobs} == set(PHASES)
    assert this.jobs[-1].key == "evaluation-final"
    assert sum(this.ledger.values()) == sum(job.spent for job in this.jobs) <= config.budget.total_steps
