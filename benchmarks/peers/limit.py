"""What the machine allows at most: the measured bound beside each comparison.

An environment step costs at least one step of the environments, one forward pass of the rollout and `update_epochs`
forward and backward passes:

    seconds = 1 / e + (f + E * b) / r        limit = 1 / seconds

e: environment steps a second of our environments alone, with random actions, on as many cores as the suite takes.
f, b: operations of a forward pass, and of a forward and backward pass, of one sample, counted by torch.
E: for TRPO as many as have the operations of an update: of gradients, Fisher products and the value's passes.
r: operations a second, (1) the machine's best: the fastest product of two matrices or layer of the network; or
(2) each layer's own best rate, alone and at its best batch, which (1) cannot promise to a layer of 16 channels.
Everything between the layers counts as free, so neither bound can be reached.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.peers.cases import Case
from benchmarks.peers.ours import env_of, loop_and_learner, settings_of
from gsl.config.learners import RL2
from gsl.worker.envs.base import Env
from gsl.worker.nets import ActorCritic, make_network
from gsl.worker.nets.layers import TwinLinear
from gsl.worker.nets.memory import Memory
from gsl.worker.nets.recurrent import make_recurrent
from gsl.worker.rollout.collect import collect
from gsl.worker.spaces import Spaces
from gsl.worker.trainer.device import keep_freed_memory

BATCHES = (64, 256)
THREADS = (1, os.cpu_count() or 1)
_MATRIX = 1024
_SECONDS = 0.25


@dataclass(frozen=True)
class Limit:
    """Bounds of a case on this machine; speeds are environment steps a second."""

    env_speed: float
    forward_mflop: float  # of a sample
    training_mflop: float  # of a sample: forward and backward
    matrix_gflops: float  # a product of two matrices of 1024 x 1024
    best_gflops: float  # that, or the fastest layer
    by_best_rate: float
    by_layers: float


def limit_of(case: Case) -> Limit:
    """Measure; the machine should be quiet."""
    keep_freed_memory()
    env = env_of(case)
    spaces = Spaces(env.observation_shape, env.actions)
    env_speed = _env_speed(env, spaces)
    env.close()
    network = _network(case, spaces)
    forward, training = _flop(network, spaces)
    layers = [_layer(module, shape) for module, shape in _layers(network, spaces)]
    matrix = _matrix_rate()
    best = max(matrix, *(layer.rate for layer in layers))
    passes = _passes(case, training)
    layer_seconds = sum(layer.forward + passes * layer.training for layer in layers)
    return Limit(
        env_speed, forward / 1e6, training / 1e6, matrix / 1e9, best / 1e9,
        by_best_rate=1 / (1 / env_speed + (forward + passes * training) / best),
        by_layers=1 / (1 / env_speed + layer_seconds),
    )  # fmt: skip


def layers_alone(case: Case, spaces: Spaces, batch: int, threads: int) -> float:
    """Seconds that all layers take for one sample forward and backward, each alone, with batches of this size."""
    network = _network(case, spaces)
    return sum(_measured(module, shape, batch, threads).training for module, shape in _layers(network, spaces))


def _env_speed(env: Env, spaces: Spaces) -> float:
    """Steps a second of all slots with random actions."""
    rng, actions, num_envs = np.random.default_rng(0), spaces.actions, env.num_envs
    if actions.kind == "discrete":
        played = rng.integers(actions.size, size=(64, num_envs))
    else:
        played = rng.uniform(-1, 1, (64, num_envs, actions.size)).astype(np.float32)
    env.reset()

    def round_() -> None:
        for action in played:
            env.step(action)

    return len(played) * num_envs / _best_seconds(round_, 4 * _SECONDS)


def _network(case: Case, spaces: Spaces) -> ActorCritic:
    settings = settings_of(case)
    if isinstance(settings, RL2):
        return make_recurrent(settings, spaces, 0)
    return make_network(settings.network, spaces, 0)


def _counting() -> FlopCounterMode:
    """Counts operations; torch's own table lacks products that are added in place, which memories compute."""
    in_place = {torch.ops.aten.addmm_: lambda into, a, b, **_: 2 * a[0] * a[1] * b[1]}  # of shapes
    return FlopCounterMode(display=False, custom_mapping=in_place)


def _passes(case: Case, training: float) -> float:
    """Forward and backward passes of a sample, which have `training` operations each, in an update."""
    if case.algorithm != "trpo":
        return case.update_epochs
    loop, learner = loop_and_learner(case)
    rollout, _ = collect(loop, learner, case.num_steps, lambda: None)
    with _counting() as counter:
        learner.update(rollout)
    loop.close()
    return float(counter.get_total_flops() / case.batch_size / training)


def _flop(network: ActorCritic, spaces: Spaces) -> tuple[float, float]:
    """Of one sample: forward alone, forward and backward."""
    observation = _observation(spaces, 8)
    with _counting() as counter, torch.no_grad():
        network(observation)
    forward = counter.get_total_flops() / 8
    with _counting() as counter:
        parameters, value = network(observation)
        (parameters.sum() + value.sum()).backward()
    return forward, counter.get_total_flops() / 8


@dataclass(frozen=True)
class _Layer:
    """Seconds of one sample at the best batch, and operations a second there."""

    forward: float
    training: float
    rate: float


def _layers(network: ActorCritic, spaces: Spaces) -> list[tuple[nn.Module, tuple[int, ...]]]:
    """Every layer that multiplies, with the shape of one sample's input."""
    found: list[tuple[nn.Module, tuple[int, ...]]] = []

    def note(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        found.append((module, tuple(inputs[0].shape[1:])))

    hooks = [module.register_forward_pre_hook(note) for module in network.modules() if isinstance(module, nn.Conv2d)]
    with torch.no_grad():
        network(_observation(spaces, 2))
    for hook in hooks:
        hook.remove()
    twins = [module for module in network.modules() if isinstance(module, TwinLinear)]
    linear = [module for module in network.modules() if isinstance(module, nn.Linear)]
    linear += [nn.Linear(*twin.weight.shape[1:]) for twin in twins for _ in range(2)]
    for memory in (module for module in network.modules() if isinstance(module, Memory)):
        linear += [nn.Linear(*weight.shape[::-1]) for weight in (memory.weight_ih, memory.weight_hh)]
    return found + [(module, (module.in_features,)) for module in linear]


def _layer(module: nn.Module, shape: tuple[int, ...]) -> _Layer:
    """Alone, on one core and on all, its input in the order of channels_last; the first layer's has no gradient."""
    measured = [_measured(module, shape, batch, threads) for batch, threads in product(BATCHES, THREADS)]
    fastest = min(measured, key=lambda layer: layer.forward), min(measured, key=lambda layer: layer.training)
    return _Layer(fastest[0].forward, fastest[1].training, fastest[0].rate)


def _measured(module: nn.Module, shape: tuple[int, ...], batch: int, threads: int) -> _Layer:
    torch.set_num_threads(threads)
    x = torch.randn(batch, *shape)
    if x.dim() == 4:
        x = x.contiguous(memory_format=torch.channels_last)
    x.requires_grad_(not shape or shape[0] != 3)
    with torch.no_grad():
        gradient = torch.randn_like(module(x))
        with _counting() as counter:
            module(x)
        forward = _best_seconds(partial(module, x))
    training = _best_seconds(partial(_train, module, x, gradient))
    return _Layer(forward / batch, training / batch, counter.get_total_flops() / forward)


def _train(module: nn.Module, x: Tensor, gradient: Tensor) -> None:
    torch.autograd.backward(module(x), gradient)


def _matrix_rate() -> float:
    """Operations a second of a product of two matrices."""
    a, b = torch.randn(_MATRIX, _MATRIX), torch.randn(_MATRIX, _MATRIX)
    torch.set_num_threads(THREADS[-1])
    return 2 * _MATRIX**3 / _best_seconds(lambda: a @ b)


def _observation(spaces: Spaces, samples: int) -> Tensor:
    shape = (samples, *spaces.observation_shape)
    return torch.zeros(shape, dtype=torch.uint8 if len(shape) == 4 else torch.float32)


def _best_seconds(work: Callable[[], object], budget: float = _SECONDS) -> float:
    """The shortest of the calls that fit into `budget` seconds, at least three: what a quiet machine takes."""
    work()
    times: list[float] = []
    while len(times) < 3 or sum(times) < budget:
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
