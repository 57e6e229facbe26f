"""When a gate may open by itself: the conditions of a policy, as data that a server stores by version."""

from typing import Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator, model_validator

from gsl.config.base import Settings
from gsl.config.plateau import PlateauSettings

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Hours(Settings):
    """Hours of some days of the week; those from 20 to 6 begin in the evening and end on the next morning."""

    days: tuple[Day, ...] = Field(min_length=1, max_length=7)
    start: int = Field(ge=0, le=23, description="First hour.")
    end: int = Field(ge=1, le=24, description="Hour at whose beginning they end.")

    @model_validator(mode="after")
    def _last(self) -> Self:
        if self.start == self.end:
            raise ValueError("must end at another hour than the one at which they start")
        return self


class PolicyConditions(Settings):
    """All that are given must hold; of `score_below` and `min_gain`, one is enough."""

    suites: tuple[str, ...] = Field((), max_length=50, description="Suites of the runs. Empty: all.")
    most_specialists: int | None = Field(None, ge=1, description="Most specialists that the gate may propose.")
    most_steps: int | None = Field(None, ge=1, description="Most environment steps of all specialists together.")
    score_below: float | None = Field(
        None, description="The evaluation's score must be below this (0 to 1: success rate or normalised return)."
    )
    min_gain: float | None = Field(
        None, description="The previous cycle must have raised the score by at least this; not met in the first cycle."
    )
    plateau: PlateauSettings | None = Field(
        None,
        description="Criterion H must fire with these settings, too, on the training before the gate: within the "
        "plateau that the run detected, or anywhere if it used its budget without one.",
    )
    hours: tuple[Hours, ...] = Field((), max_length=20, description="When the gate may open. Empty: at any time.")
    time_zone: str = Field("UTC", max_length=60, description="Time zone of the hours, as in Europe/Berlin.")

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("must be a time zone such as UTC or Europe/Berlin")
        return name

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        asked = (self.most_specialists, self.most_steps, self.score_below, self.min_gain, self.plateau)
        if not (self.suites or self.hours) and all(each is None for each in asked):
            raise ValueError("must have a condition: without any, every gate would open, which gate.mode auto is for")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
