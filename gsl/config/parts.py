"""The settings of one run, part by part; `RunConfig` in `run.py` adds the rules between them."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

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
    SpecialistSettings,
)
from gsl.config.plateau import PlateauSettings
from gsl.config.plugins import union, with_plugins
from gsl.config.sampling import Sampling, TrialSettings, UniformSampling
from gsl.config.suites import BUILTIN_SUITES, ForkMazeSuite, SuiteSettings

SUITES = with_plugins("gsl_lab.suites", SuiteSettings, BUILTIN_SUITES)
LEARNERS = with_plugins("gsl_lab.learners", LearnerSettings, BUILTIN_LEARNERS)
GUIDES = with_plugins("gsl_lab.guides", GuideSettings, BUILTIN_GUIDES)
"""Settings classes by name, including those of installed packages."""

if TYPE_CHECKING:  # a union that grows with the installed packages has no static type but its base
    Suite = SuiteSettings
    Learner = LearnerSettings
    Guide = GuideSettings
else:
    Suite = union(SUITES, "suite")
    Learner = union(LEARNERS, "learner")
    Guide = union(GUIDES, "guide")

Arm = Literal["gsl", "generalist", "generalist_low"]


class RunParts(Settings):
    """Everything that decides a run, each part valid on its own."""

    suite: Suite = Field(default_factory=ForkMazeSuite, description="The family of environments to train on.")
    learner: Learner = Field(default_factory=PPO, description="The algorithm that improves the policy from experience.")
    sampling: Sampling = Field(
        default_factory=UniformSampling, description="How the next training variation is chosen."
    )
    trial: TrialSettings = Field(
        default_factory=TrialSettings, description="How many episodes in a row are played on one variation."
    )
    plateau: PlateauSettings = Field(
        default_factory=PlateauSettings, description="When the generalist counts as having stopped learning."
    )
    specialists: SpecialistSettings = Field(
        default_factory=SpecialistSettings, description="How the lowest variations are assigned and trained."
    )
    demonstrations: DemonstrationSettings = Field(
        default_factory=DemonstrationSettings, description="Which recorded episodes are kept for fine-tuning."
    )
    guide: Guide = Field(default_factory=DAPG, description="How demonstrations influence the learner.")
    finetune: FinetuneSettings = Field(
        default_factory=FinetuneSettings, description="Settings that differ while the generalist is fine-tuned."
    )
    evaluation: EvaluationSettings = Field(default_factory=EvaluationSettings, description="How policies are measured.")
    cycles: CycleSettings = Field(
        default_factory=CycleSettings, description="How often specialists and fine-tuning are repeated."
    )
    gate: GateSettings = Field(default_factory=GateSettings, description="Who decides whether specialists are trained.")
    budget: BudgetSettings = Field(
        default_factory=BudgetSettings, description="How many environment steps the run may take."
    )
    arm: Arm = setting(
        "gsl",
        "gsl: the whole method. generalist: the baseline, plain training for the same total steps. generalist_low: one "
        "policy trained on all the lowest variations instead of specialists.",
    )
    seed: int = setting(0, "Seed of all randomness in the run.", ge=0, lt=2**31)

    @property
    def episodes_in_a_row(self) -> int:
        """Episodes that an environment plays of one variation before the next, in training and demonstrations."""
        return self.trial.episodes if self.learner.rollout_holds_trials else 1
