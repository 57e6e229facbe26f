"""How ManiSkill's environments are built and reset, with a toy in their place: the real ones need a Vulkan device.

The toy keeps to what ManiSkill documents: geometry is drawn by a reset that reconfigures, poses by every reset; a step
of one environment is a batch of one, until CPUGymWrapper takes the batch away.
"""

import sys
from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from gsl.config.suites import ManiSkillSuite
from gsl.worker.envs import maniskill
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.maniskill import make_maniskill
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler

SUITE = ManiSkillSuite(task="PegInsertionSide-v1", time_limit=4, num_seeds=5)


class Toy(gymnasium.Env[Any, Any]):
    """Observes the geometry's seed, where it stands and how often it was built."""

    observation_space: Any = spaces.Box(-np.inf, np.inf, (3,))
    action_space: Any = spaces.Box(-1.0, 1.0, (2,))

    def __init__(self, **settings: Any) -> None:
        assert settings == {
            "num_envs": 1, "obs_mode": "state", "control_mode": "pd_joint_delta_pos", "sim_backend": "physx_cpu",
            "reward_mode": "normalized_dense", "render_backend": "none", "reconfiguration_freq": 0,
        }  # fmt: skip
        self.at, self.geometry, self.built = 0.0, -1, 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if (options or {}).get("reconfigure"):
            self.geometry, self.built = seed or 0, self.built + 1
        self.at = float(self.np_random.uniform())
        return self._seen(), {}

    def step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        self.at += float(action[0])
        there = self.at > 2
        return self._seen(), [float(there)], [there], [False], {"success": [there]}

    def _seen(self) -> Any:
        return np.array([[self.geometry, self.at, self.built]], np.float32)


class Unbatched(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Takes away the batch of one."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        seen, info = self.env.reset(seed=seed, options=options)
        return seen[0], info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        seen, reward, over, cut, info = self.env.step(action)
        return seen[0], reward[0], over[0], cut[0], {"success": info["success"][0]}  # type: ignore[index]  # batches


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The registry of the package that stands in for ManiSkill."""
    tasks = {
        "PegInsertionSide-v1": SimpleNamespace(asset_download_ids=[]),
        "PickSingleYCB-v1": SimpleNamespace(asset_download_ids=["ycb"]),
    }
    contents: dict[str, dict[str, Any]] = {
        "mani_skill": {}, "mani_skill.envs": {}, "mani_skill.utils": {}, "mani_skill.utils.wrappers": {},
        "mani_skill.utils.registration": {"REGISTERED_ENVS": tasks},
        "mani_skill.utils.wrappers.gymnasium": {"CPUGymWrapper": Unbatched},
        "mani_skill.utils.assets": {
            "DATA_GROUPS": {"ycb": ["cup", "bowl"]},
            "expand_data_group_into_individual_data_source_ids": {"ycb": ["cup", "bowl"]}.__getitem__,
            "is_data_source_downloaded": lambda source: source == "cup",
        },
    }  # fmt: skip
    for name, attributes in contents.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(gymnasium.registry, "PegInsertionSide-v1", _spec("PegInsertionSide-v1"))
    return tasks


def _spec(task: str) -> Any:
    return gymnasium.envs.registration.EnvSpec(task, entry_point=f"{__name__}:Toy", max_episode_steps=2)


def test_an_episode_has_its_variations_geometry_and_poses_of_its_own() -> None:
    env = make_maniskill(SUITE, 2, QueueSampler([3, 1, 3, 3]), 0)
    first = env.reset()
    assert first[:, 0].tolist() == [3, 1]
    still = np.zeros((2, 2), np.float32)
    steps = [env.step(still) for _ in range(4)]
    assert [step.done.tolist() for step in steps] == [[False, False]] * 3 + [[True, True]]
    assert steps[-1].truncated is not None
    assert steps[-1].truncated.all()
    assert steps[-1].observation[:, 0].tolist() == [3, 3]
    poses = {*first[:, 1].tolist(), *steps[-1].observation[:, 1].tolist()}
    assert len(poses) == 4


def test_success_ends_an_episode_and_is_noted() -> None:
    env = make_maniskill(SUITE, 2, QueueSampler([0, 1, 2]), 0)
    env.reset()
    ahead = np.array([[1, 0], [0, 0]], np.float32)
    for _ in range(2):
        step = env.step(ahead)
    assert step.success is not None
    assert (step.success.tolist(), step.done.tolist(), step.reward.tolist()) == ([True, False], [True, False], [1, 0])


def test_a_restored_environment_goes_on_exactly() -> None:
    through, resumed = (make_maniskill(SUITE, 3, UniformSampler([2], np.random.default_rng(0)), 5) for _ in range(2))
    through.reset()
    rng = np.random.default_rng(0)
    for _ in range(6):
        through.step(rng.uniform(-1, 1, (3, 2)).astype(np.float32))
    assert np.array_equal(resumed.restore(through.state())[:, :2], through.restore(through.state())[:, :2])


def test_missing_assets_are_named_with_what_brings_them(toy: dict[str, Any]) -> None:
    with pytest.raises(EnvError, match=r"ycb.*python -m mani_skill.utils.download_asset ycb"):
        make_maniskill(ManiSkillSuite(task="PickSingleYCB-v1"), 1, QueueSampler([0]), 0)


def test_tasks_of_other_packages_are_registered_by_their_entry_points(
    toy: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    chair = ManiSkillSuite(task="PushChair-v1")
    with pytest.raises(EnvError, match=r"PushChair-v1 .*gsl_lab\.maniskill_tasks"):
        make_maniskill(chair, 1, QueueSampler([0]), 0)
    toy["PushChair-v1"] = SimpleNamespace(asset_download_ids=None)
    monkeypatch.setitem(gymnasium.registry, "PushChair-v1", _spec("PushChair-v1"))
    loaded = EntryPoint("push_chair", "json", maniskill.TASK_MODULES)
    monkeypatch.setattr(maniskill, "entry_points", lambda group: [loaded] if group == maniskill.TASK_MODULES else [])
    assert make_maniskill(chair, 1, QueueSampler([0]), 0).actions.size == 2
