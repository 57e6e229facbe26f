"""Learners with memory on suites whose variation is hidden: minutes on a laptop, and Meta-World."""

from typing import Any

from gsl.config.guides import GAIL
from gsl.config.learners import PPO
from gsl.config.method import BudgetSettings, DemonstrationSettings, EvaluationSettings, SpecialistSettings
from gsl.config.networks import MLP
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.sampling import TrialSettings
from gsl.config.suites import BanditSuite, GridNaviSuite, MetaWorldSuite

_GROUP = "Memory"
_LIBRARY = "learner.gae_lambda learner.clip_coef learner.vf_coef learner.max_grad_norm learner.adam_eps"

_GRID, _BANDITS = GridNaviSuite(), BanditSuite()
_PPO = PPO(network=MLP(width=64, depth=2), device="cpu", num_envs=64, num_steps=60, gamma=0.97, norm_reward=False)


def _whole_method(steps: int) -> dict[str, Any]:
    """For whoever launches the arm gsl: specialists of so many steps, and a guide that memory allows."""
    specialists = SpecialistSettings(count=2, variations_each=4, steps=steps)
    return {"specialists": specialists, "demonstrations": DemonstrationSettings(filter="return"), "guide": GAIL()}


GRIDNAVI = Preset(
    name="gridnavi-rl2",
    title="GridNavi: RL², recurrent PPO and PPO",
    description="A hidden goal, four episodes to find it and use it, five goals held out. RL² remembers over the whole "
    "trial, recurrent PPO over one episode, PPO nothing. Two million steps, minutes on a laptop.",
    group=_GROUP,
    origins=origins(library=_LIBRARY, paper="suite.size suite.time_limit trial.episodes"),
    config=RunConfig(
        suite=_GRID,
        learner=recommended("rl2", _GRID).learner,
        trial=TrialSettings(episodes=4),
        evaluation=EvaluationSettings(episodes=5, every_epochs=50),
        budget=BudgetSettings(total_steps=2_000_000, generalist_steps=800_000),
        **_whole_method(200_000),
        arm="generalist",
    ),
    arms={
        "RL²": {},
        "recurrent PPO": {"trial": {"episodes": 1}},
        "PPO": {"trial": {"episodes": 1}, "learner": _PPO.model_dump(mode="json")},
    },
)

BANDITS = Preset(
    name="bandits-rl2",
    title="Bandits: RL²",
    description="Ten pulls of a five-armed bandit that it has never seen: which arm pays most? One million steps.",
    group=_GROUP,
    origins=origins(library=_LIBRARY, paper="suite.arms trial.episodes"),
    config=RunConfig(
        suite=_BANDITS,
        learner=recommended("rl2", _BANDITS).learner,
        trial=TrialSettings(episodes=10),
        evaluation=EvaluationSettings(episodes=10, held_out_sample=100),
        budget=BudgetSettings(total_steps=1_000_000, generalist_steps=400_000),
        **_whole_method(100_000),
        arm="generalist",
    ),
)

_ML_TRIAL = TrialSettings(episodes=10, scored=3)
"""The protocol of Meta-World's ML benchmarks."""


def _meta_world(name: str, title: str, description: str, suite: MetaWorldSuite, steps: int, held_out: int) -> Preset:
    """Trials of ten whole episodes; an evaluation scores three more, with the memory that the trial left."""
    learner = recommended("rl2", suite, "two_cores").learner
    specialists = SpecialistSettings(count=2, variations_each=2, steps=200_000)
    return Preset(
        name=name,
        title=title,
        description=description,
        group=_GROUP,
        origins=origins(
            paper="suite.benchmark trial",
            library=f"{_LIBRARY} learner.learning_rate learner.ent_coef suite.time_limit suite.end_at_success",
        ),
        config=RunConfig(
            suite=suite,
            learner=learner,
            trial=_ML_TRIAL,
            plateau=plateau_within(learner, steps // 2, "success"),
            specialists=specialists,
            demonstrations=DemonstrationSettings(per_variation=5, generalist_per_variation=0, max_tries=20),
            guide=GAIL(),
            evaluation=EvaluationSettings(episodes=1, held_out_sample=held_out),
            budget=BudgetSettings(total_steps=steps, generalist_steps=steps // 2),
            arm="generalist",
        ),
        arms={"RL²": {}, "GSL with RL²": {"arm": "gsl"}},
    )


ML1 = _meta_world(
    "metaworld-ml1-rl2",
    "ML1 reach: RL²",
    "One task whose goal is hidden: fifty goals to learn to find, fifty others held out. Ten episodes to adapt, three "
    "scored, four million steps.",
    MetaWorldSuite(benchmark="MT1", task="reach-v3", variations="goals", held_out_goals=50, goal_observed="never"),
    steps=4_000_000,
    held_out=50,
)

ML10 = _meta_world(
    "metaworld-ml10-rl2",
    "ML10: RL²",
    "Ten tasks with ten hidden goals each, five other tasks held out. Ten episodes to adapt, three scored, ten million "
    "steps; the published runs have fifty goals of each task and twice the steps.",
    MetaWorldSuite(benchmark="ML10", variations="goals", goals=10),
    steps=10_000_000,
    held_out=50,
)

MEMORY_PRESETS = (GRIDNAVI, BANDITS, ML1, ML10)
