"""Memory shared by the trainer and the simulation processes, so that a step needs no messages and no copies.

It has no name, so it is freed when the last process that maps it has ended, in whatever way.
"""

import mmap
import os
import tempfile
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NO_EPISODE: Final = -1
"""The task of an idle slot."""
OBSERVED: Final = 39
"""Components of an observation: hand, gripper and objects now (18) and one step before (18), and the goal (3)."""
SAVED: Final = 128
"""Doubles in a saved episode, see simulator.py."""


class SharedMemory:
    """Arrays whose first dimension is the slot."""

    def __init__(self, num_envs: int, descriptor: int | None = None) -> None:
        """Map the memory of `descriptor`, or allocate it if that is None."""
        shapes: dict[str, tuple[tuple[int, ...], type[Any]]] = {
            "saved": ((num_envs, SAVED), np.float64),
            "reward": ((num_envs,), np.float64),
            "episode": ((num_envs, 2), np.int64),  # task and goal
            "action": ((num_envs, 4), np.float32),
            "observation": ((num_envs, OBSERVED), np.float32),
            "success": ((num_envs,), np.bool_),
            "begins": ((num_envs,), np.bool_),
        }  # larger types first, so that all are aligned
        sizes = {name: int(np.prod(shape)) * np.dtype(kind).itemsize for name, (shape, kind) in shapes.items()}
        total = sum(sizes.values())
        self.descriptor = _nameless(total) if descriptor is None else descriptor
        mapped = mmap.mmap(self.descriptor, total)
        at = 0
        arrays: dict[str, NDArray[Any]] = {}
        for name, (shape, kind) in shapes.items():
            arrays[name] = np.frombuffer(mapped, kind, int(np.prod(shape)), at).reshape(shape)
            at += sizes[name]
        self.saved: NDArray[np.float64] = arrays["saved"]
        self.reward: NDArray[np.float64] = arrays["reward"]
        self.episode: NDArray[np.int64] = arrays["episode"]
        self.action: NDArray[np.float32] = arrays["action"]
        self.observation: NDArray[np.float32] = arrays["observation"]
        self.success: NDArray[np.bool_] = arrays["success"]
        self.begins: NDArray[np.bool_] = arrays["begins"]

    def close_descriptor(self) -> None:
        """No other process can map it afterwards; the memory is freed with its last array."""
        os.close(self.descriptor)


def _nameless(size: int) -> int:
    """A descriptor of memory of this size: in RAM if the system supports it, otherwise a deleted file."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("metaworld")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor
