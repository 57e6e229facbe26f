"""Fine-tuning by itself."""

from typing import ClassVar, Literal

from gsl.config.guides.base import GuideSettings, Hook, LearnsFrom


class NoGuide(GuideSettings):
    """Fine-tuning without demonstrations: the control arm."""

    implementation: ClassVar[str] = "worker.guides.base:Guide"
    title: ClassVar[str] = "No guide"
    hooks: ClassVar[frozenset[Hook]] = frozenset()
    learns_from: ClassVar[LearnsFrom] = "nothing"

    name: Literal["none"] = "none"
