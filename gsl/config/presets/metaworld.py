"""Meta-World: MT10 and MT50 as in the paper, and MT1, MT10, MT50, ML10 on two CPU cores."""

from typing import Any

from gsl.config.guides import DAPG
from gsl.config.learners import LearnerSettings
from gsl.config.method import (
    BudgetSettings,
    DemonstrationSettings,
    EvaluationSettings,
    SpecialistSettings,
)
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.sampling import RoundRobinSampling
from gsl.config.suites import MetaWorldSuite

_PAPER = (
    "suite.benchmark suite.one_hot sampling learner.name learner.network.name learner.network.width "
    "learner.network.depth learner.network.activation learner.network.min_std learner.network.max_std learner.norm_adv "
    "specialists.start demonstrations.filter demonstrations.deterministic guide"
)
"""The entropy coefficient is marked as ours: the authors use the same value, but add the entropy to the rewards."""
_PACKAGE = "suite.goals suite.goal_observed suite.time_limit suite.end_at_success"
_GARAGE = (
    "learner.gamma learner.gae_lambda learner.clip_coef learner.learning_rate learner.update_epochs "
    f"learner.num_minibatches suite.reward_scale {_PACKAGE}"
)
SOLVED = 0.9
"""Success rate at which a task gets no specialist; the generalist's own demonstrations preserve it."""
_DEMONSTRATIONS = DemonstrationSettings(
    per_variation=20, generalist_per_variation=20, max_tries=100, filter="success", deterministic=False
)


def _garage() -> LearnerSettings:
    """garage's PPO as in the authors' script for MT-10, where advantages are not normalised."""
    return recommended("ppo", MetaWorldSuite()).learner.model_copy(update={"norm_adv": False})


def _small(num_envs: int) -> LearnerSettings:
    """One episode of each environment per epoch, in minibatches of 250 steps."""
    found = recommended("ppo", MetaWorldSuite(), "two_cores").learner
    return found.model_copy(update={"num_envs": num_envs, "num_minibatches": 2 * num_envs})


MT10_PAPER = Preset(
    name="metaworld-mt10-paper",
    title="MT10 as in the paper",
    description="PPO with two layers of 512 units on ten tasks, one specialist each, fine-tuned with DAPG. "
    "The paper reports a success rate of 58.4 % without and 77.5 % with GSL.",
    group="Meta-World: the paper's table",
    origins=origins(paper=f"{_PAPER} specialists.count specialists.variations_each", library=_GARAGE),
    config=RunConfig(
        suite=MetaWorldSuite(benchmark="MT10"),
        sampling=RoundRobinSampling(),
        learner=_garage(),
        plateau=plateau_within(_garage(), 10_000_000, "success"),
        specialists=SpecialistSettings(count=10, variations_each=1, steps=1_000_000, leave_out_at=SOLVED),
        demonstrations=_DEMONSTRATIONS,
        guide=DAPG(form="probability", coefficient=0.5, frequency=4, batch_size=64),
        evaluation=EvaluationSettings(episodes=20),
        budget=BudgetSettings(total_steps=30_000_000, generalist_steps=10_000_000),
    ),
)

MT50_PAPER = Preset(
    name="metaworld-mt50-paper",
    title="MT50 as in the paper",
    description="PPO with two layers of 512 units on fifty tasks, one specialist each, fine-tuned with DAPG. "
    "The paper reports a success rate of 31.1 % without and 43.5 % with GSL.",
    group="Meta-World: the paper's table",
    origins=origins(paper=_PAPER, library=_GARAGE),
    config=RunConfig(
        suite=MetaWorldSuite(benchmark="MT50"),
        sampling=RoundRobinSampling(),
        learner=_garage(),
        plateau=plateau_within(_garage(), 50_000_000, "success"),
        specialists=SpecialistSettings(count=50, variations_each=1, steps=1_000_000, leave_out_at=SOLVED),
        demonstrations=_DEMONSTRATIONS,
        guide=DAPG(form="probability", coefficient=0.5, frequency=4, batch_size=64),
        evaluation=EvaluationSettings(episodes=20),
        budget=BudgetSettings(total_steps=150_000_000, generalist_steps=50_000_000),
    ),
)


def _two_cores(
    name: str,
    title: str,
    description: str,
    suite: MetaWorldSuite,
    learner: LearnerSettings,
    budget: BudgetSettings,
    **parts: Any,
) -> Preset:
    config = RunConfig(
        suite=suite,
        sampling=RoundRobinSampling(),
        plateau=plateau_within(learner, budget.generalist_steps, "success"),
        learner=learner,
        budget=budget,
        demonstrations=DemonstrationSettings(per_variation=5, generalist_per_variation=2, max_tries=20),
        guide=DAPG(form="log_probability", coefficient=0.1),
        **parts,
    )
    library = "learner.gae_lambda learner.clip_coef learner.vf_coef learner.max_grad_norm learner.adam_eps"
    return Preset(
        name=name, title=title, description=description, group="Meta-World on two cores",
        origins=origins(paper="sampling", library=f"{library} {_PACKAGE} suite.one_hot"), config=config,
    )  # fmt: skip


MT1 = _two_cores(
    "metaworld-mt1",
    "MT1 reach",
    "The fifty goals of one task as variations, ten more held out. Takes about an hour on two CPU cores.",
    MetaWorldSuite(benchmark="MT1", task="reach-v3", variations="goals"),
    learner=_small(16),
    specialists=SpecialistSettings(count=4, variations_each=3, steps=100_000),
    evaluation=EvaluationSettings(episodes=2, held_out_sample=10),
    budget=BudgetSettings(total_steps=2_000_000, generalist_steps=600_000),
)

MT10 = _two_cores(
    "metaworld-mt10",
    "MT10 on two cores",
    "Ten tasks, a specialist for each of the five lowest, four million steps. Takes one to two hours on two CPU cores.",
    MetaWorldSuite(benchmark="MT10", reward_scale="expert"),
    learner=_small(20),
    specialists=SpecialistSettings(count=5, variations_each=1, steps=250_000, leave_out_at=SOLVED),
    evaluation=EvaluationSettings(episodes=10),
    budget=BudgetSettings(total_steps=4_000_000, generalist_steps=1_200_000),
)

MT50 = _two_cores(
    "metaworld-mt50",
    "MT50 on two cores",
    "Fifty tasks, eight specialists with three tasks each, ten million steps. Takes several hours on two CPU cores.",
    MetaWorldSuite(benchmark="MT50", reward_scale="expert"),
    learner=_small(50),
    specialists=SpecialistSettings(count=8, variations_each=3, steps=400_000),
    evaluation=EvaluationSettings(episodes=5),
    budget=BudgetSettings(total_steps=10_000_000, generalist_steps=3_000_000),
)

ML10 = _two_cores(
    "metaworld-ml10",
    "ML10 on two cores",
    "Ten training tasks with hidden goals, five other tasks held out. Takes one to two hours on two CPU cores.",
    MetaWorldSuite(benchmark="ML10", reward_scale="expert"),
    learner=_small(20),
    specialists=SpecialistSettings(count=5, variations_each=1, steps=250_000, leave_out_at=SOLVED),
    evaluation=EvaluationSettings(episodes=10, held_out_sample=5),
    budget=BudgetSettings(total_steps=4_000_000, generalist_steps=1_200_000),
)


def _alone(learner: LearnerSettings) -> dict[str, Any]:
    """The changes of an arm that trains a plain generalist with this learner."""
    return {"arm": "generalist", "guide": {"name": "none"}, "learner": learner.model_dump(mode="json")}


_TRPO = recommended("trpo", MetaWorldSuite(), "two_cores").learner
_SAC = recommended("sac", MetaWorldSuite(), "two_cores").learner.model_copy(update={"temperature_per_variation": True})

MT10_LEARNERS = Preset(
    name="metaworld-mt10-learners",
    title="MT10: MT-PPO, MT-TRPO, MT-SAC and GSL",
    description="An experiment: four arms, two million steps each. A run takes half an hour to two hours on a core.",
    group="Meta-World on two cores",
    origins=MT10.origins,
    config=MT10.config.model_copy(
        update={
            "specialists": MT10.config.specialists.model_copy(update={"steps": 125_000}),
            "plateau": plateau_within(MT10.config.learner, 600_000, "success"),
            "budget": BudgetSettings(total_steps=2_000_000, generalist_steps=600_000),
        }
    ),
    arms={
        "GSL": {}, "MT-PPO": {"arm": "generalist"}, "MT-TRPO": _alone(_TRPO), "MT-SAC": _alone(_SAC),
    },
)  # fmt: skip

METAWORLD_PRESETS = (MT1, MT10, MT50, ML10, MT10_LEARNERS, MT10_PAPER, MT50_PAPER)
