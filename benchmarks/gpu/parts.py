"""Where our loop's time goes: environments, choosing actions and learning, each alone."""

import time
from collections.abc import Callable

import numpy as np
import torch

from benchmarks.gpu.results import Row
from benchmarks.peers.cases import Case
from benchmarks.peers.ours import loop_and_learner
from worker.rollout.collect import collect


def parts(case: Case, epochs: int) -> list[Row]:
    """The speed of each part alone, the best of `epochs` epochs; nothing is faster than its slowest part."""
    loop, learner = loop_and_learner(case)
    try:
        rollout, _ = collect(loop, learner, case.num_steps, _nothing)
        seen = rollout.observation.numpy()
        actions = np.random.default_rng(0).integers(15, size=(case.num_steps, case.num_envs))
        return [
            _row("environments", case, epochs, lambda: [loop.env.step(each) for each in actions]),
            _row("choosing actions", case, epochs, lambda: [learner.decide(each) for each in seen]),
            _row("learning", case, epochs, lambda: learner.update(rollout)),
        ]
    finally:
        loop.close()


def _row(what: str, case: Case, epochs: int, work: Callable[[], object]) -> Row:
    work()  # warms up
    seconds = min(_seconds(work) for _ in range(epochs))
    return Row(what=f"{what} alone", speed=case.batch_size / seconds)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def _nothing() -> None:
    """Nobody interrupts a benchmark."""
