"""Guides: what demonstrations add to a learner."""

from gsl.config.guides import GuideSettings
from worker.guides.base import Guide, GuideInputs, Teacher
from worker.plugins import implementation_of

__all__ = ["Guide", "GuideInputs", "Teacher", "make_guide"]


def make_guide(settings: GuideSettings, inputs: GuideInputs) -> Guide:
    """The guide that the settings ask for; without what it wants there is nothing to guide by."""
    has = {"nothing": True, "demonstrations": bool(inputs.demonstrations), "teachers": bool(inputs.teachers)}
    if not has[settings.learns_from]:
        return Guide(settings, inputs)
    guide: Guide = implementation_of(settings)(settings, inputs)
    return guide
