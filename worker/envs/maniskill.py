"""ManiSkill 3 with state observations: a scene on the CPU for each slot, built again for every episode.

Geometry is randomised while a scene is built, so an episode begins with two resets: one with the variation's seed that
builds the scene, and one with the episode's own seed that places objects and robot. Nothing remains of the previous
scene, so an episode can be replayed from its seeds and actions.

Tasks that ManiSkill itself does not have, such as PushChair, come from installed packages that declare the module which
registers them:

    [project.entry-points."gsl_lab.maniskill_tasks"]
    push_chair = "my_package.push_chair"
"""

from dataclasses import replace
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import gymnasium

from gsl.config.errors import did_you_mean
from gsl.config.suites.maniskill import ManiSkillSuite
from gsl.worker.envs.base import Env, EnvError, Sampler
from gsl.worker.envs.gymnasium.env import GymnasiumEnv
from gsl.worker.envs.gymnasium.pool import AnyEnv, episode_seed

TASK_MODULES = "gsl_lab.maniskill_tasks"


def make_maniskill(suite: ManiSkillSuite, num_envs: int, sampler: Sampler, seed: int) -> Env:
    """Slots of ManiSkill. Raises EnvError if the task or its assets are missing."""
    import_module("mani_skill.envs")
    for entry in entry_points(group=TASK_MODULES):
        entry.load()
    registered = import_module("mani_skill.utils.registration").REGISTERED_ENVS
    if suite.task not in registered:
        raise EnvError(
            f"{suite.task} is not registered; a package that registers it needs an entry point in the group "
            f"{TASK_MODULES}{did_you_mean(suite.task, registered)}"
        )
    _check_assets(suite.task, registered[suite.task].asset_download_ids or ())
    return GymnasiumEnv(ManiSkillRecipe(suite), num_envs, sampler, seed)


class ManiSkillRecipe:
    """A Recipe, see the module."""

    success_key: str | None = "success"
    observation_keys: tuple[str, ...] = ()
    filmed = False  # its settings do not say that it renders

    def __init__(self, suite: ManiSkillSuite) -> None:
        self._suite = suite
        self.env_id = suite.task
        self.max_episode_steps = suite.max_episode_steps
        self.variations = frozenset((*suite.training_variations(), *suite.held_out_variations()))

    def name(self, variation: int) -> str:
        return self._suite.variation_name(variation)

    def kind(self, variation: int) -> int:
        return 0

    def make(self, variation: int) -> AnyEnv:
        registered = gymnasium.registry[self.env_id]
        # The wrappers implement ManiSkill's own time limit; here the slots implement it.
        spec = replace(
            registered, max_episode_steps=None, order_enforce=False, disable_env_checker=True, additional_wrappers=()
        )
        env = gymnasium.make(
            spec, num_envs=1, obs_mode="state", control_mode=self._suite.control, reward_mode=self._suite.reward,
            sim_backend="physx_cpu", render_backend="none", reconfiguration_freq=0,
        )  # fmt: skip
        unbatched: AnyEnv = import_module("mani_skill.utils.wrappers.gymnasium").CPUGymWrapper(env)
        return unbatched

    def prepare(self, env: AnyEnv, variation: int) -> None:
        """Nothing: the reset builds the scene."""

    def reset(self, env: AnyEnv, variation: int, seed: int) -> Any:
        env.reset(seed=variation, options={"reconfigure": True})
        return env.reset(seed=seed)

    def reset_seed(self, seed: int, slot: int, episode: int, variation: int) -> int:
        return episode_seed(seed, slot, episode)


def _check_assets(task: str, wanted: Any) -> None:
    """Raise EnvError if assets are missing; ManiSkill itself would ask on the terminal whether to download them."""
    assets = import_module("mani_skill.utils.assets")
    for name in wanted:
        sources = (
            assets.expand_data_group_into_individual_data_source_ids(name) if name in assets.DATA_GROUPS else [name]
        )
        if not all(assets.is_data_source_downloaded(source) for source in sources):
            raise EnvError(
                f"{task} needs the assets {name}, which are not on this machine. Download them: "
                f"python -m mani_skill.utils.download_asset {name}"
            )
