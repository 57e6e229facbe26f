"""Our side: environments, rollout and learner as the trainer uses them: python -m benchmarks.peers.ours JSON."""

import sys
from importlib.metadata import distributions
from typing import Any

import numpy as np
import torch

from benchmarks.peers import cases
from benchmarks.peers.cases import Case, from_json
from benchmarks.peers.windows import Side, serve
from gsl.config.learners import PPO as PPOSettings
from gsl.config.learners import RL2 as RL2Settings
from gsl.config.learners import TRPO as TRPOSettings
from gsl.config.learners import LearnerSettings
from gsl.config.networks import MLP, Impala, Network, SmallCNN
from gsl.config.suites import ProcgenSuite, SuiteSettings
from gsl.config.suites.gymnasium import GymnasiumSuite
from gsl.config.suites.metaworld.settings import MetaWorldSuite
from gsl.worker import plugins
from gsl.worker.envs import Trial, make_env
from gsl.worker.envs.base import Env, Sampler, spaces_of
from gsl.worker.envs.sampling.samplers import training_sampler
from gsl.worker.learners.base import Learner
from gsl.worker.rollout.alternating import make_loop
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import Loop
from gsl.worker.trainer.device import choose_device, keep_freed_memory, limit_threads

PACKAGES = ("torch", "gymnasium", "procgen-mirror", "metaworld", "numpy")


def suite_of(case: Case) -> SuiteSettings:
    """The problem, as a suite."""
    if case.problem == "procgen":
        return ProcgenSuite(game="starpilot", num_levels=200)
    return MetaWorldSuite(benchmark="MT10") if case.problem == "mt10" else GymnasiumSuite(env_id="CartPole-v1")


def settings_of(case: Case) -> LearnerSettings:
    """The learner with the case's numbers; rewards are taken as they come, as on the other side."""
    shared: dict[str, Any] = {
        "network": _network(case), "device": case.device, "num_envs": case.num_envs, "num_steps": case.num_steps,
        "learning_rate": case.learning_rate, "gamma": cases.GAMMA, "gae_lambda": cases.GAE_LAMBDA, "norm_reward": False,
    }  # fmt: skip
    if case.algorithm == "trpo":
        return TRPOSettings(
            **shared, max_kl=cases.MAX_KL, cg_iterations=cases.CG_ITERATIONS, cg_damping=cases.CG_DAMPING,
            backtracks=cases.BACKTRACKS, backtrack_ratio=cases.BACKTRACK_RATIO, value_epochs=case.update_epochs,
            value_minibatch=case.minibatch,
        )  # fmt: skip
    shared |= {
        "num_minibatches": case.batch_size // case.minibatch, "update_epochs": case.update_epochs, "adam_eps": 1e-5,
        "clip_coef": cases.CLIP, "clip_vloss": True, "ent_coef": cases.ENTROPY, "vf_coef": cases.VALUE,
        "max_grad_norm": cases.MAX_GRAD_NORM,
    }  # fmt: skip
    if case.algorithm == "recurrent_ppo":
        return RL2Settings(**shared, cell="lstm", memory=case.memory)
    return PPOSettings(**shared, compile=case.compiled, precision=case.precision, overlap=case.overlap)


def env_of(case: Case) -> Env:
    suite = suite_of(case)
    return make_env(suite, case.num_envs, _sampler(suite), 0, _trial(case))


def loop_and_learner(case: Case) -> tuple[Loop, Learner]:
    """As the trainer makes them."""
    settings, suite = settings_of(case), suite_of(case)
    limit_threads(settings)
    keep_freed_memory()
    loop = make_loop(suite, settings, _sampler(suite), 0, _trial(case))
    made: Learner = plugins.load(settings)(settings, spaces_of(loop.env), 0, choose_device(settings), None)
    return loop, made


def make(case: Case) -> Side:
    """What a trainer does in an epoch, without its reports."""
    loop, learner = loop_and_learner(case)

    def epoch() -> int:
        rollout, _ = collect(loop, learner, case.num_steps, _nothing)
        learner.update(rollout, on_step=_nothing)
        return case.batch_size

    split = learner.state().get("split", {"threads": 1})  # other learners than PPO do not split minibatches
    weights = sum(parameter.numel() for parameter in learner.network.parameters())
    notes = {"parameters": str(weights), "environment": type(loop.env).__name__, "split": str(split)}
    threads = max(torch.get_num_threads(), split["threads"])
    versions = {each.name: each.version for each in distributions() if each.name in PACKAGES}
    return Side(epoch, versions, threads, notes)


def _sampler(suite: SuiteSettings) -> Sampler:
    return training_sampler(suite, suite.training_variations(), np.random.default_rng(0))


def _trial(case: Case) -> Trial | None:
    """RL² with trials of one episode is recurrent PPO."""
    return Trial(1) if case.algorithm == "recurrent_ppo" else None


def _network(case: Case) -> Network:
    if case.network == "mlp":
        return MLP(width=case.width, depth=case.depth)
    return Impala(width=case.width) if case.network == "impala" else SmallCNN(width=case.width)


def _nothing() -> None:
    """Nobody interrupts a benchmark."""


if __name__ == "__main__":
    wanted = from_json(sys.argv[1])
    serve(lambda: make(wanted), wanted.epochs_a_window)
