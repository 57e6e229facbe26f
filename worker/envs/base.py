"""What every suite's environments look like to the code that steps them.

An `Env` steps `num_envs` slots at once. A slot plays one variation per episode; when the episode ends, the slot asks
its `Sampler` for the next variation and starts it in the same step (auto-reset). Held-out variations cannot slip in:
an environment plays what its sampler deals, and nothing else.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from worker.spaces import Actions, Spaces

IDLE = -1
"""The `variation` of a slot that has nothing left to play; its steps and episodes are not counted."""

State = dict[str, NDArray[Any]]


class EnvError(RuntimeError):
    """An environment, or what it was asked to do, is not what it should be."""


class Sampler(Protocol):
    """Which variation a slot plays next."""

    @property
    def variations(self) -> frozenset[int]:
        """Every variation this sampler may ever deal."""

    def next(self, slot: int) -> int | None:
        """The next variation of this slot; None when nothing is left, after which the slot idles on."""

    def state(self) -> dict[str, Any]:
        """JSON-able and complete. An Env's state does not contain it: keep both."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on as the sampler that said `state`. Raises EnvError when that one dealt other variations."""


@dataclass(frozen=True)
class Step:
    """What one step of all slots gave; shapes start with num_envs."""

    observation: NDArray[Any]  # (num_envs, *observation_shape); first observation of the next episode where done
    reward: NDArray[np.float32]  # (num_envs,) raw, before any normalisation
    done: NDArray[np.bool_]  # (num_envs,); a time limit counts as done
    variation: NDArray[np.int64]  # (num_envs,) what the step belonged to, where done the episode that ended; -1 = idle
    success: NDArray[np.bool_] | None  # (num_envs,) meaningful where done; None if the suite has no success signal
    truncated: NDArray[np.bool_] | None = None  # (num_envs,) done by a time limit that is not part of the task
    final_observation: NDArray[Any] | None = None  # (num_envs, *observation_shape) meaningful where truncated


class Env(Protocol):
    """`num_envs` slots of one suite, stepped together. Made as (suite, num_envs, sampler, seed)."""

    num_envs: int
    observation_shape: tuple[int, ...]
    observation_dtype: np.dtype[Any]
    actions: Actions
    variation: NDArray[np.int64]  # (num_envs,) running variation of each slot, -1 = idle

    def reset(self) -> NDArray[Any]:
        """Start a fresh episode in every slot; the first observations."""

    def step(self, actions: NDArray[Any]) -> Step:
        """One action a slot: int64 (num_envs,), each in [0, actions.size); or float32 (num_envs, actions.size)."""

    def state(self) -> State:
        """Complete and exact, arrays only; the sampler's state is kept beside it."""

    def restore(self, state: State) -> NDArray[Any]:
        """Go on exactly where `state` was taken; the current observations."""

    def close(self) -> None:
        """Free what the environment holds; it cannot be stepped afterwards."""


def spaces_of(env: Env) -> Spaces:
    """What a policy for this environment sees and can do."""
    return Spaces(env.observation_shape, env.actions)


def deal(sampler: Sampler, slot: int) -> int:
    """What `slot` plays next, or IDLE. Raises EnvError if the sampler deals what it said it would not."""
    variation = sampler.next(slot)
    if variation is None:
        return IDLE
    if variation not in sampler.variations:
        raise EnvError(f"the sampler dealt variation {variation}, which is not among its {len(sampler.variations)}")
    return variation
