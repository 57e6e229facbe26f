"""Settings of an example guide: a bonus for doing what was demonstrated."""

from typing import ClassVar, Literal

from gsl.config.base import setting
from gsl.config.guides.base import GuideSettings, Hook


class Praise(GuideSettings):
    """A bonus if the policy takes the action that was demonstrated at the nearest observation."""

    implementation: ClassVar[str] = "praise.guide:Praise"
    title: ClassVar[str] = "Praise"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"reward"})

    name: Literal["praise"] = "praise"
    bonus: float = setting(0.1, "Bonus for a step that equals a demonstrated one.", ge=0, le=1000)
    decay: float = setting(0.95, "Factor by which the bonus shrinks after each epoch.", gt=0, le=1)
    most: int = setting(
        2000, "Largest number of demonstrated steps to compare with, drawn at random.", unit="steps", ge=1
    )
