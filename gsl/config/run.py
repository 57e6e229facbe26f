"""One run's whole configuration and the rules between its parts."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from gsl.config.base import Settings, setting
from gsl.config.guides import BUILTIN_GUIDES, DAPG, GuideSettings
from gsl.config.learners import BUILTIN_LEARNERS, PPO, LearnerSettings
from gsl.config.method import (
    BudgetSettings,
    CycleSettings,
    DemonstrationSettings,
    EvaluationSettings,
    FinetuneSettings,
    GateSettings,
    PlateauSettings,
    SpecialistSettings,
)
from gsl.config.plugins import union, with_plugins
from gsl.config.rules import check
from gsl.config.sampling import Sampling, UniformSampling
from gsl.config.stored import is_stored
from gsl.config.suites import BUILTIN_SUITES, ForkMazeSuite, SuiteSettings

SUITES = with_plugins("gsl_lab.suites", SuiteSettings, BUILTIN_SUITES)
LEARNERS = with_plugins("gsl_lab.learners", LearnerSettings, BUILTIN_LEARNERS)
GUIDES = with_plugins("gsl_lab.guides", GuideSettings, BUILTIN_GUIDES)
"""Settings classes by name, those of installed packages included."""

if TYPE_CHECKING:  # a union that grows with what is installed has no static type but its base
    Suite = SuiteSettings
    Learner = LearnerSettings
    Guide = GuideSettings
else:
    Suite = union(SUITES, "suite")
    Learner = union(LEARNERS, "learner")
    Guide = union(GUIDES, "guide")


Arm = Literal["gsl", "generalist", "generalist_low"]


class RunConfig(Settings):
    """Everything that decides a run: the same objects in the API, the form, the database and the worker."""

    suite: Suite = Field(default_factory=ForkMazeSuite, description="The family of environments.")
    learner: Learner = Field(default_factory=PPO, description="What turns experience into a better policy.")
    sampling: Sampling = Field(default_factory=UniformSampling, description="Which training variation is played next.")
    plateau: PlateauSettings = Field(
        default_factory=PlateauSettings, description="When the generalist has stopped learning."
    )
    specialists: SpecialistSettings = Field(
        default_factory=SpecialistSettings, description="Who learns the worst variations."
    )
    demonstrations: DemonstrationSettings = Field(
        default_factory=DemonstrationSettings, description="Which episodes are kept to fine-tune on."
    )
    guide: Guide = Field(default_factory=DAPG, description="What demonstrations add to the learner.")
    finetune: FinetuneSettings = Field(
        default_factory=FinetuneSettings, description="How the generalist is fine-tuned."
    )
    evaluation: EvaluationSettings = Field(default_factory=EvaluationSettings, description="How policies are measured.")
    cycles: CycleSettings = Field(
        default_factory=CycleSettings, description="How often specialists and fine-tuning follow one another."
    )
    gate: GateSettings = Field(default_factory=GateSettings, description="Who decides to train specialists.")
    budget: BudgetSettings = Field(
        default_factory=BudgetSettings, description="How many environment steps may be spent."
    )
    arm: Arm = setting(
        "gsl",
        "The method; or as a baseline at the same total steps the plain generalist, or one policy on all the lowest "
        "variations in the specialists' place.",
    )
    seed: int = setting(0, "Everything random in the run derives from this seed.", ge=0, lt=2**31)

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        if not is_stored():
            check(self)
        return self
