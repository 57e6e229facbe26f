"""Is PPO right? CartPole-v1 within 150 000 steps, five seeds: python -m benchmarks.ppo_cartpole."""

import argparse

import torch

from benchmarks.cartpole_env import CartPole
from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP
from gsl.seeds import derive
from worker.envs.base import spaces_of
from worker.learners.ppo import PPO
from worker.rollout import EnvironmentLoop, collect, play

SOLVED = 475.0
STEPS = 150_000
SEEDS = (1, 2, 3, 4, 5)

SETTINGS = PPOSettings(
    network=MLP(width=64, depth=2), device="cpu", num_envs=8, num_steps=128, num_minibatches=4, micro_batch=256,
    update_epochs=4, learning_rate=2.5e-3, anneal_lr=True, gamma=0.99, gae_lambda=0.95, ent_coef=0.01,
    norm_reward=True, vf_coef=0.5,
)  # fmt: skip


def final_return(seed: int) -> float:
    """Mean return of 100 fresh sampled episodes after at most STEPS environment steps."""
    torch.set_num_threads(1)
    env = CartPole(SETTINGS.num_envs, derive(seed, "env"))
    learner = PPO(SETTINGS, spaces_of(env), derive(seed, "learner"), torch.device("cpu"))
    loop = EnvironmentLoop(env)
    for done in range(0, STEPS - SETTINGS.batch_size + 1, SETTINGS.batch_size):
        rollout, _ = collect(loop, learner, SETTINGS.num_steps, _nothing)
        learner.update(rollout, progress=done / STEPS)
    test = CartPole(SETTINGS.num_envs, derive(seed, "test env"))
    policy = learner.policy(deterministic=False, seed=derive(seed, "test"))
    episodes, _ = play(test, policy, 100, _nothing)
    return float(episodes.returns.mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*", default=SEEDS)
    results = {seed: final_return(seed) for seed in parser.parse_args().seeds}
    for seed, reached in results.items():
        print(f"seed {seed}: mean return {reached:.1f} {'ok' if reached >= SOLVED else 'BELOW ' + str(SOLVED)}")


def _nothing() -> None:
    """Nobody interrupts a benchmark."""


if __name__ == "__main__":
    main()
