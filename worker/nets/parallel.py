"""A network on several cores: inference in parts, gradients in micro-batches, with a copy of the network per thread.

Threads that compute different samples never wait for each other, while torch's own threads synchronise after every
layer. This is 1.3 times as fast on two cores for IMPALA, and more if another program uses one of them. The copies share
the network's weights, so nothing is copied after a step of the optimiser. Sums are formed in a fixed order: the same
split always gives the same results, and the split is part of a learner's state.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor

from gsl.config.networks import Precision
from gsl.worker.nets.actor_critic import ActorCritic
from gsl.worker.nets.distributions import Distribution
from gsl.worker.nets.precision import Rounding

Metrics = dict[str, float]
Part = Callable[[ActorCritic, slice], tuple[Tensor, dict[str, Tensor]]]
"""Maps a copy of the network and a slice of samples to their mean loss and mean diagnostics."""

T = TypeVar("T")


@dataclass(frozen=True)
class Split:
    """Samples in one pass through the network, and the number of threads that do such passes in parallel.

    `within` is for layers that are too small to divide: the number of threads that share each of their operations.
    """

    micro_batch: int
    threads: int
    within: int = 1


class Parallel:
    """The computations of one network; `network` itself remains usable and is the copy of the first thread."""

    def __init__(self, network: ActorCritic, choose: Callable[[], Split], precision: Precision = "float32") -> None:
        """`choose` decides how to divide a minibatch when that is first needed, unless a split was restored."""
        self._network, self._choose, self._precision = network, choose, Rounding(precision)
        self._split: Split | None = None
        self._copies: list[ActorCritic] = [network]
        self._pool: ThreadPoolExecutor | None = None

    @torch.no_grad()
    def __call__(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        """The policy's parameters (B, P) and values (B,), without gradients."""
        parts = self._infer(observation, lambda network, part: network.forward(part))
        return _joined([parameters for parameters, _ in parts]), _joined([value for _, value in parts])

    @torch.no_grad()
    def policy(self, observation: Tensor) -> Distribution:
        """The distribution over actions for observations (B, *observation_shape), without gradients."""
        parts = self._infer(observation, lambda network, part: network.policy_parameters(part))
        return self._network.distribution(_joined(parts))

    @torch.no_grad()
    def values(self, observation: Tensor) -> Tensor:
        """Values (B,) of observations (B, *observation_shape), without gradients."""
        return _joined(self._infer(observation, lambda network, part: network.values(part)))

    @contextmanager
    def learning(self) -> Iterator[None]:
        """During an update, use as many of torch's own threads as the split has; acting needs only one."""
        before = torch.get_num_threads()
        if self.split.within > 1:
            torch.set_num_threads(self.split.within)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    def accumulate(self, samples: int, part: Part) -> Metrics:
        """Add the gradient of the mean loss of all samples to the network's; returns the mean diagnostics of `part`."""
        size = self.split.micro_batch
        slices = [slice(start, min(start + size, samples)) for start in range(0, samples, size)]
        threads = min(self.split.threads, len(slices))

        def work(thread: int) -> list[dict[str, Tensor]]:
            return [
                self._backward(part, self._copies[thread], micro, (micro.stop - micro.start) / samples)
                for micro in slices[thread::threads]
            ]

        metrics = self._on_threads(work, threads)
        self._collect_gradients(threads)
        return _total([metrics[i % threads][i // threads] for i in range(len(slices))])

    @property
    def split(self) -> Split:
        """How a minibatch is divided: as chosen here or as restored."""
        if self._split is None:
            self._split = self._choose()
        return self._split

    def state(self) -> dict[str, Any]:
        return asdict(self.split)

    def restore(self, state: dict[str, Any]) -> None:
        """Keep the job's split, even if another one is faster here, so that sums stay the same."""
        self._split = Split(**{name: int(count) for name, count in state.items()})

    def _infer(self, observation: Tensor, forward: Callable[[ActorCritic, Tensor], T]) -> list[T]:
        threads = self.split.threads if observation.dim() > 2 else 1  # vectors are too fast to be worth a thread
        if threads == 1 or observation.shape[0] < threads:
            with self._precision.of(observation.device):
                return [forward(self._network, observation)]
        parts = observation.tensor_split(threads)

        @torch.no_grad()  # threads inherit neither of these settings
        def work(thread: int) -> T:
            with self._precision.of(observation.device):
                return forward(self._copies[thread], parts[thread])

        return self._on_threads(work, threads)

    def _on_threads(self, work: Callable[[int], T], threads: int) -> list[T]:
        if threads == 1:
            return [work(0)]
        if len(self._copies) < threads:
            self._copies += [_sharing(self._network) for _ in range(threads - len(self._copies))]
            self._pool = _pool(threads)
        if self._pool is None:
            raise AssertionError("there are copies without threads")
        return list(self._pool.map(work, range(threads)))

    def _backward(self, part: Part, network: ActorCritic, micro: slice, share: float) -> dict[str, Tensor]:
        with self._precision.of(network.value_head.weight.device):
            loss, metrics = part(network, micro)
        torch.autograd.backward(loss if share == 1.0 else loss * share)
        return metrics if share == 1.0 else {name: share * value for name, value in metrics.items()}

    def _collect_gradients(self, threads: int) -> None:
        """Add the copies' gradients to the network's, in order, and clear them."""
        for copy in self._copies[1:threads]:
            for ours, theirs in zip(self._network.parameters(), copy.parameters(), strict=True):
                if theirs.grad is None:
                    continue
                ours.grad = theirs.grad if ours.grad is None else ours.grad.add_(theirs.grad)
                theirs.grad = None


@contextmanager
def one_thread() -> Iterator[None]:
    """For operations on few numbers: torch shares some of them, and waking its threads takes longer than computing."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _joined(parts: list[Tensor]) -> Tensor:
    """Concatenate as float32, in the order of the parts."""
    return (parts[0] if len(parts) == 1 else torch.cat(parts)).float()


def _total(metrics: list[dict[str, Tensor]]) -> Metrics:
    """Sums over the micro-batches, in order; read from the device all at once."""
    names = list(metrics[0])
    values = torch.stack([part[name] for part in metrics for name in names]).reshape(len(metrics), -1)
    return dict(zip(names, values.sum(0).tolist(), strict=True))


def _sharing(network: ActorCritic) -> ActorCritic:
    """A copy with its own gradients and the network's weights."""
    copy = deepcopy(network)
    for ours, theirs in zip(copy.parameters(), network.parameters(), strict=True):
        ours.data, ours.grad = theirs.data, None
    return copy


def _pool(threads: int) -> ThreadPoolExecutor:
    """Threads in which each operation of torch uses one core."""
    here = torch.get_num_threads()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="network", initializer=_one_thread)
    list(pool.map(lambda _: None, range(threads)))
    torch.set_num_threads(here)  # threads created later start with the process's count
    return pool


def _one_thread() -> None:
    torch.get_num_threads()  # torch sets the count of a thread at its first use, so it must be changed after that
    torch.set_num_threads(1)
