"""A suite whose settings this server cannot read: what is stored of a run still has names, scores and figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Self

from pydantic import ConfigDict, PrivateAttr

from gsl.config.suites import SuiteSettings


@dataclass(frozen=True)
class Measured:
    """What its runs have stored about a suite."""

    success: bool = False  # whether any episode reported success
    variations: tuple[int, ...] = ()  # of training, in order
    names: Mapping[int, str] = field(default_factory=dict)


class LostSuite(SuiteSettings):
    """Its settings are as they were stored. Without them returns cannot be normalised: only success is a score."""

    model_config = ConfigDict(extra="allow")

    _measured: Measured = PrivateAttr(default_factory=Measured)

    @classmethod
    def of(cls, settings: Mapping[str, Any], measured: Measured) -> Self:
        suite = cls.model_validate({"name": "unknown", **settings})
        suite._measured = measured
        return suite

    @property
    def has_success(self) -> bool:
        return self._measured.success

    @property
    def score_range(self) -> tuple[float, float]:
        """Empty: figures span what was measured."""
        return inf, -inf

    def score(self, mean_return: float | None, success_rate: float | None) -> float | None:
        return success_rate if self.has_success else None

    def training_variations(self) -> tuple[int, ...]:
        return self._measured.variations

    def held_out_variations(self) -> tuple[int, ...]:
        return ()

    def variation_name(self, variation: int) -> str:
        return self._measured.names.get(variation) or super().variation_name(variation)
