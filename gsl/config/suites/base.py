"""What every suite's settings say of its variations, observations and actions."""

from importlib.util import find_spec
from typing import ClassVar, Literal

from gsl.config.base import Settings

Observes = Literal["vector", "picture"]
ActionKind = Literal["discrete", "continuous"]


class SuiteSettings(Settings):
    """A family of environments. A subclass adds `name: Literal["x"] = "x"`, its fields and what is abstract here."""

    implementation: ClassVar[str]
    """`module:attribute` of its environments, called as (suite, num_envs, sampler, seed); see worker/envs/base.py."""
    title: ClassVar[str]
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules that must be there to run it."""
    extra: ClassVar[str | None] = None
    """`pip install ".[extra]"` brings what it requires."""

    name: str

    @property
    def observes(self) -> Observes:
        """Whether a network sees vectors (n,) of float32, or pictures (height, width, channels) of uint8."""
        raise NotImplementedError

    @property
    def actions(self) -> ActionKind:
        """Whether a policy chooses one of n actions, or a vector whose components lie in [-1, 1]."""
        raise NotImplementedError

    @property
    def has_success(self) -> bool:
        """Whether episodes end with success or without."""
        raise NotImplementedError

    @property
    def max_episode_steps(self) -> int:
        """No episode is longer; environment steps."""
        raise NotImplementedError

    @property
    def score_range(self) -> tuple[float, float]:
        """Returns that count as 0 and as 1 when a return is normalised."""
        raise NotImplementedError

    def score(self, mean_return: float | None, success_rate: float | None) -> float | None:
        """How good that is: the success rate, without one (R - min) / (max - min), not clipped; None: not measured."""
        if self.has_success:
            return success_rate
        low, high = self.score_range
        return None if mean_return is None else (mean_return - low) / (high - low)

    def training_variations(self) -> tuple[int, ...]:
        """Ids of the variations that are trained on, in order."""
        raise NotImplementedError

    def held_out_variations(self) -> tuple[int, ...]:
        """Ids of the variations that only measure generalisation; none of them is a training variation."""
        raise NotImplementedError

    def variation_name(self, variation: int) -> str:
        """For people."""
        return f"variation {variation}"

    @classmethod
    def missing(cls) -> str | None:
        """What keeps this machine from running the suite, and what to install; None when nothing does."""
        absent = [module for module in cls.requires if find_spec(module) is None]
        return f"{', '.join(absent)} cannot be imported: {cls.install_hint()}" if absent else None

    @classmethod
    def install_hint(cls) -> str:
        """The command that brings what it requires."""
        return f'pip install ".[{cls.extra}]"' if cls.extra else f"pip install {' '.join(cls.requires)}"
