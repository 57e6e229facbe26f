"""In-context learning by distillation: algorithm, expert and policy distillation in a Dark Room."""

from typing import Any

from gsl.config.guides import Distillation
from gsl.config.learners import SequenceModel
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    GateSettings,
    SpecialistSettings,
)
from gsl.config.plateau import PlateauSettings
from gsl.config.presets.base import Preset, origins
from gsl.config.run import RunConfig
from gsl.config.sampling import TrialSettings
from gsl.config.suites import DarkRoomSuite

_GROUP = "In-context learning"

_ROOM = DarkRoomSuite(size=7, held_out_goals=8, time_limit=15)
_GOALS = len(_ROOM.training_variations())
_LEARNER = SequenceModel(
    device="cpu", num_envs=16, num_steps=30, learning_rate=3e-3, gamma=0.97, context=60, width=64, layers=2, heads=4
)
_GRU_GUIDE = {"updates": 2000, "learning_rate": 3e-3}
_EXPERTS: dict[str, Any] = {
    "record": "episodes", "per_variation": 30, "max_tries": 60, "filter": "return", "generalist_per_variation": 0,
}  # fmt: skip

DARK_ROOM = Preset(
    name="darkroom-ad",
    title="Dark Room: algorithm, expert and policy distillation",
    description="A specialist for each of 40 goals; a transformer learns from how they learnt, and then learns where "
    "an unseen goal is within twenty episodes, without training. Its arms learn from good episodes alone, with a GRU, "
    "or not at all. A million steps, minutes on a laptop.",
    group=_GROUP,
    origins=origins(
        paper="trial", library="learner.gae_lambda learner.clip_coef learner.vf_coef learner.max_grad_norm"
    ),
    config=RunConfig(
        suite=_ROOM,
        learner=_LEARNER,
        trial=TrialSettings(episodes=20),
        plateau=PlateauSettings(sigma=0, window=2, margin=0.25, min_epochs=2),
        specialists=SpecialistSettings(count=_GOALS, variations_each=1, start="scratch", steps=21_600),
        demonstrations=DemonstrationSettings(
            record="history", histories=4, per_variation=30, generalist_per_variation=0, filter="return"
        ),
        guide=Distillation(updates=1000),
        evaluation=EvaluationSettings(episodes=1, held_out_sample=8),
        gate=GateSettings(mode="auto"),
        budget=BudgetSettings(total_steps=1_000_000, generalist_steps=4_800),
    ),
    arms={
        "Algorithm Distillation": {},
        "Algorithm Distillation, GRU": {"learner": {"model": "gru", "width": 128}, "guide": _GRU_GUIDE},
        "Expert Distillation": {"demonstrations": _EXPERTS},
        "policy distillation": {"demonstrations": _EXPERTS, "trial": {"episodes": 1}},
        "PPO without memory": {"arm": "generalist"},
    },
)

DISTILLATION_PRESETS = (DARK_ROOM,)
