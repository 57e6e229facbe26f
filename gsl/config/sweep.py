"""A sweep: which settings are searched, within what, by what, and what the search maximises."""

import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from gsl.config.base import Settings, setting
from gsl.config.errors import Problem, refuse

MOST_TRIALS = 500
MOST_AT_ONCE = 50
Scalar = bool | int | float | str | None
SettingPath = Annotated[str, StringConstraints(pattern=r"^\w+(\.\w+)*$", max_length=200)]
SweepSeed = Annotated[int, Field(ge=0, lt=2**31)]


class SearchedSetting(Settings):
    """The values that a sweep tries for one setting: a range of numbers, or a list of choices."""

    type: Literal["float", "int", "choice"] = setting("float", "A range of numbers, of whole numbers, or choices.")
    low: float | None = setting(None, "Lowest value of a range.")
    high: float | None = setting(None, "Highest value of a range.")
    log: bool = setting(False, "Whether the range is searched on a logarithmic scale.")
    points: int | None = setting(
        None,
        "Grid: how many values of the range are tried, evenly spaced on its scale. Empty: every whole number, if they "
        "are few.",
        ge=2,
        le=MOST_TRIALS,
    )
    choices: tuple[Scalar, ...] = setting((), "The choices.", max_length=100)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        refuse("SearchedSetting", list(self._of_choices() if self.type == "choice" else self._of_range()))
        return self

    def _of_choices(self) -> Iterator[Problem]:
        for name in ("low", "high", "points"):
            if getattr(self, name) is not None:
                yield (name,), "must be left out: choices have no range", getattr(self, name)
        if self.log:
            yield ("log",), "must be left out: choices have no scale", self.log
        if len(self.choices) < 2:
            yield ("choices",), "must be at least two: one choice leaves nothing to search", list(self.choices)
        seen: list[tuple[type, Scalar]] = []
        for index, choice in enumerate(self.choices):
            if (type(choice), choice) in seen:
                yield ("choices", index), f"is the choice {choice!r} again", choice
            seen.append((type(choice), choice))

    def _of_range(self) -> Iterator[Problem]:
        if self.choices:
            yield ("choices",), "must be left out: a range has low and high", list(self.choices)
        missing = [name for name in ("low", "high") if getattr(self, name) is None]
        yield from (((name,), "is required for a range", None) for name in missing)
        if not missing:
            yield from self._of_bounds(self.low or 0.0, self.high or 0.0)

    def _of_bounds(self, low: float, high: float) -> Iterator[Problem]:
        if self.type == "int":
            for name, bound in (("low", low), ("high", high)):
                if not bound.is_integer():
                    yield (name,), "must be a whole number; a float has any number", bound
                elif abs(bound) > 2**53:
                    yield (name,), "must lie between -2^53 and 2^53, where every whole number is exact", bound
        if low == high:
            yield ("high",), f"must be above low ({low:g}): one point leaves nothing to search", high
        elif low > high:
            yield ("high",), f"must be above low ({low:g}): the bounds are the wrong way round", high
        if self.log and low <= 0:
            yield ("low",), "must be above 0 on a logarithmic scale", low

    @property
    def bounds(self) -> tuple[float, float]:
        """Of a range."""
        return self.low or 0.0, self.high or 0.0

    def grid(self) -> list[Any] | None:
        """The values that a grid tries; None for a range without `points` of floats, or of too many whole numbers."""
        if self.type == "choice":
            return list(self.choices)
        low, high = self.bounds
        if self.points is None:
            countable = self.type == "int" and high - low < MOST_TRIALS
            return list(range(int(low), int(high) + 1)) if countable else None
        ends = (math.log(low), math.log(high)) if self.log else (low, high)
        spaced = [ends[0] + (ends[1] - ends[0]) * place / (self.points - 1) for place in range(self.points)]
        values = [min(max(math.exp(value) if self.log else value, low), high) for value in spaced]
        return sorted({round(value) for value in values}) if self.type == "int" else values


class Objective(Settings):
    """What a sweep maximises: a mean over the variations of a run's evaluations."""

    metric: Literal["score", "return", "success"] = setting(
        "score", "score: the success rate if the suite has one, else the normalised return."
    )
    source: Literal["evaluation", "held_out"] = setting(
        "evaluation", "Measured on the training variations, or on the held-out ones."
    )


class Pruner(Settings):
    """When a trial that does badly is stopped early, judged at its evaluations."""

    name: Literal["none", "median", "halving"] = setting(
        "none",
        "median: stops a trial whose best evaluation so far is below the median of the trials before it. halving: "
        "successive halving, which lets the best share of each rung go on.",
    )
    startup_trials: int = setting(
        3, "median: whole trials before the first one is pruned.", unit="trials", ge=1, le=MOST_TRIALS
    )
    warmup: int = setting(1, "Evaluations of each trial before it may be pruned.", unit="evaluations", ge=0, le=10_000)
    keep_one_in: int = setting(2, "halving: of how many trials one goes on to the next rung.", ge=2, le=20)


class SweepSettings(Settings):
    """A search over settings of a run."""

    space: dict[SettingPath, SearchedSetting] = Field(
        min_length=1, max_length=20, description="By the dotted path of a setting, the values that are tried."
    )
    sampler: Literal["tpe", "random", "grid"] = setting(
        "tpe", "Who chooses: Optuna's Tree-structured Parzen Estimator, which learns from ended trials; chance; a grid."
    )
    sampler_seed: int = setting(0, "Seed of the sampler.", ge=0, lt=2**31)
    objective: Objective = Field(default_factory=Objective, description="What the search maximises.")
    trials: int = setting(20, "Number of trials; each is a run.", unit="trials", ge=1, le=MOST_TRIALS)
    at_once: int = setting(2, "Most trials at the same time.", unit="trials", ge=1, le=MOST_AT_ONCE)
    pruner: Pruner = Field(default_factory=Pruner, description="Whether trials that do badly are stopped early.")
    tuning_seeds: tuple[SweepSeed, ...] = Field(
        (0,),
        min_length=1,
        max_length=100,
        description="Seeds of the trials, which take them in turn. Results have others.",
    )

    @model_validator(mode="after")
    def _grid_fits(self) -> Self:
        refuse("SweepSettings", list(self._wrong_grid() if self.sampler == "grid" else self._wrong_points()))
        return self

    def _wrong_points(self) -> Iterator[Problem]:
        for path, searched in self.space.items():
            if searched.points is not None:
                yield ("space", path, "points"), "must be left out: only the sampler grid has points", searched.points

    def _wrong_grid(self) -> Iterator[Problem]:
        without = [path for path, searched in self.space.items() if searched.grid() is None]
        for path in without:
            yield ("space", path, "points"), "is required for the sampler grid: how many values are tried", None
        size = 0 if without else self.grid_size
        if size > self.trials:
            more = f"choose {size}" if size <= MOST_TRIALS else f"at most {MOST_TRIALS} are possible"
            message = f"the grid has {size:,} points, more than the {self.trials} trials: {more}, or try fewer values"
            yield ("trials",), message, self.trials

    @property
    def grid_size(self) -> int:
        """The number of points of a grid."""
        return math.prod(len(searched.grid() or ()) for searched in self.space.values())

    @property
    def planned(self) -> int:
        """How many trials there are going to be: a grid ends with its last point."""
        return min(self.trials, self.grid_size) if self.sampler == "grid" else self.trials
