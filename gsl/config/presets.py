"""Presets: configurations that are known to work, as data."""

from gsl.config.base import Settings
from gsl.config.guides import DAPG
from gsl.config.learners import PPO
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    FinetuneSettings,
    PlateauSettings,
    SpecialistSettings,
)
from gsl.config.networks import MLP, Impala, SmallCNN
from gsl.config.run import RunConfig
from gsl.config.suites import ForkMazeSuite, ProcgenSuite


class Preset(Settings):
    """A named configuration with what to expect of it."""

    name: str
    title: str
    description: str
    config: RunConfig


_MAZE_PPO = PPO(
    network=MLP(width=128, depth=2, activation="tanh"), device="cpu", num_envs=64, num_steps=64, num_minibatches=4,
    micro_batch=1024, update_epochs=4, learning_rate=1e-3, gamma=0.99, ent_coef=0.02, norm_reward=False,
)  # fmt: skip

FORKMAZE = Preset(
    name="forkmaze",
    title="Fork maze",
    description="Ten goals behind one corridor, two million steps: the paper's own example, minutes on a laptop.",
    config=RunConfig(
        suite=ForkMazeSuite(branch=2, time_limit=120),
        learner=_MAZE_PPO,
        plateau=PlateauSettings(sigma=3, window=20, margin=0.05, min_epochs=20),
        specialists=SpecialistSettings(count=7, variations_each=1, start="clone_fresh_head", steps=100_000),
        demonstrations=DemonstrationSettings(per_variation=20, generalist_per_variation=20, max_tries=100),
        guide=DAPG(form="log_probability", coefficient=0.3),
        finetune=FinetuneSettings(),
        evaluation=EvaluationSettings(episodes=20, every_epochs=25),
        budget=BudgetSettings(total_steps=2_000_000, generalist_steps=400_000),
    ),
)

FORKMAZE_QUICK = Preset(
    name="forkmaze-quick",
    title="Fork maze, quick look",
    description="Four goals, a small budget: every phase in about a minute, to learn the product, not the method.",
    config=RunConfig(
        suite=ForkMazeSuite(goals=4, corridor=3, branch=2, time_limit=30),
        learner=_MAZE_PPO,
        plateau=PlateauSettings(sigma=1, window=4, margin=0.05, min_epochs=2),
        specialists=SpecialistSettings(
            count=2, variations_each=1, start="clone_fresh_head", ent_coef=0.03, steps=16_384
        ),
        demonstrations=DemonstrationSettings(per_variation=5, generalist_per_variation=5, max_tries=50),
        guide=DAPG(form="log_probability", coefficient=0.3),
        evaluation=EvaluationSettings(episodes=5, every_epochs=5),
        budget=BudgetSettings(total_steps=160_000, generalist_steps=49_152),
    ),
)

PROCGEN_SMALL = Preset(
    name="procgen-small",
    title="Procgen on a laptop",
    description="StarPilot, two dozen easy levels, a small network: real levels through every phase on two CPU cores.",
    config=RunConfig(
        suite=ProcgenSuite(game="starpilot", num_levels=24, held_out_levels=24, num_threads=0),
        learner=PPO(network=SmallCNN(), num_envs=64, num_steps=128),
        plateau=PlateauSettings(sigma=2, window=6, margin=0.05, min_epochs=4),
        specialists=SpecialistSettings(count=2, variations_each=4, steps=49_152),
        demonstrations=DemonstrationSettings(
            per_variation=5, generalist_per_variation=2, max_tries=20, filter="return"
        ),
        guide=DAPG(form="log_probability", coefficient=0.1),
        evaluation=EvaluationSettings(episodes=3, held_out_sample=12),
        budget=BudgetSettings(total_steps=500_000, generalist_steps=163_840),
    ),
)

PROCGEN_PAPER = Preset(
    name="procgen-paper",
    title="Procgen as in the paper",
    description="BigFish, 1024 easy levels, 75 specialists of 4 levels, IMPALA, 200 million steps: for GPU workers.",
    config=RunConfig(
        suite=ProcgenSuite(game="bigfish", num_levels=1024, held_out_levels=1000),
        learner=PPO(network=Impala(), micro_batch=2048),
        plateau=PlateauSettings(sigma=30, window=300, margin=0.05, min_epochs=600),
        specialists=SpecialistSettings(count=75, variations_each=4, steps=1_000_000),
        demonstrations=DemonstrationSettings(
            per_variation=10, generalist_per_variation=2, max_tries=50, filter="return"
        ),
        guide=DAPG(form="log_probability", coefficient=0.1),
        evaluation=EvaluationSettings(episodes=3, held_out_sample=200),
        budget=BudgetSettings(total_steps=200_000_000, generalist_steps=50_000_000),
    ),
)

PRESETS: dict[str, Preset] = {
    preset.name: preset for preset in (FORKMAZE, FORKMAZE_QUICK, PROCGEN_SMALL, PROCGEN_PAPER)
}
