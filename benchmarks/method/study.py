"""What a benchmark of the method declares: its cases, the arms of each, and which figure decides."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gsl.config.guides import GuideSettings
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
    BASELINE: "Generalist alone",
}
"""Every arm there is; the baseline comes last, so that it finds the training that it has in common with the others."""
COLOURS = {
    "dapg": "#00875f", "gail": "#b3558a", "dagger": "#d98200", "kickstarting": "#c94f00", "bc": "#56b4e9",
    "none": "#66717d", BASELINE: "#0072b2",
}  # fmt: skip

Metric = Literal["success", "return"]


@dataclass(frozen=True)
class Case:
    """One question: a configuration whose arms differ in guide alone, and the plain generalist."""

    name: str
    title: str
    base: RunConfig
    guides: dict[str, GuideSettings]
    metric: Metric = "success"

    def config(self, arm: str, seed: int) -> RunConfig:
        """The run of one arm and seed; all arms of a seed have the same total steps. Raises KeyError."""
        base = self.base.model_dump() | {"seed": seed}
        if arm == BASELINE:
            return RunConfig.model_validate(base | {"arm": "generalist"})
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
        known = {arm for case in self.cases for arm in case.guides} | {BASELINE}
        return tuple(arm for arm in TITLES if arm in known)

    def case(self, name: str) -> Case:
        return next(case for case in self.cases if case.name == name)
