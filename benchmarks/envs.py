"""Steps per second of the suites with random actions: `python -m benchmarks.envs`.

The small suites in numpy are measured against their floor of 200 k steps/s from 64 slots on, on one core.
Procgen on a set of levels is measured against the package alone on a range of levels, in turn in the same run: the
median of the ratios counts.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.config.suites import (
    BanditSuite,
    CartPoleSuite,
    CircleSuite,
    ClassificationSuite,
    DarkRoomSuite,
    ForkMazeSuite,
    GridNaviSuite,
    KeyToDoorSuite,
    ProcgenSuite,
    SuiteSettings,
)
from gsl.config.suites.procgen import Game
from gsl.worker.envs import make_env
from gsl.worker.envs.sampling.samplers import UniformSampler
from gsl.worker.spaces import Actions

FLOOR = 200_000
WINDOWS = 5
GAMES: tuple[Game, ...] = ("bigfish", "starpilot", "coinrun", "maze")


def main() -> int:
    suites = (
        ForkMazeSuite(), ClassificationSuite(), GridNaviSuite(), BanditSuite(), DarkRoomSuite(), KeyToDoorSuite(),
        CartPoleSuite(), CircleSuite(),
    )  # fmt: skip
    slowest = min(_ours(suite, num_envs) for suite in suites for num_envs in (64, 256, 1024))
    for game in GAMES:
        _procgen(game)
    return 0 if slowest >= FLOOR else 1


def _ours(suite: SuiteSettings, num_envs: int) -> float:
    env = make_env(suite, num_envs, UniformSampler(suite.training_variations(), np.random.default_rng(0)), 0)
    env.reset()
    speed = statistics.median(_speed(env.step, num_envs, env.actions, steps=2000) for _ in range(WINDOWS))
    print(f"{suite.name:14} {num_envs:5} slots  {speed / 1000:8.0f} k steps/s   (floor {FLOOR // 1000} k)")
    return speed


def _procgen(game: Game, num_envs: int = 64) -> None:
    suite = ProcgenSuite(game=game, num_levels=200, num_threads=0)
    ours = make_env(suite, num_envs, UniformSampler(suite.training_variations(), np.random.default_rng(0)), 0)
    ours.reset()
    plain = _plain(suite, num_envs)

    def step_plain(actions: Any) -> None:
        plain.act(actions)
        plain.observe()

    pairs = [
        (_speed(ours.step, num_envs, ours.actions, steps=150), _speed(step_plain, num_envs, ours.actions, steps=150))
        for _ in range(WINDOWS)
    ]
    speeds = [statistics.median(column) / 1000 for column in zip(*pairs, strict=True)]
    ratio = statistics.median(one / other for one, other in pairs)
    print(
        f"{game:14} {num_envs:5} slots  {speeds[0]:8.1f} k steps/s   package alone {speeds[1]:.1f} k, ratio {ratio:.2f}"
    )
    ours.close()
    plain.close()


def _plain(suite: ProcgenSuite, num_envs: int) -> Any:
    from procgen import ProcgenGym3Env

    return ProcgenGym3Env(
        num=num_envs, env_name=suite.game, distribution_mode=suite.mode, num_levels=suite.num_levels,
        start_level=suite.start_level, num_threads=suite.num_threads, rand_seed=0,
    )  # fmt: skip


def _speed(step: Callable[[Any], Any], num_envs: int, kind: Actions, steps: int) -> float:
    """Environment steps per second; the actions are drawn beforehand."""
    rng, shape = np.random.default_rng(steps), (steps, num_envs)
    continuous = kind.kind == "continuous"
    actions: NDArray[Any] = (
        rng.uniform(-1, 1, (*shape, kind.size)) if continuous else rng.integers(kind.size, size=shape)
    )
    started = time.perf_counter()
    for action in actions:
        step(action)
    return steps * num_envs / (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
