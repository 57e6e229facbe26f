"""Learning histories: episodes that a specialist played while it learnt, in order and evenly spaced.

Of the first few environments, each variation has a history of its own: of episodes 0, s, 2 s, ... with a stride s that
doubles whenever twice as many are kept as are asked for. So no more is stored, whatever the length of the training.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsl.protocol.reports import DemonstrationCount
from gsl.worker.experience import Rollout
from gsl.worker.rollout.demonstration_file import Episode

Columns = dict[str, NDArray[Any]]
"""Steps of an episode: observation, action and reward."""


@dataclass
class _History:
    """One environment's episodes of one variation."""

    ended: int = 0  # episodes so far
    stride: int = 1
    kept: list[Columns] = field(default_factory=list)

    def add(self, episode: Columns, most: int) -> None:
        if self.ended % self.stride == 0:
            self.kept.append(episode)
        self.ended += 1
        if len(self.kept) >= 2 * most:
            self.kept, self.stride = self.kept[::2], 2 * self.stride

    def spaced(self, count: int) -> list[Columns]:
        """So many of them from the first to the last, or all if there are fewer."""
        if len(self.kept) <= count:
            return self.kept
        return [self.kept[place] for place in np.linspace(0, len(self.kept) - 1, count).round().astype(int)]


class HistoryRecorder:
    """Records from rollouts in order; complete in `state`, also in the middle of episodes."""

    def __init__(self, slots: int, episodes: int) -> None:
        self._slots, self._episodes = slots, episodes
        self._histories: dict[tuple[int, int], _History] = {}  # by slot and variation
        self._running: dict[int, Columns] = {}  # by slot: the steps of an episode that has not ended

    def observe(self, rollout: Rollout) -> None:
        """Take in every slot's steps of a rollout."""
        for slot in range(min(self._slots, rollout.done.shape[1])):
            columns = {name: getattr(rollout, name)[:, slot].numpy() for name in ("observation", "action", "reward")}
            begins = 0
            for end in (np.flatnonzero(rollout.done[:, slot].numpy()) + 1).tolist():
                episode = self._with_running(slot, {name: one[begins:end] for name, one in columns.items()})
                key = slot, int(rollout.variation[end - 1, slot])
                self._histories.setdefault(key, _History()).add(episode, self._episodes)
                begins = end
            rest = {name: one[begins:] for name, one in columns.items()}
            self._running[slot] = self._with_running(slot, rest)

    def episodes(self) -> Iterator[Episode]:
        """Every history's, one history after the other."""
        for number, ((_, variation), history) in enumerate(sorted(self._histories.items())):
            for columns in history.spaced(self._episodes):
                yield Episode(
                    variation=variation, total=float(columns["reward"].sum()), success=None, history=number, **columns
                )

    def _with_running(self, slot: int, steps: Columns) -> Columns:
        before = self._running.pop(slot, None)
        if before is None:
            return {name: one.copy() for name, one in steps.items()}
        return {name: np.concatenate([before[name], one]) for name, one in steps.items()}

    def state(self) -> dict[str, Any]:
        """Complete; few arrays, however many episodes."""
        whole = [(key, each) for key, each in sorted(self._histories.items())]
        pieces = [piece for _, each in whole for piece in each.kept] + [self._running[slot] for slot in self._running]
        described = {
            "histories": [[*key, each.ended, each.stride, len(each.kept)] for key, each in whole],
            "running": list(self._running), "lengths": [len(piece["action"]) for piece in pieces],
        }  # fmt: skip
        names = ("observation", "action", "reward") if pieces else ()
        return described | {name: np.concatenate([piece[name] for piece in pieces]) for name in names}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on exactly where `state` was taken."""
        ends = np.cumsum(state["lengths"], dtype=np.int64)
        names = ("observation", "action", "reward") if len(ends) else ()
        split = {name: np.split(np.asarray(state[name]), ends[:-1]) for name in names}
        pieces = iter([{name: split[name][place] for name in names} for place in range(len(ends))])
        self._histories = {
            (slot, variation): _History(ended, stride, [next(pieces) for _ in range(kept)])
            for slot, variation, ended, stride, kept in state["histories"]
        }
        self._running = {slot: next(pieces) for slot in state["running"]}


def counts_of(episodes: list[Episode], variations: tuple[int, ...]) -> tuple[DemonstrationCount, ...]:
    """How many episodes there are of each variation; nothing was tried in addition."""
    returns = {variation: [each.total for each in episodes if each.variation == variation] for variation in variations}
    return tuple(
        DemonstrationCount(
            variation=variation, kept=len(of), tried=len(of), mean_return=float(np.mean(of)) if of else None
        )
        for variation, of in sorted(returns.items())
    )
