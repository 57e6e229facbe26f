"""Steps per second of Meta-World's MT10 with random actions: `python -m benchmarks.metaworld`.

Ours, the package's SyncVectorEnv and AsyncVectorEnv (ten environments each), one environment of the package after the
other in one process, and MuJoCo's own part of that: in turn in one run, medians of the windows and of their ratios.
Then how long it takes until the first observations of MT10 and MT50 are there, processes and all.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import metaworld
import mujoco
import numpy as np

from gsl.config.suites.metaworld.settings import MetaWorldSuite
from gsl.worker.envs.base import Env
from gsl.worker.envs.metaworld.env import MetaWorldEnv
from gsl.worker.envs.sampling.samplers import UniformSampler

WINDOWS = 7
WINDOW_S = 3.0
LEAST_RATIO = 2.0
FIRST_STEP_S = {"MT10": 5.0, "MT50": 15.0}
SUBSTEPS = 5

Step = Callable[[np.random.Generator], int]
"""Steps once with random actions; how many environment steps that were."""


def main() -> int:
    package: dict[str, Any] = {
        name: metaworld.make_mt_envs("MT10", seed=0, vector_strategy=name) for name in ("sync", "async")
    }
    for env in package.values():
        env.reset()
    ours = {num_envs: _ours("MT10", num_envs) for num_envs in (10, 64)}
    singles = [env.unwrapped for env in package["sync"].envs]
    steppers: dict[str, Step] = {f"ours, {num_envs} slots": _vector(env, num_envs) for num_envs, env in ours.items()}
    steppers |= {f"package, {name}": _vector(env, 10) for name, env in package.items()}
    steppers |= {"package, one process, no vector": _singles(singles), "MuJoCo alone, one process": _physics(singles)}
    rates = [{name: _rate(step) for name, step in steppers.items()} for _ in range(WINDOWS)]
    for name in steppers:
        ratio = statistics.median(window["ours, 64 slots"] / window[name] for window in rates)
        print(f"{name:32} {statistics.median(window[name] for window in rates):7.0f} steps/s   ours is {ratio:.2f} x")
    for closing in (*ours.values(), *package.values()):
        closing.close()
    slow = [benchmark for benchmark in FIRST_STEP_S if _first_step(benchmark) > FIRST_STEP_S[benchmark]]
    best = statistics.median(w["ours, 64 slots"] / max(w["package, sync"], w["package, async"]) for w in rates)
    return 0 if best >= LEAST_RATIO and not slow else 1


def _ours(benchmark: Any, num_envs: int) -> MetaWorldEnv:
    suite = MetaWorldSuite(benchmark=benchmark)
    env = MetaWorldEnv(suite, num_envs, UniformSampler(suite.training_variations(), np.random.default_rng(0)), 0)
    env.reset()
    return env


def _vector(env: Env | Any, num_envs: int) -> Step:
    def step(rng: np.random.Generator) -> int:
        env.step(rng.uniform(-1, 1, (num_envs, 4)).astype(np.float32))
        return num_envs

    return step


def _singles(envs: list[Any]) -> Step:
    def step(rng: np.random.Generator) -> int:
        for env in envs:
            if env.curr_path_length >= env.max_path_length:
                env.reset()
            env.step(rng.uniform(-1, 1, 4).astype(np.float32))
        return len(envs)

    return step


def _physics(envs: list[Any]) -> Step:
    """What no step can do without, from where the environments are."""

    def step(rng: np.random.Generator) -> int:
        for env in envs:
            env.set_xyz_action(rng.uniform(-1, 1, 3))
            mujoco.mj_step(env.model, env.data, nstep=SUBSTEPS)
            mujoco.mj_forward(env.model, env.data)
        return len(envs)

    return step


def _rate(step: Step) -> float:
    rng, steps, started = np.random.default_rng(0), 0, time.perf_counter()
    while time.perf_counter() - started < WINDOW_S:
        steps += step(rng)
    return steps / (time.perf_counter() - started)


def _first_step(benchmark: str) -> float:
    """Seconds from nothing to the first step of as many environments as there are tasks."""
    started = time.perf_counter()
    num_envs = len(MetaWorldSuite(benchmark=benchmark).tasks)
    env = _ours(benchmark, num_envs)
    env.step(np.zeros((num_envs, 4), np.float32))
    env.close()
    took = time.perf_counter() - started
    print(f"{benchmark}: first step after {took:.1f} s (at most {FIRST_STEP_S[benchmark]:.0f} s)")
    return took


if __name__ == "__main__":
    sys.exit(main())
