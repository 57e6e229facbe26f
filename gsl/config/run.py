"""One run's whole configuration: its parts, and the rules between them."""

from typing import Self

from pydantic import model_validator

from gsl.config.base import is_stored
from gsl.config.parts import GUIDES, LEARNERS, SUITES, Arm, Guide, Learner, RunParts, Suite
from gsl.config.rules import check

__all__ = ["GUIDES", "LEARNERS", "SUITES", "Arm", "Guide", "Learner", "RunConfig", "Suite"]


class RunConfig(RunParts):
    """Everything that decides a run; the API, the form, the database and the worker share this object."""

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        if not is_stored():
            check(self)
        return self
