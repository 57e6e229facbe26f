"""What every suite's settings declare: its variations, observations and actions."""

import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from typing import ClassVar, Literal

from gsl.config.base import Settings

Observes = Literal["vector", "picture"]
ActionKind = Literal["discrete", "continuous"]


class SuiteSettings(Settings):
    """A family of environments. A subclass adds `name: Literal["x"] = "x"`, its fields and the abstract properties."""

    implementation: ClassVar[str]
    """`module:attribute` of its environments, called as (suite, num_envs, sampler, seed); see worker/envs/base.py."""
    title: ClassVar[str]
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules that must be installed to run it."""
    extra: ClassVar[str | None] = None
    """`pip install ".[extra]"` installs what it requires."""
    libraries: ClassVar[dict[str, str]] = {}
    """Libraries of the system that it loads, on Linux, and the Debian package of each."""
    renders: ClassVar[bool] = False
    """Whether its environments can be filmed: they have `film` and `frame`, see `Filmed` in worker/envs/base.py."""
    reward_function: ClassVar[str | None] = None
    """`module:attribute` of its reward as a function of tensors (observation, action, next observation), for planning;
    see worker/envs/physics/mechanics.py. None if the reward depends on more than these."""
    video_libraries: ClassVar[dict[str, str]] = {}
    """What `libraries` are, but only for videos."""

    name: str

    @property
    def observes(self) -> Observes:
        """Observations: vectors (n,) of float32, or pictures (height, width, channels) of uint8."""
        raise NotImplementedError

    @property
    def actions(self) -> ActionKind:
        """Actions: one of n (discrete), or a vector with components in [-1, 1] (continuous)."""
        raise NotImplementedError

    @property
    def has_success(self) -> bool:
        """Whether episodes report success."""
        raise NotImplementedError

    @property
    def max_episode_steps(self) -> int:
        """Environment steps after which an episode is cut off."""
        raise NotImplementedError

    @property
    def score_range(self) -> tuple[float, float]:
        """Returns that are normalised to 0 and to 1."""
        raise NotImplementedError

    @property
    def one_hot_size(self) -> int:
        """Length of the one-hot vector of the task at the end of its observations; 0 if there is none."""
        return 0

    @property
    def scored_by_success(self) -> bool:
        """Whether the score is the success rate, which lies between 0 and 1."""
        return self.has_success and type(self).score is SuiteSettings.score

    def score(self, mean_return: float | None, success_rate: float | None) -> float | None:
        """The success rate, or the normalised return (R - min) / (max - min), not clipped; None if not measured."""
        if self.has_success:
            return success_rate
        low, high = self.score_range
        return None if mean_return is None else (mean_return - low) / (high - low)

    def training_variations(self) -> tuple[int, ...]:
        """Ids of the training variations, in order."""
        raise NotImplementedError

    def held_out_variations(self) -> tuple[int, ...]:
        """Ids of the held-out variations, which only measure generalisation; disjoint from the training variations."""
        raise NotImplementedError

    def variation_name(self, variation: int) -> str:
        """A readable name."""
        return f"variation {variation}"

    @classmethod
    def missing(cls) -> str | None:
        """Why this machine cannot run the suite, and what to install; None if it can."""
        absent = [module for module in cls.requires if find_spec(module) is None]
        if absent:
            return f"{', '.join(absent)} is not installed; run: {cls.install_hint()}"
        libraries = cls.missing_libraries()
        wanted = f"{', '.join(libraries)} cannot be loaded; on Debian or Ubuntu run: "
        return wanted + f"apt-get install {' '.join(libraries.values())}" if libraries else None

    @classmethod
    def missing_for_videos(cls) -> str | None:
        """Why this machine, which can run the suite, cannot make videos of it, and what to do; None if it can."""
        if not cls.renders:
            return f"environments of {cls.title} show no pictures"
        if find_spec("av") is None:
            return "av is not installed; run: pip install av"
        libraries = cls.missing_video_libraries()
        wanted = f"{', '.join(libraries)} cannot be loaded; on Debian or Ubuntu run: "
        return wanted + f"apt-get install {' '.join(libraries.values())}" if libraries else None

    @classmethod
    def missing_libraries(cls) -> dict[str, str]:
        """Those of its `libraries` that this machine cannot load."""
        return {name: package for name, package in cls.libraries.items() if not _loads(name)}

    @classmethod
    def missing_video_libraries(cls) -> dict[str, str]:
        """Those of its `video_libraries` that this machine cannot load."""
        return {name: package for name, package in cls.video_libraries.items() if not _loads(name)}

    @classmethod
    def install_hint(cls) -> str:
        """The command that installs what it requires."""
        return f'pip install ".[{cls.extra}]"' if cls.extra else f"pip install {' '.join(cls.requires)}"


@cache
def _loads(library: str) -> bool:
    """Whether the linker finds the library. Tried in another process, so that the server does not load it."""
    if sys.platform != "linux":
        return True
    command = [sys.executable, "-I", "-S", "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", library]
    tried = subprocess.run(command, capture_output=True, check=False)
    return tried.returncode == 0
