"""The interface between the environments of every suite and the code that steps them.

An `Env` steps `num_envs` slots at once. A slot plays one variation per episode; when the episode ends, the slot asks
its `Sampler` for the next variation and starts it in the same step (auto-reset). An environment plays only variations
that its sampler deals, so a held-out variation can never appear in training.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gsl.worker.spaces import Actions, Spaces

IDLE = -1
"""The `variation` of an idle slot, which has nothing left to play; its steps and episodes do not count."""

State = dict[str, NDArray[Any]]


class EnvError(RuntimeError):
    """An environment failed, or was used incorrectly."""


class Sampler(Protocol):
    """Chooses the variation that a slot plays next."""

    @property
    def variations(self) -> frozenset[int]:
        """Every variation that this sampler can deal."""

    def next(self, slot: int) -> int | None:
        """The next variation of this slot; None if nothing is left, after which the slot stays idle."""

    def state(self) -> dict[str, Any]:
        """JSON-serialisable and complete. It is not part of an Env's state: save both."""

    def restore(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken. Raises EnvError if that sampler dealt other variations."""


@dataclass(frozen=True)
class Step:
    """The result of one step of all slots; the first dimension is num_envs."""

    observation: NDArray[Any]  # (num_envs, *observation_shape); where done, the first one of the next episode
    reward: NDArray[np.float32]  # (num_envs,) raw, before any normalisation
    done: NDArray[np.bool_]  # (num_envs,); a time limit counts as done
    variation: NDArray[np.int64]  # (num_envs,) of the step, so where done of the ended episode; -1 = idle
    success: NDArray[np.bool_] | None  # (num_envs,) valid where done; None if the suite has no success signal
    truncated: NDArray[np.bool_] | None = None  # (num_envs,) done by a time limit that is not part of the task
    final_observation: NDArray[Any] | None = None  # (num_envs, *observation_shape) valid where truncated
    place: NDArray[np.int64] | None = None  # (num_envs,) of the step's episode in its trial; None without trials


class Env(Protocol):
    """`num_envs` slots of one suite, stepped together. Constructed with (suite, num_envs, sampler, seed)."""

    num_envs: int
    observation_shape: tuple[int, ...]
    observation_dtype: np.dtype[Any]
    actions: Actions
    variation: NDArray[np.int64]  # (num_envs,) current variation of each slot, -1 = idle

    def reset(self) -> NDArray[Any]:
        """Start a new episode in every slot; returns the first observations."""

    def step(self, actions: NDArray[Any]) -> Step:
        """Take an action for each slot: int64 (num_envs,) in [0, actions.size), or float32 (num_envs, actions.size)."""

    def state(self) -> State:
        """Complete and exact, arrays only; without the sampler's state, which is saved separately."""

    def restore(self, state: State) -> NDArray[Any]:
        """Continue exactly where `state` was taken; returns the current observations."""

    def close(self) -> None:
        """Release all resources; the environment cannot be stepped afterwards."""


Picture = NDArray[np.uint8]
"""(height, width, 3), RGB; both sides are even, as videos need them."""


class Filmed(Protocol):
    """What an Env has in addition if it can be filmed; its suite's settings say `renders = True`."""

    frame_rate: int
    """Pictures a second at which the episodes look natural."""

    def film(self) -> None:
        """Called once, before the first `reset`: from now on, `frame` may be called after every reset and step."""

    def frame(self) -> Picture:
        """Slot 0 after the latest reset or step. Where that step ended an episode: its last moment, or if the suite
        has forgotten that, the moment before."""


@runtime_checkable
class FilmedEnv(Env, Filmed, Protocol):
    """An Env that can be filmed."""


def spaces_of(env: Env) -> Spaces:
    """Observations and actions of a policy for this environment."""
    return Spaces(env.observation_shape, env.actions)


def even(picture: NDArray[Any]) -> Picture:
    """A picture without its last row or column where their number is odd. Raises EnvError for what is no picture."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise EnvError(
            f"a picture is {picture.dtype} of the shape {picture.shape}; it must be uint8 (height, width, 3)"
        )
    height, width, _ = picture.shape
    return picture[: height // 2 * 2, : width // 2 * 2]


def deal(sampler: Sampler, slot: int) -> int:
    """The next variation of `slot`, or IDLE. Raises EnvError if it is not among the sampler's variations."""
    variation = sampler.next(slot)
    if variation is None:
        return IDLE
    if variation not in sampler.variations:
        raise EnvError(f"the sampler dealt variation {variation}, which is not one of its {len(sampler.variations)}")
    return variation
