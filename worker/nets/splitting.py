"""How a minibatch is divided into micro-batches and threads: measured once for each machine, torch and network.

A micro-batch whose activations stay in the processor's cache is up to 1.4 times as fast as a whole minibatch, and
which one that is depends on the machine. What was measured is kept in the user's cache folder, $XDG_CACHE_HOME or
~/.cache.
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
from worker.nets.actor_critic import ActorCritic
from worker.nets.parallel import Parallel, Split

log = logging.getLogger(__name__)

MICRO_BATCHES = (16, 32, 64, 128, 256)
"""What is tried for pictures."""
WORTH_A_THREAD = 8_000_000
"""Weights times samples below which a minibatch of vectors takes less time than waking a thread."""
_ROUNDS = 4


def make_parallel(
    network: ActorCritic,
    shape: tuple[int, ...],
    samples: int,
    micro_batch: int | None,
    precision: Precision = "float32",
) -> Parallel:
    """`network`, which sees observations of `shape`, on the cores that pay for minibatches of `samples`.

    Without `micro_batch` the fastest is measured when it is first needed.
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
    said = ", ".join(f"{split.micro_batch} x {split.threads}: {1000 * seconds[split]:.0f} ms" for split in tried)
    log.info("micro-batches of %d on %d threads are fastest (%s)", fastest.micro_batch, fastest.threads, said)
    _remember(key, fastest)
    return fastest


def candidates(network: ActorCritic, shape: tuple[int, ...], samples: int, micro_batch: int | None) -> list[Split]:
    """Whole minibatches on a GPU; small ones on all cores for pictures; for vectors wholes, on one core or all."""
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
    """How many this process may use: as OMP_NUM_THREADS says, else all."""
    return int(os.environ.get("OMP_NUM_THREADS", "").split(",")[0] or os.cpu_count() or 1)


def _observations(shape: tuple[int, ...], samples: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    if len(shape) > 1:
        return torch.randint(256, (samples, *shape), generator=generator, dtype=torch.uint8)
    return torch.randn(samples, *shape, generator=generator)


@torch.enable_grad()
def _seconds(network: ActorCritic, observation: Tensor, tried: Sequence[Split]) -> dict[Split, float]:
    """Of one forward and backward pass over the observations, on copies; the best of a few.

    They take turns, so that a neighbour on the machine does not decide.
    """
    copies = {split: Parallel(deepcopy(network), partial(_itself, split)) for split in tried}
    best = dict.fromkeys(tried, float("inf"))

    def part(network: ActorCritic, micro: slice) -> tuple[Tensor, dict[str, Tensor]]:
        parameters, value = network(observation[micro])
        loss = parameters.square().mean() + value.square().mean()
        return loss, {"loss": loss.detach()}

    for lap in range(1 + _ROUNDS):  # the first warms up
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
    """The same for the same network on the same machine; memory and neighbours do not count."""
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
        log.warning("%s cannot be read (%s): measured anew", _file(), error)
        return {}
    return known


def _remember(key: str, split: Split) -> None:
    """Add to the file; of two processes that do so at once one may have to measure again next time."""
    known = _remembered() | {key: asdict(split)}
    partial = _file().with_suffix(f".{os.getpid()}")
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(known, indent=1))
        partial.replace(_file())
    except OSError as error:
        log.warning("%s cannot be written (%s): the next job measures again", _file(), error)
