"""Our side: environments, rollout and learner as the trainer uses them: python -m benchmarks.peers.ours CASE."""

import sys
from importlib.metadata import version

import numpy as np
import torch

from benchmarks.peers import cases
from benchmarks.peers.cases import CASES, Case
from benchmarks.peers.windows import Side, serve
from gsl.config.learners import PPO as PPOSettings
from gsl.config.networks import MLP, Impala, Network, SmallCNN
from gsl.config.suites import ProcgenSuite, SuiteSettings
from gsl.config.suites.gymnasium import GymnasiumSuite
from gsl.config.suites.metaworld.settings import MetaWorldSuite
from worker.envs import make_env
from worker.envs.base import Env
from worker.envs.sampling.samplers import training_sampler
from worker.learners.ppo import PPO
from worker.rollout.collect import collect
from worker.rollout.env_runner import EnvRunner
from worker.spaces import Spaces
from worker.trainer.device import keep_freed_memory, limit_threads

PACKAGES = ("torch", "gymnasium", "procgen-mirror", "metaworld", "numpy")


def suite_of(case: Case) -> SuiteSettings:
    """The problem, as a suite."""
    if case.problem == "procgen":
        return ProcgenSuite(game="starpilot", num_levels=200)
    return MetaWorldSuite(benchmark="MT10") if case.problem == "mt10" else GymnasiumSuite(env_id="CartPole-v1")


def settings_of(case: Case) -> PPOSettings:
    """PPO with the case's numbers; rewards are taken as they come, as on the other side."""
    return PPOSettings(
        network=_network(case), device="cpu", num_envs=case.num_envs, num_steps=case.num_steps,
        num_minibatches=case.batch_size // case.minibatch, update_epochs=case.update_epochs,
        learning_rate=case.learning_rate, adam_eps=1e-5, gamma=cases.GAMMA, gae_lambda=cases.GAE_LAMBDA,
        clip_coef=cases.CLIP, ent_coef=cases.ENTROPY, vf_coef=cases.VALUE, max_grad_norm=cases.MAX_GRAD_NORM,
        norm_reward=False, compile=case.compiled,
    )  # fmt: skip


def env_of(case: Case) -> Env:
    suite = suite_of(case)
    sampler = training_sampler(suite, suite.training_variations(), np.random.default_rng(0))
    return make_env(suite, case.num_envs, sampler, 0)


def make(case: Case) -> Side:
    """What a trainer does in an epoch, without its reports."""
    settings = settings_of(case)
    limit_threads(settings)
    keep_freed_memory()
    env = env_of(case)
    learner = PPO(settings, Spaces(env.observation_shape, env.actions), 0, torch.device("cpu"))
    loop = EnvRunner(env)

    def epoch() -> int:
        rollout, _ = collect(loop, learner, settings.num_steps, _nothing)
        learner.update(rollout, on_step=_nothing)
        return settings.batch_size

    split = learner.state()["split"]
    weights = sum(parameter.numel() for parameter in learner.network.parameters())
    notes = {"parameters": str(weights), "environment": type(env).__name__, "split": str(split)}
    threads = max(torch.get_num_threads(), split["threads"])
    return Side(epoch, {name: version(name) for name in PACKAGES}, threads, notes)


def _network(case: Case) -> Network:
    if case.network == "mlp":
        return MLP(width=case.width, depth=case.depth)
    return Impala(width=case.width) if case.network == "impala" else SmallCNN(width=case.width)


def _nothing() -> None:
    """Nobody interrupts a benchmark."""


if __name__ == "__main__":
    wanted = CASES[sys.argv[1]]
    serve(lambda: make(wanted), wanted.epochs_a_window)
