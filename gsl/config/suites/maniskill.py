"""ManiSkill 3: manipulation tasks in which the seed decides the objects' geometry."""

import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from typing import ClassVar, Literal, Self

from pydantic import field_validator, model_validator

from gsl.config.base import setting
from gsl.config.errors import did_you_mean, refuse
from gsl.config.suites.base import ActionKind, Observes, SuiteSettings

TASKS: dict[str, int] = {
    "PegInsertionSide-v1": 100, "PickSingleYCB-v1": 50, "AssemblingKits-v1": 200, "TurnFaucet-v1": 200,
    "OpenCabinetDrawer-v1": 100, "OpenCabinetDoor-v1": 100, "PushChair-v1": 200,
}  # fmt: skip
"""Tasks whose geometry is drawn when a scene is built, with their registered time limits in steps.

PegInsertionSide draws it from its seed alone; the others choose among assets, which must have been downloaded.
ManiSkill 3.0.1 brings no PushChair: it is played where an installed package registers it (worker/envs/maniskill.py).
"""

_PROBE_S = 60.0
_PROBE = "import sapien; sapien.render.RenderSystem()"


class ManiSkillSuite(SuiteSettings):
    """ManiSkill 3 (Tao et al. 2024) with state observations; each variation is a seed for the objects' geometry.

    The objects' positions and the robot's pose differ from episode to episode.
    """

    implementation: ClassVar[str] = "gsl.worker.envs.maniskill:make_maniskill"
    title: ClassVar[str] = "ManiSkill 3"
    requires: ClassVar[tuple[str, ...]] = ("mani_skill", "sapien")
    extra: ClassVar[str | None] = "maniskill"

    name: Literal["maniskill"] = "maniskill"
    task: str = setting("PegInsertionSide-v1", f"The task: {', '.join(TASKS)}.")
    control: str = setting(
        "pd_joint_delta_pos", "The robot's controller, for example pd_joint_delta_pos or pd_ee_delta_pose.",
        min_length=1, max_length=100,
    )  # fmt: skip
    reward: Literal["normalized_dense", "sparse"] = setting(
        "normalized_dense",
        "Reward per step, at most 1. normalized_dense: shaped. sparse: only for success; some tasks have no other.",
    )
    time_limit: int | None = setting(
        None, "Steps after which an episode is cut off. Empty: the task's own limit.", unit="steps", ge=1, le=10_000
    )
    first_seed: int = setting(0, "First training seed.", ge=0, lt=2**30)
    num_seeds: int = setting(
        50, "Number of training seeds, each with its own geometry.", unit="seeds", ge=1, le=100_000
    )
    held_out_start: int = setting(1_000_000, "First held-out seed, which only measures generalisation.", ge=0, lt=2**30)
    held_out_seeds: int = setting(20, "Number of held-out seeds.", unit="seeds", ge=0, le=100_000)

    @field_validator("task")
    @classmethod
    def _is_known(cls, task: str) -> str:
        if task not in TASKS:
            raise ValueError(f"unknown task {task!r}{did_you_mean(task, TASKS)}")
        return task

    @model_validator(mode="after")
    def _keeps_seeds_apart(self) -> Self:
        end, held_out_end = self.first_seed + self.num_seeds, self.held_out_start + self.held_out_seeds
        if self.held_out_seeds and self.first_seed < held_out_end and self.held_out_start < end:
            reason = (
                f"must be at least {end}: held-out seeds {self.held_out_start} to {held_out_end - 1} overlap the "
                f"training seeds {self.first_seed} to {end - 1}"
            )
            refuse(type(self).__name__, [(("held_out_start",), reason, self.held_out_start)])
        return self

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "continuous"

    @property
    def has_success(self) -> bool:
        return True

    @property
    def max_episode_steps(self) -> int:
        return self.time_limit or TASKS[self.task]

    @property
    def score_range(self) -> tuple[float, float]:
        """A step's reward is at most 1."""
        return 0.0, float(self.max_episode_steps)

    def training_variations(self) -> tuple[int, ...]:
        return tuple(range(self.first_seed, self.first_seed + self.num_seeds))

    def held_out_variations(self) -> tuple[int, ...]:
        return tuple(range(self.held_out_start, self.held_out_start + self.held_out_seeds))

    def variation_name(self, variation: int) -> str:
        return f"geometry {variation}"

    @classmethod
    def missing(cls) -> str | None:
        absent = [module for module in cls.requires if find_spec(module) is None]
        if absent:
            return f"{', '.join(absent)} is not installed; run: {cls.install_hint()}"
        return _without_vulkan()


@cache
def _without_vulkan() -> str | None:
    """Why SAPIEN cannot run on this machine; it needs a Vulkan device even if nothing is rendered.

    Probed once, in a separate process: drivers may crash, and the server must not load them.
    """
    try:
        tried = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _PROBE],
            capture_output=True,
            text=True,
            timeout=_PROBE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"SAPIEN found no Vulkan device within {_PROBE_S:g} s"
    if tried.returncode == 0:
        return None
    reason = tried.stderr.strip().splitlines() or [f"the probe ended with exit code {tried.returncode}"]
    return f"SAPIEN found no Vulkan device (it needs a GPU with a Vulkan driver): {reason[-1]}"
