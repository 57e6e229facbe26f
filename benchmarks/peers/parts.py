"""Where the time of our loop goes: each part of an epoch alone, beside what its layers alone would need.

What is left of learning after its layers, Adam and the gathering of minibatches are the operations between them: the
nonlinearities, losses and diagnostics, and what torch needs to start each.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.peers.cases import Case
from benchmarks.peers.limit import layers_alone
from benchmarks.peers.ours import loop_and_learner
from gsl.worker.experience import Rollout
from gsl.worker.learners.base import Learner
from gsl.worker.learners.on_policy import shuffled
from gsl.worker.learners.ppo import PPO
from gsl.worker.rollout.collect import collect
from gsl.worker.rollout.env_runner import Loop
from gsl.worker.spaces import Spaces

OF_LEARNING = ("Adam", "gathering minibatches")


@dataclass(frozen=True)
class Part:
    """A part and its seconds in an epoch."""

    what: str
    seconds: float
    of_learning: bool = False


def parts_of(case: Case, epochs: int = 5) -> list[Part]:
    """The best of `epochs` of each; of PPO on a CPU also the parts of learning."""
    loop, learner = loop_and_learner(case)
    try:
        rollout, _ = collect(loop, learner, case.num_steps, _nothing)
        found = [_timed(what, work, epochs) for what, work in _works(case, loop, learner, rollout).items()]
        spaces = Spaces(loop.env.observation_shape, loop.env.actions)
        parted = isinstance(learner, PPO) and learner.device.type == "cpu"
        return [*found, *_learning(case, spaces, learner, found)] if parted else found
    finally:
        loop.close()


def _works(case: Case, loop: Loop, learner: Learner, rollout: Rollout) -> dict[str, Callable[[], object]]:
    seen = rollout.observation.numpy()
    actions = _actions(case, rollout)
    works: dict[str, Callable[[], object]] = {
        "environments": lambda: [loop.env.step(each) for each in actions],
        "choosing actions": lambda: [learner.decide(each) for each in seen],
        "learning": lambda: learner.update(rollout),
    }
    if not isinstance(learner, PPO) or learner.device.type != "cpu":
        return works
    samples, generator = learner.begin_update(rollout, None, 0.0), torch.Generator()
    steps = case.update_epochs * (case.batch_size // case.minibatch)
    return works | {
        "Adam": lambda: [learner.optimiser.step() for _ in range(steps)],
        "gathering minibatches": lambda: [
            len(part) for _ in range(case.update_epochs) for part, _ in shuffled(samples, case.minibatch, generator)
        ],
    }


def _learning(case: Case, spaces: Spaces, learner: Learner, found: list[Part]) -> list[Part]:
    """The layers alone, at the size and on the threads on which the learner computes them; and all between them."""
    split = learner.state()["split"]
    each = layers_alone(case, spaces, split["micro_batch"], split["within"])
    layers = case.update_epochs * case.batch_size * each / split["threads"]
    known = sum(part.seconds for part in found if part.of_learning)
    learning = next(part.seconds for part in found if part.what == "learning")
    return [
        Part("layers", layers, of_learning=True),
        Part("operations between them", max(0.0, learning - known - layers), of_learning=True),
    ]


def _actions(case: Case, rollout: Rollout) -> list[NDArray[Any]]:
    """Random ones, for every step."""
    rng = np.random.default_rng(0)
    if rollout.action.dtype == torch.int64:
        return list(rng.integers(int(rollout.action.max()) + 1, size=(case.num_steps, case.num_envs)))
    return list(rng.uniform(-1, 1, tuple(rollout.action.shape)).astype(np.float32))


def _timed(what: str, work: Callable[[], object], epochs: int) -> Part:
    work()  # warms up
    return Part(what, min(_seconds(work) for _ in range(epochs)), of_learning=what in OF_LEARNING)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - begun


def table(case: Case, parts: list[Part]) -> str:
    """Markdown: seconds and shares of an epoch, which is environments, choosing actions and learning."""
    whole = sum(part.seconds for part in parts if not part.of_learning)
    rows = [f"| {case.title} | ms of an epoch | share |", "|---|---|---|"]
    for part in parts:
        what = f"of learning: {part.what}" if part.of_learning else part.what
        rows.append(f"| {what} | {1000 * part.seconds:.0f} | {part.seconds / whole:.0%} |")
    return "\n".join(rows)


def _nothing() -> None:
    """Nobody interrupts a benchmark."""
