"""Dividing minibatches into micro-batches and threads: measured once for each machine, torch version and network.

Micro-batches whose activations fit the processor's cache are up to 1.4 times as fast as whole minibatches; the best
size depends on the machine. Measurements are stored in the user's cache folder, $XDG_CACHE_HOME or ~/.cache.
"""

import hashlib
import json
import logging
import os
import platform
import time
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from gsl.config.networks import Precision
from gsl.worker.nets.actor_critic import ActorCritic
from gsl.worker.nets.parallel import Parallel, Split

log = logging.getLogger(__name__)

MICRO_BATCHES = (16, 32, 64, 128, 256)
"""Candidate sizes for pictures."""
WORTH_A_THREAD = 8_000_000
"""Weights times samples below which a minibatch of vectors takes less time than starting a thread."""
_ROUNDS = 4


def make_parallel(
    network: ActorCritic,
    shape: tuple[int, ...],
    samples: int,
    micro_batch: int | None,
    precision: Precision = "float32",
) -> Parallel:
    """`network`, for observations of `shape`, on as many cores as are useful for minibatches of `samples`.

    Without `micro_batch` the fastest split is measured when it is first needed.
    """
    return Parallel(network, lambda: choose_split(network, shape, samples, micro_batch), precision)


def choose_split(network: ActorCritic, shape: tuple[int, ...], samples: int, micro_batch: int | None) -> Split:
    """The fastest of the candidates, from the cache or by measuring."""
    tried = candidates(network, shape, samples, micro_batch)
    if len(tried) == 1:
        return tried[0]
    key, known = _key(network, shape, samples), _remembered()
    if key in known and Split(**known[key]) in tried:
        return Split(**known[key])
    observation = _observations(shape, min(samples, MICRO_BATCHES[-1]) if len(shape) > 1 else samples)
    seconds = _seconds(network, observation, tried)
    fastest = min(tried, key=lambda split: seconds[split])
    timings = ", ".join(f"{split.micro_batch} x {split.threads}: {1000 * seconds[split]:.0f} ms" for split in tried)
    log.info("micro-batches of %d on %d threads are fastest (%s)", fastest.micro_batch, fastest.threads, timings)
    _remember(key, fastest)
    return fastest


def candidates(network: ActorCritic, shape: tuple[int, ...], samples: int, micro_batch: int | None) -> list[Split]:
    """On a GPU and for vectors whole minibatches (for vectors on one or all cores); for pictures also micro-batches."""
    weights = list(network.parameters())
    threads = 1 if weights[0].device.type != "cpu" else cores()
    if micro_batch is not None:
        return [Split(micro_batch, threads if len(shape) > 1 else 1)]
    whole = Split(samples, 1)
    if len(shape) > 1 and weights[0].device.type == "cpu":
        return [Split(size, threads) for size in MICRO_BATCHES if size * threads <= samples] or [whole]
    if threads == 1 or samples * sum(weight.numel() for weight in weights) < WORTH_A_THREAD:
        return [whole]
    return [whole, Split(samples, 1, within=threads)]


def cores() -> int:
    """Number of cores that this process may use: OMP_NUM_THREADS if set, otherwise all."""
    return int(os.environ.get("OMP_NUM_THREADS", "").split(",")[0] or os.cpu_count() or 1)


def _observations(shape: tuple[int, ...], samples: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    if len(shape) > 1:
        return torch.randint(256, (samples, *shape), generator=generator, dtype=torch.uint8)
    return torch.randn(samples, *shape, generator=generator)


@torch.enable_grad()
def _seconds(network: ActorCritic, observation: Tensor, tried: Sequence[Split]) -> dict[Split, float]:
    """Seconds of a forward and backward pass over the observations, on copies; the best of a few for each candidate.

    The candidates take turns, so that other programs on the machine affect all of them.
    """
    copies = {split: Parallel(deepcopy(network), partial(_itself, split)) for split in tried}
    best = dict.fromkeys(tried, float("inf"))

    def part(network: ActorCritic, micro: slice) -> tuple[Tensor, dict[str, Tensor]]:
        parameters, value = network(observation[micro])
        loss = parameters.square().mean() + value.square().mean()
        return loss, {"loss": loss.detach()}

    for lap in range(1 + _ROUNDS):  # the first pass is a warm-up
        for split, parallel in copies.items():
            started = time.perf_counter()
            with parallel.learning():
                parallel.accumulate(observation.shape[0], part)
            taken = time.perf_counter() - started
            best[split] = min(best[split], taken) if lap else best[split]
    return best


def _itself(split: Split) -> Split:
    return split


def _key(network: ActorCritic, shape: tuple[int, ...], samples: int) -> str:
    """Equal for the same network on the same machine, whatever its memory and load."""
    machine = (platform.node(), platform.machine(), platform.processor(), cores(), torch.__version__)
    return hashlib.sha256(repr((machine, str(network), shape, samples)).encode()).hexdigest()


def _file() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "gsl-lab" / "splits.json"


def _remembered() -> dict[str, dict[str, int]]:
    try:
        known: dict[str, dict[str, int]] = json.loads(_file().read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read, so micro-batches are measured again: %s", _file(), error)
        return {}
    return known


def _remember(key: str, split: Split) -> None:
    """Add to the file. If two processes write at the same time, one of them may have to measure again."""
    known = _remembered() | {key: asdict(split)}
    partial = _file().with_suffix(f".{os.getpid()}")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(known, indent=1))
        partial.replace(_file())
    except OSError as error:
        log.warning("%s cannot be written, so the next job will measure micro-batches again: %s", _file(), error)
