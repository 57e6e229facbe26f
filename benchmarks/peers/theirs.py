"""Stable-Baselines3's side; runs in the peers' environment: python -m benchmarks.peers.theirs JSON."""

import os
import sys
from importlib.metadata import distributions
from typing import Any

import torch
from sb3_contrib import TRPO, RecurrentPPO
from stable_baselines3 import PPO
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from benchmarks.peers import cases
from benchmarks.peers.cases import Case, from_json
from benchmarks.peers.their_envs import make_env
from benchmarks.peers.their_networks import policy_kwargs
from benchmarks.peers.windows import Side, serve

PACKAGES = ("stable_baselines3", "sb3_contrib", "torch", "gymnasium", "procgen-mirror", "metaworld", "numpy")


def make(case: Case) -> Side:
    """SB3's algorithm as its users run it: `learn` on a vector environment that keeps the episodes' returns."""
    torch.set_num_threads(case.threads or os.cpu_count() or 1)
    env = make_env(case)
    model = _model(case, env)

    def epoch() -> int:
        before = model.num_timesteps
        model.learn(total_timesteps=case.batch_size, log_interval=None, reset_num_timesteps=False)
        return int(model.num_timesteps - before)

    versions = {each.name: each.version for each in distributions() if each.name in PACKAGES}
    return Side(epoch, versions, torch.get_num_threads(), _notes(model, env))


def _model(case: Case, env: VecEnv) -> OnPolicyAlgorithm:
    shared: dict[str, Any] = {
        "env": env, "learning_rate": case.learning_rate, "n_steps": case.num_steps, "batch_size": case.minibatch,
        "gamma": cases.GAMMA, "gae_lambda": cases.GAE_LAMBDA, "policy_kwargs": policy_kwargs(case), "seed": 0,
        "device": case.device, "verbose": 0,
    }  # fmt: skip
    if case.algorithm == "trpo":
        return TRPO(
            "MlpPolicy", **shared, target_kl=cases.MAX_KL, cg_max_steps=cases.CG_ITERATIONS,
            cg_damping=cases.CG_DAMPING, line_search_max_iter=cases.BACKTRACKS,
            line_search_shrinking_factor=cases.BACKTRACK_RATIO, n_critic_updates=case.update_epochs,
        )  # fmt: skip
    shared |= {
        "n_epochs": case.update_epochs, "clip_range": cases.CLIP, "clip_range_vf": cases.CLIP,
        "ent_coef": cases.ENTROPY, "vf_coef": cases.VALUE, "max_grad_norm": cases.MAX_GRAD_NORM,
    }  # fmt: skip
    if case.algorithm == "recurrent_ppo":
        return RecurrentPPO("MlpLstmPolicy", **shared)
    return PPO("MlpPolicy" if case.network == "mlp" else "CnnPolicy", **shared)


def _notes(model: OnPolicyAlgorithm, env: VecEnv) -> dict[str, str]:
    weights = sum(parameter.numel() for parameter in model.policy.parameters())
    return {"parameters": str(weights), "environment": type(env.unwrapped).__name__}


if __name__ == "__main__":
    wanted = from_json(sys.argv[1])
    serve(lambda: make(wanted), wanted.epochs_a_window)
