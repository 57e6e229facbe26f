"""Fine-tuning by itself."""

from typing import ClassVar, Literal

from gsl.config.guides.base import GuideSettings, Hook, Wants


class NoGuide(GuideSettings):
    """Fine-tuning without demonstrations: the control arm."""

    implementation: ClassVar[str] = "worker.guides.base:Guide"
    title: ClassVar[str] = "No guide"
    hooks: ClassVar[frozenset[Hook]] = frozenset()
    wants: ClassVar[Wants] = "nothing"

    name: Literal["none"] = "none"
