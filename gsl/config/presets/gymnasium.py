"""Gymnasium: three built-in environments with variations of their physics, on two CPU cores."""

from gsl.config.guides import DAPG, GAIL
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.suites import GymnasiumSuite
from gsl.config.suites.gymnasium.choices import Choices

_GROUP = "Gymnasium"
_LIBRARY = "learner.gae_lambda learner.clip_coef learner.vf_coef learner.max_grad_norm learner.adam_eps"

_POLES = GymnasiumSuite(
    env_id="CartPole-v1",
    vary="attributes",
    training=Choices(grid={"length": (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)}),
    held_out=Choices(grid={"length": (0.75, 2.5)}),
)
_GRAVITIES = GymnasiumSuite(
    env_id="Pendulum-v1",
    score_low=-1600.0,
    score_high=-150.0,
    vary="arguments",
    training=Choices(grid={"g": (3.0, 5.0, 8.0, 10.0, 12.0, 14.0)}),
    held_out=Choices(grid={"g": (6.5, 11.0)}),
)
_MASSES = GymnasiumSuite(
    env_id="Acrobot-v1",
    score_low=-500.0,
    score_high=-80.0,
    vary="attributes",
    training=Choices(grid={"LINK_MASS_1": (0.5, 1.0, 2.0), "LINK_MASS_2": (0.5, 1.0, 2.0)}),
    held_out=Choices(listed=({"LINK_MASS_1": 0.75, "LINK_MASS_2": 0.75}, {"LINK_MASS_1": 1.5, "LINK_MASS_2": 1.5})),
)
_PPO = recommended("ppo", _POLES, "two_cores").learner
_PPO_OF_ACROBOT = recommended("ppo", _MASSES, "two_cores").learner
_SAC = recommended("sac", _GRAVITIES, "two_cores").learner.model_copy(update={"num_steps": 64})
"""Episodes are long: epochs four times the recommended length give readable curves."""

CARTPOLE = Preset(
    name="gymnasium-cartpole",
    title="CartPole with different pole lengths",
    description="PPO on eight pole lengths, two more held out. Takes minutes on two CPU cores.",
    group=_GROUP,
    origins=origins(library=_LIBRARY),
    config=RunConfig(
        suite=_POLES,
        learner=_PPO,
        plateau=plateau_within(_PPO, 120_000),
        specialists=SpecialistSettings(count=3, variations_each=1, steps=40_000),
        demonstrations=DemonstrationSettings(
            per_variation=10, generalist_per_variation=5, max_tries=40, filter="return"
        ),
        guide=DAPG(form="log_probability", coefficient=0.1),
        evaluation=EvaluationSettings(episodes=5),
        budget=BudgetSettings(total_steps=500_000, generalist_steps=120_000),
    ),
)

PENDULUM = Preset(
    name="gymnasium-pendulum",
    title="Pendulum with different gravities, SAC",
    description="SAC on six gravities, two more held out, fine-tuned with GAIL. Takes minutes on two CPU cores.",
    group=_GROUP,
    origins=origins(library="learner.gamma learner.tau guide.env_weight guide.imitation_weight"),
    config=RunConfig(
        suite=_GRAVITIES,
        learner=_SAC,
        plateau=plateau_within(_SAC, 25_000),
        specialists=SpecialistSettings(count=2, variations_each=1, steps=10_000),
        demonstrations=DemonstrationSettings(
            per_variation=10, generalist_per_variation=5, max_tries=40, filter="return"
        ),
        guide=GAIL(updates=2),
        evaluation=EvaluationSettings(episodes=5),
        budget=BudgetSettings(total_steps=100_000, generalist_steps=25_000),
    ),
)

ACROBOT = Preset(
    name="gymnasium-acrobot",
    title="Acrobot with different link masses",
    description="PPO on nine pairs of masses, two more held out. Takes minutes on two CPU cores.",
    group=_GROUP,
    origins=origins(library=_LIBRARY),
    config=RunConfig(
        suite=_MASSES,
        learner=_PPO_OF_ACROBOT,
        plateau=plateau_within(_PPO_OF_ACROBOT, 150_000),
        specialists=SpecialistSettings(count=3, variations_each=1, steps=40_000),
        demonstrations=DemonstrationSettings(
            per_variation=10, generalist_per_variation=5, max_tries=40, filter="return"
        ),
        guide=DAPG(form="log_probability", coefficient=0.1),
        evaluation=EvaluationSettings(episodes=5),
        budget=BudgetSettings(total_steps=600_000, generalist_steps=150_000),
    ),
)

GYMNASIUM_PRESETS = (CARTPOLE, PENDULUM, ACROBOT)
