"""Sequential classification: one run with LEEP through all phases, and an experiment on how to act when unsure."""

from typing import Any

from gsl.config.guides import GAIL, NoGuide
from gsl.config.learners import LearnerSettings
from gsl.config.method import BudgetSettings, DemonstrationSettings, EvaluationSettings, SpecialistSettings
from gsl.config.presets.base import Preset, origins
from gsl.config.recommended import plateau_within, recommended
from gsl.config.run import RunConfig
from gsl.config.sampling import BootstrapSampling
from gsl.config.suites import ClassificationSuite

_GROUP = "Sequential classification"
_LIBRARY = "learner.gae_lambda learner.clip_coef learner.vf_coef learner.max_grad_norm learner.adam_eps"
_SUITE = ClassificationSuite()
_PPO, _LEEP = (recommended(name, _SUITE, "two_cores").learner for name in ("ppo", "leep"))
_BY_RETURN = DemonstrationSettings(per_variation=5, generalist_per_variation=2, max_tries=20, filter="return")

CLASSIFICATION = Preset(
    name="classification",
    title="Digits guessed by LEEP",
    description="Four linked policies guess the labels of a hundred images, 500 more are held out; specialists for "
    "the hardest images, fine-tuned with GAIL. Takes a minute or two on two CPU cores.",
    group=_GROUP,
    origins=origins(paper="suite.guesses sampling learner.name", library=f"{_LIBRARY} learner.members"),
    config=RunConfig(
        suite=_SUITE,
        learner=_LEEP,
        sampling=BootstrapSampling(),
        plateau=plateau_within(_LEEP, 100_000),
        specialists=SpecialistSettings(count=2, variations_each=5, steps=20_000),
        demonstrations=_BY_RETURN,
        guide=GAIL(form="negative", updates=2),
        evaluation=EvaluationSettings(episodes=5, held_out_sample=200),
        budget=BudgetSettings(total_steps=300_000, generalist_steps=100_000),
    ),
)


def _alone(learner: LearnerSettings, **parts: Any) -> dict[str, Any]:
    """The changes of an arm that trains a plain generalist with this learner."""
    return {"arm": "generalist", "learner": learner.model_dump(mode="json")} | parts


_BOOTSTRAP = {"sampling": {"name": "bootstrap"}}
_ONE_MEMBER = _LEEP.model_copy(update={"acts": "member"})
_GREEDY = {"evaluation": {"deterministic": True}}

CLASSIFICATION_LEARNERS = Preset(
    name="classification-learners",
    title="Digits: how to act when unsure",
    description="An experiment: PPO and LEEP act by their likeliest label, by sampling, by one member, and PPO with "
    "its guesses observed; 200,000 steps each. A run takes less than a minute on a core.",
    group=_GROUP,
    origins=origins(paper="suite.guesses learner.name", library=_LIBRARY),
    config=RunConfig(
        suite=_SUITE,
        learner=_PPO,
        plateau=plateau_within(_PPO, 60_000),
        specialists=SpecialistSettings(count=2, variations_each=5, steps=16_384),
        demonstrations=_BY_RETURN,
        guide=NoGuide(),
        evaluation=EvaluationSettings(episodes=10, held_out_sample=500),
        budget=BudgetSettings(total_steps=200_000, generalist_steps=60_000),
    ),
    arms={
        "PPO, likeliest label": {"arm": "generalist"} | _GREEDY,
        "PPO": {"arm": "generalist"},
        "PPO, guesses observed": {"arm": "generalist", "suite": {"guesses_observed": True}},
        "LEEP, likeliest label": _alone(_LEEP, **_BOOTSTRAP, **_GREEDY),
        "LEEP": _alone(_LEEP, **_BOOTSTRAP),
        "LEEP, one member": _alone(_ONE_MEMBER, **_BOOTSTRAP),
    },
)

CLASSIFICATION_PRESETS = (CLASSIFICATION, CLASSIFICATION_LEARNERS)
