"""Every preset goes through all phases, made tiny."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gsl.backend.domain.configs import merge
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.worker.local_run import LocalRun
from tests.worker.forked import forked_simulation
from tests.worker.local_run.tiny_presets import tiny

ARMS = [(name, arm) for name, preset in PRESETS.items() for arm in preset.arms if preset.arms[arm]]
ALIKE = ("guides", "learners", "paper", "ablation", "procgen-ppg-small-bossfight", "maniskill")
"""Of presets that differ in numbers alone, one runs; ManiSkill's run where there is a Vulkan device."""
ONE_MORE = ("procgen-small-", "procgen-paper", "procgen-ppg", "metaworld-mt10-paper", "metaworld-mt50")
"""Presets that are another game, learner or network, or more tasks, of one that runs: they run with `make bench`."""
RUNNABLE = ["procgen-paper", "metaworld-mt10-paper", *(n for n in PRESETS if not any(part in n for part in ALIKE))]
PHASES = ("generalist", "evaluation", "specialist", "demonstrations", "finetune")


@pytest.fixture(autouse=True, scope="module")
def _forks() -> Iterator[None]:
    """Everything that a run starts is imported once."""
    with forked_simulation():
        yield


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name.startswith(ONE_MORE) else ()) for name in RUNNABLE]
)
def test_all_phases(name: str, tmp_path: Path) -> None:
    config = tiny(PRESETS[name].config)
    this = LocalRun(config, tmp_path).finish()
    assert this.status == "succeeded", this.message
    assert {job.kind for job in this.jobs} == set(PHASES if config.arm == "gsl" else ("generalist", "evaluation"))
    assert this.jobs[-1].key == "evaluation-final"
    assert this.spent == sum(job.spent for job in this.jobs) <= config.budget.total_steps


@pytest.mark.parametrize(("name", "arm"), ARMS)
def test_every_arm_of_a_preset(name: str, arm: str, tmp_path: Path) -> None:
    preset = PRESETS[name]
    this = LocalRun(
        tiny(RunConfig.model_validate(merge(preset.config.model_dump(), preset.arms[arm]))), tmp_path
    ).finish()
    assert this.status == "succeeded", this.message
    assert this.jobs[-1].key == "evaluation-final"
