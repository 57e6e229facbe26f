"""Guides: how demonstrations influence a learner while the generalist is fine-tuned."""

from gsl.config.guides.base import GuideSettings, NoGuide, OwnGuide, Replay
from gsl.config.guides.bc import BC
from gsl.config.guides.dagger import DAgger
from gsl.config.guides.dapg import DAPG
from gsl.config.guides.distillation import Distillation
from gsl.config.guides.gail import GAIL

__all__ = [
    "BC", "BUILTIN_GUIDES", "DAPG", "GAIL", "DAgger", "Distillation", "GuideSettings", "NoGuide", "OwnGuide", "Replay",
]  # fmt: skip

BUILTIN_GUIDES: tuple[type[GuideSettings], ...] = (DAPG, GAIL, BC, DAgger, Distillation, Replay, OwnGuide, NoGuide)
