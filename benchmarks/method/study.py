"""What a benchmark of the method declares: its cases, the arms of each, and which figure decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gsl.config.guides import GuideSettings
from gsl.config.learners import LearnerSettings
from gsl.config.run import RunConfig

RESULTS = Path(__file__).parents[1] / "results"

BASELINE = "generalist"
TITLES = {
    "dapg": "DAPG",
    "gail": "GAIL",
    "dagger": "DAgger",
    "kickstarting": "Kickstarting",
    "bc": "BC (offline)",
    "none": "No guide",
    "trpo": "TRPO alone",
    "sac": "SAC alone",
    BASELINE: "Generalist alone",
}
"""Every arm there is; the baseline comes last, so that it finds the training that it has in common with the others."""
COLOURS = {
    "dapg": "#00875f", "gail": "#b3558a", "dagger": "#d98200", "kickstarting": "#c94f00", "bc": "#56b4e9",
    "none": "#66717d", "trpo": "#8a6d00", "sac": "#7b4fa3", BASELINE: "#0072b2",
}  # fmt: skip

Metric = Literal["success", "return"]


@dataclass(frozen=True)
class Case:
    """One question: a configuration whose arms differ in guide alone, the plain generalist, and with other learners."""

    name: str
    title: str
    base: RunConfig
    guides: dict[str, GuideSettings]
    metric: Metric = "success"
    learners: Mapping[str, LearnerSettings] = field(default_factory=dict)
    """Arms that are plain generalists with another learner."""

    @property
    def arms(self) -> frozenset[str]:
        return frozenset({*self.guides, *self.learners, BASELINE})

    def config(self, arm: str, seed: int) -> RunConfig:
        """The run of one arm and seed; all arms of a seed have the same total steps. Raises KeyError."""
        base = self.base.model_dump() | {"seed": seed}
        if arm == BASELINE:
            return RunConfig.model_validate(base | {"arm": "generalist"})
        if arm in self.learners:
            learner = self.learners[arm].model_dump()
            return RunConfig.model_validate(base | {"arm": "generalist", "guide": {"name": "none"}, "learner": learner})
        return RunConfig.model_validate(base | {"arm": "gsl", "guide": self.guides[arm].model_dump()})

    @property
    def has_held_out(self) -> bool:
        return bool(self.base.suite.held_out_variations()) and self.base.evaluation.held_out_sample > 0


@dataclass(frozen=True)
class Study:
    """One command: `name` is that of its module and of its results."""

    name: str
    title: str
    cases: tuple[Case, ...]
    arms: tuple[str, ...]
    seeds: tuple[int, ...]

    @property
    def results(self) -> Path:
        return RESULTS / f"{self.name}.json"

    @property
    def every_arm(self) -> tuple[str, ...]:
        """All that any case knows, in the order of the titles."""
        return tuple(arm for arm in TITLES if any(arm in case.arms for case in self.cases))

    def case(self, name: str) -> Case:
        return next(case for case in self.cases if case.name == name)
