"""Guides: what demonstrations add to a learner while the generalist is fine-tuned."""

from gsl.config.guides.base import GuideSettings
from gsl.config.guides.dapg import DAPG
from gsl.config.guides.none import NoGuide

__all__ = ["BUILTIN_GUIDES", "DAPG", "GuideSettings", "NoGuide"]

BUILTIN_GUIDES: tuple[type[GuideSettings], ...] = (DAPG, NoGuide)
