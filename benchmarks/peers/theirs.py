"""Stable-Baselines3's side; runs in the peers' environment: python -m benchmarks.peers.theirs JSON."""

import os
import sys
from importlib.metadata import distributions

import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecEnv

from benchmarks.peers import cases
from benchmarks.peers.cases import Case, from_json
from benchmarks.peers.their_envs import make_env
from benchmarks.peers.their_networks import policy_kwargs
from benchmarks.peers.windows import Side, serve

PACKAGES = ("stable_baselines3", "torch", "gymnasium", "procgen-mirror", "metaworld", "numpy")


def make(case: Case) -> Side:
    """SB3's PPO as its users run it: `learn` on a vector environment that keeps the episodes' returns."""
    torch.set_num_threads(case.threads or os.cpu_count() or 1)
    env = make_env(case)
    model = PPO(
        "MlpPolicy" if case.network == "mlp" else "CnnPolicy", env, learning_rate=case.learning_rate,
        n_steps=case.num_steps, batch_size=case.minibatch, n_epochs=case.update_epochs, gamma=cases.GAMMA,
        gae_lambda=cases.GAE_LAMBDA, clip_range=cases.CLIP, clip_range_vf=cases.CLIP, ent_coef=cases.ENTROPY,
        vf_coef=cases.VALUE, max_grad_norm=cases.MAX_GRAD_NORM, policy_kwargs=policy_kwargs(case), seed=0,
        device=case.device, verbose=0,
    )  # fmt: skip

    def epoch() -> int:
        before = model.num_timesteps
        model.learn(total_timesteps=case.batch_size, log_interval=None, reset_num_timesteps=False)
        return int(model.num_timesteps - before)

    versions = {each.name: each.version for each in distributions() if each.name in PACKAGES}
    return Side(epoch, versions, torch.get_num_threads(), _notes(model, env))


def _notes(model: PPO, env: VecEnv) -> dict[str, str]:
    weights = sum(parameter.numel() for parameter in model.policy.parameters())
    return {"parameters": str(weights), "environment": type(env.unwrapped).__name__}


if __name__ == "__main__":
    wanted = from_json(sys.argv[1])
    serve(lambda: make(wanted), wanted.epochs_a_window)
