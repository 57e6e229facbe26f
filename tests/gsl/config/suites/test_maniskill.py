"""ManiSkill's settings, and what keeps a machine from running it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from gsl.config.suites import ManiSkillSuite, maniskill
from gsl.worker.envs import installed_suites, make_env
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.sampling.samplers import QueueSampler


@pytest.fixture
def sapien(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of that name on the path, of which each test decides what its renderer does."""
    for name in ("mani_skill", "sapien"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    maniskill._without_vulkan.cache_clear()
    yield tmp_path / "sapien" / "__init__.py"
    maniskill._without_vulkan.cache_clear()


def test_a_variation_is_a_geometry() -> None:
    suite = ManiSkillSuite(num_seeds=2, held_out_seeds=1)
    assert suite.training_variations() == (0, 1)
    assert [suite.variation_name(variation) for variation in suite.held_out_variations()] == ["geometry 1000000"]
    assert (suite.observes, suite.actions, suite.has_success) == ("vector", "continuous", True)
    assert (suite.max_episode_steps, suite.score_range) == (100, (0.0, 100.0))
    assert ManiSkillSuite(task="PushChair-v1").max_episode_steps == 200
    assert ManiSkillSuite(time_limit=30).max_episode_steps == 30


def test_unknown_tasks_and_overlapping_seeds_are_refused_at_their_field() -> None:
    with pytest.raises(ValidationError) as caught:
        ManiSkillSuite(task="PegInsertion-v1")
    [error] = caught.value.errors()
    assert error["loc"] == ("task",)
    assert "PegInsertionSide-v1" in error["msg"]
    with pytest.raises(ValidationError) as caught:
        ManiSkillSuite(held_out_start=10)
    [error] = caught.value.errors()
    assert error["loc"] == ("held_out_start",)
    assert "50" in error["msg"]


def test_without_the_package_the_extra_is_named() -> None:
    missing = str(ManiSkillSuite.missing())
    assert all(name in missing for name in ("mani_skill", "sapien", ManiSkillSuite.install_hint()))
    with pytest.raises(EnvError, match=r'pip install "\.\[maniskill\]"'):
        make_env(ManiSkillSuite(), 1, QueueSampler([0]), 0)


def test_a_machine_whose_renderer_starts_has_the_suite(sapien: Path) -> None:
    sapien.write_text("class render:\n    class RenderSystem:\n        pass\n")
    assert ManiSkillSuite.missing() is None
    assert "maniskill" in installed_suites()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise RuntimeError('failed to find a rendering device')", "RuntimeError: failed to find a rendering device"),
        ("import os; os.kill(os.getpid(), 11)", "exit code -11"),
    ],
)
def test_a_machine_without_vulkan_lacks_the_suite(sapien: Path, body: str, reason: str) -> None:
    sapien.write_text(f"class render:\n    def RenderSystem():\n        {body}\n")
    missing = ManiSkillSuite.missing()
    assert missing is not None
    assert "Vulkan" in missing
    assert missing.endswith(reason)
    assert "maniskill" not in installed_suites()


def test_a_driver_that_hangs_is_not_waited_for(sapien: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sapien.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(maniskill, "_PROBE_S", 0.5)
    assert "0.5 s" in str(ManiSkillSuite.missing())


def test_the_server_never_loads_sapien() -> None:
    script = (
        "import sys; from gsl.config.suites import ManiSkillSuite; ManiSkillSuite(); ManiSkillSuite.missing(); "
        "assert not {'sapien', 'mani_skill'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
