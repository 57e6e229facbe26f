"""Guides: what demonstrations add to a learner."""

from gsl.config.guides import GuideSettings
from worker import plugins
from worker.guides.base import Guide, GuideInputs, Teacher

__all__ = ["Guide", "GuideInputs", "Teacher", "make_guide"]


def make_guide(settings: GuideSettings, inputs: GuideInputs) -> Guide:
    """The guide that the settings ask for; without what it wants there is nothing to guide by."""
    has = {"nothing": True, "demonstrations": bool(inputs.demonstrations), "teachers": bool(inputs.teachers)}
    if not has[settings.learns_from]:
        return Guide(settings, inputs)
    guide: Guide = plugins.load(settings)(settings, inputs)
    return guide
