"""The actions of the episodes under way, from which they can be played again."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Tape:
    """Holds the newest `length` actions of every slot; no episode is longer."""

    def __init__(self, length: int) -> None:
        self._taken: deque[NDArray[Any]] = deque(maxlen=length)

    def record(self, actions: NDArray[Any]) -> None:
        """One step: an action of every slot."""
        self._taken.append(np.array(actions))

    def newest(self, counts: Sequence[int]) -> NDArray[Any]:
        """The newest `counts[slot]` actions of each slot, slot after slot: (sum of counts, ...)."""
        taken = list(self._taken)
        parts = [[action[slot] for action in taken[len(taken) - count :]] for slot, count in enumerate(counts)]
        return np.array([action for part in parts for action in part])

    def rewind(self, counts: Sequence[int], actions: NDArray[Any]) -> list[NDArray[Any]]:
        """Hold what `newest` gave for `counts`; each slot's part of it."""
        parts = np.split(actions, np.cumsum(counts)[:-1])
        rows = np.zeros((max(counts), len(counts), *actions.shape[1:]), actions.dtype)
        for slot, part in enumerate(parts):
            rows[len(rows) - len(part) :, slot] = part
        self._taken.clear()
        self._taken.extend(rows)
        return parts
