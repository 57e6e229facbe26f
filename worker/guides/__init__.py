"""Guides: how demonstrations and teachers influence a learner."""

from gsl.config.guides import GuideSettings
from gsl.worker import plugins
from gsl.worker.guides.base import Guide, GuideInputs, Teacher

__all__ = ["Guide", "GuideInputs", "Teacher", "make_guide"]


def make_guide(settings: GuideSettings, inputs: GuideInputs) -> Guide:
    """The guide of these settings; one that does nothing if what it learns from is missing."""
    has = {"nothing": True, "demonstrations": bool(inputs.demonstrations), "teachers": bool(inputs.teachers)}
    if not has[settings.learns_from]:
        return Guide(settings, inputs)
    guide: Guide = plugins.load(settings)(settings, inputs)
    return guide
