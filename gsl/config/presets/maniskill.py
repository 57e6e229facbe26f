"""ManiSkill 3 with SAC: PushChair as in the paper (needs its assets), and PegInsertionSide on two CPU cores."""

from gsl.config.guides import GAIL
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.networks import MLP
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.suites import ManiSkillSuite

_MANISKILL_LEARN = (
    "learner.gamma learner.tau learner.temperature learner.tune_temperature learner.learning_rate learner.warm_up "
    "guide.env_weight guide.imitation_weight"
)

_PAPER_SAC = recommended("sac", ManiSkillSuite()).learner
_SMALL_SAC = _PAPER_SAC.model_copy(
    update={
        "network": MLP(width=256, depth=2, activation="relu"), "num_envs": 4, "replay_batch": 256,
        "replay_size": 200_000, "update_ratio": 0.5,
    }
)  # fmt: skip

PUSHCHAIR_PAPER = Preset(
    name="maniskill-pushchair-paper",
    title="PushChair as in the paper",
    description="SAC with three layers of 256 units, eight specialists, GAIL. Needs PushChair's assets and a Vulkan "
    "device. The paper reports a return of -2970 without and -2780 with GSL.",
    group="ManiSkill",
    origins=origins(
        paper="suite.task learner.name learner.network.name learner.network.width learner.network.depth "
        "specialists.count specialists.start",
        library=f"{_MANISKILL_LEARN} learner.replay_batch learner.replay_size guide.batch_size",
    ),
    config=RunConfig(
        suite=ManiSkillSuite(task="PushChair-v1", num_seeds=24, held_out_seeds=10),
        learner=_PAPER_SAC,
        plateau=plateau_within(_PAPER_SAC, 3_000_000),
        specialists=SpecialistSettings(count=8, variations_each=2, steps=400_000),
        demonstrations=DemonstrationSettings(
            per_variation=20, generalist_per_variation=10, max_tries=100, filter="return"
        ),
        guide=GAIL(env_weight=0.3, imitation_weight=0.7, batch_size=512),
        evaluation=EvaluationSettings(episodes=10, held_out_sample=10),
        budget=BudgetSettings(total_steps=10_000_000, generalist_steps=3_000_000),
    ),
)

PEG = Preset(
    name="maniskill-peg",
    title="PegInsertionSide on two cores",
    description="SAC on twelve pegs, six more held out, fine-tuned with GAIL. Needs a Vulkan device.",
    group="ManiSkill",
    origins=origins(library=_MANISKILL_LEARN),
    config=RunConfig(
        suite=ManiSkillSuite(task="PegInsertionSide-v1", num_seeds=12, held_out_seeds=6),
        learner=_SMALL_SAC,
        plateau=plateau_within(_SMALL_SAC, 80_000),
        specialists=SpecialistSettings(count=3, variations_each=1, steps=30_000),
        demonstrations=DemonstrationSettings(
            per_variation=5, generalist_per_variation=2, max_tries=20, filter="return"
        ),
        guide=GAIL(env_weight=0.3, imitation_weight=0.7, updates=4),
        evaluation=EvaluationSettings(episodes=3, held_out_sample=6),
        budget=BudgetSettings(total_steps=300_000, generalist_steps=80_000),
    ),
)

MANISKILL_PRESETS = (PEG, PUSHCHAIR_PAPER)
