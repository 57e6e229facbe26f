"""Any environment registered with Gymnasium; a setting says how its variations differ."""

from typing import Self

from pydantic import model_validator

from gsl.config.errors import refuse
from gsl.config.suites.gymnasium.rules import problems
from gsl.config.suites.gymnasium.settings import GymnasiumParts


class GymnasiumSuite(GymnasiumParts):
    """Any environment registered with Gymnasium. Variations are seeds, reset options, arguments or attributes."""

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        refuse(type(self).__name__, list(problems(self)))
        return self
