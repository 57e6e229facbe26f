"""Guides: what demonstrations add to a learner."""

from gsl.config.guides import DAPG as DAPGSettings
from gsl.config.guides import Guide as GuideSettings
from worker.experience import Demonstrations
from worker.guides.base import Guide
from worker.guides.dapg import DAPG

__all__ = ["Guide", "make_guide"]


def make_guide(settings: GuideSettings, demonstrations: Demonstrations | None, seed: int) -> Guide:
    """The guide that the settings ask for; without demonstrations there is nothing to guide by."""
    if isinstance(settings, DAPGSettings) and demonstrations is not None and len(demonstrations):
        return DAPG(settings, demonstrations, seed)
    return Guide()
