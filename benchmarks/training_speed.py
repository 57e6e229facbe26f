"""Environment steps a second of PPO with IMPALA on Procgen, the whole loop: python -m benchmarks.training_speed.

At the shape of the peers (64 environments, 3 passes, minibatches of 2048), in windows of a few steps, so that a window
takes seconds; the update's share of a window is the same as in a whole epoch.
"""

import argparse
import os
import statistics
import time

import numpy as np
import torch

from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import Impala
from gsl.config.suites import ProcgenSuite
from worker.envs import make_env
from worker.envs.base import spaces_of
from worker.envs.samplers import training_sampler
from worker.learners.ppo import PPO
from worker.rollout import EnvironmentLoop, collect

NUM_ENVS = 64
TARGET = 110.0
"""Steps a second on two 2.5 GHz cores; CleanRL's ppo_procgen reaches 88-92 there."""


def speeds(windows: int, num_steps: int, threads: int, compiled: bool) -> list[float]:
    """Environment steps a second of each window of one rollout and its update."""
    torch.set_num_threads(threads)
    suite = ProcgenSuite(game="starpilot", num_levels=200)
    settings = PPOSettings(
        network=Impala(), num_envs=NUM_ENVS, num_steps=num_steps, num_minibatches=max(1, NUM_ENVS * num_steps // 2048),
        micro_batch=256, update_epochs=3, device="auto", compile=compiled,
    )  # fmt: skip
    sampler = training_sampler(suite, suite.training_variations(), np.random.default_rng(0))
    env = make_env(suite, NUM_ENVS, sampler, 0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    learner, loop = PPO(settings, spaces_of(env), 0, device), EnvironmentLoop(env)
    measured = []
    for window in range(windows + 1):  # the first warms up
        started = time.perf_counter()
        rollout, _ = collect(loop, learner, num_steps, _nothing)
        learner.update(rollout)
        if window:
            measured.append(settings.batch_size / (time.perf_counter() - started))
    env.close()
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=5)
    parser.add_argument("--steps", type=int, default=32, help="steps of each environment in a window")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--compile", action="store_true", help="the rollout's network through torch.compile")
    given = parser.parse_args()
    measured = speeds(given.windows, given.steps, given.threads, given.compile)
    said = ", ".join(f"{speed:.0f}" for speed in measured)
    print(f"PPO with IMPALA on procgen: median {statistics.median(measured):.0f} steps/s (target {TARGET:.0f}); {said}")


def _nothing() -> None:
    """Nobody interrupts a benchmark."""


if __name__ == "__main__":
    main()
