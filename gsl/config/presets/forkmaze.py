"""The fork maze, the paper's example: minutes on a laptop."""

from gsl.config.guides import DAPG, GAIL, DAgger
from gsl.config.learners import PPO
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.networks import MLP
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within
from gsl.config.run import RunConfig
from gsl.config.suites import ForkMazeSuite

_GROUP = "Fork maze"
_LIBRARY = "learner.gae_lambda learner.clip_coef learner.vf_coef learner.max_grad_norm learner.adam_eps"

_PPO = PPO(
    network=MLP(width=128, depth=2, activation="tanh"), device="cpu", num_envs=64, num_steps=64, num_minibatches=4,
    micro_batch=1024, update_epochs=4, learning_rate=1e-3, gamma=0.99, ent_coef=0.02, norm_reward=False,
)  # fmt: skip

FORKMAZE = Preset(
    name="forkmaze",
    title="Fork maze",
    description="The paper's example: ten goals behind one corridor, two million steps. Takes minutes on a laptop.",
    group=_GROUP,
    origins=origins(library=_LIBRARY),
    config=RunConfig(
        suite=ForkMazeSuite(branch=2, time_limit=120),
        learner=_PPO,
        plateau=plateau_within(_PPO, 400_000),
        specialists=SpecialistSettings(count=7, variations_each=1, start="clone_fresh_head", steps=100_000),
        demonstrations=DemonstrationSettings(per_variation=20, generalist_per_variation=20, max_tries=100),
        guide=DAPG(form="log_probability", coefficient=0.3),
        evaluation=EvaluationSettings(episodes=20, every_epochs=25),
        budget=BudgetSettings(total_steps=2_000_000, generalist_steps=400_000),
    ),
)

FORKMAZE_QUICK = Preset(
    name="forkmaze-quick",
    title="Fork maze, quick look",
    description="Four goals and a small budget: every phase in about a minute. Too short to show gains.",
    group=_GROUP,
    origins=origins(library=_LIBRARY),
    config=RunConfig(
        suite=ForkMazeSuite(goals=4, corridor=3, branch=2, time_limit=30),
        learner=_PPO,
        plateau=plateau_within(_PPO, 49_152),
        specialists=SpecialistSettings(
            count=2, variations_each=1, start="clone_fresh_head", ent_coef=0.03, steps=16_384
        ),
        demonstrations=DemonstrationSettings(per_variation=5, generalist_per_variation=5, max_tries=50),
        guide=DAPG(form="log_probability", coefficient=0.3),
        evaluation=EvaluationSettings(episodes=5, every_epochs=5),
        budget=BudgetSettings(total_steps=160_000, generalist_steps=49_152),
    ),
)

_GAIL = GAIL(form="centred", env_weight=0.3, imitation_weight=0.7, batch_size=128)

FORKMAZE_GUIDES = Preset(
    name="forkmaze-guides",
    title="Fork maze: guides compared",
    description="An experiment: DAPG, GAIL, DAgger and the plain generalist, two million steps each.",
    group=_GROUP,
    origins=FORKMAZE.origins,
    config=FORKMAZE.config,
    arms={
        "DAPG": {},
        "GAIL": {"guide": _GAIL.model_dump(mode="json")},
        "DAgger": {"guide": DAgger(coefficient=3.0).model_dump(mode="json")},
        "generalist": {"arm": "generalist"},
    },
)

FORKMAZE_PRESETS = (FORKMAZE, FORKMAZE_QUICK, FORKMAZE_GUIDES)
