"""Rollouts of a population: every member plays in environments of its own, and one network decides for all of them."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from gsl.worker.experience import Decision
from gsl.worker.rollout.collect import Collected, Playing
from gsl.worker.rollout.env_runner import Loop


class Actors(Protocol):
    """What a rollout needs of a population of learners."""

    def decide(self, observations: Sequence[NDArray[Any]]) -> list[Decision]: ...


def collect_together(
    loops: Sequence[Loop], actors: Actors, num_steps: int, on_step: Sequence[Callable[[], None]]
) -> list[Collected | Exception]:
    """What `collect` returns, or the exception that it raises, for each member; one that fails leaves the others.

    The members' loops have equal groups of slots. `on_step` has a function for each member, which may raise.
    """
    seats = [_Seat(loop, num_steps, check) for loop, check in zip(loops, on_step, strict=True)]
    try:
        for t in range(num_steps):
            for group in range(len(loops[0].groups)):
                decisions = actors.decide([seat.observe(t, group) for seat in seats])
                for seat, decision in zip(seats, decisions, strict=True):
                    seat.act(t, group, decision)
        return [seat.end() for seat in seats]
    finally:
        for loop in loops:
            loop.drain()


class _Seat:
    """A member of the batch. One that has failed keeps its place, with what it saw last, until the rollout ends."""

    def __init__(self, loop: Loop, num_steps: int, check: Callable[[], None]) -> None:
        self._playing, self._check = Playing(loop, num_steps), check
        self._seen = [group.observation for group, _ in loop.groups]
        self._error: Exception | None = None

    def observe(self, t: int, group: int) -> NDArray[Any]:
        if self._error is None:
            try:
                if group == 0:
                    self._check()
                self._seen[group] = self._playing.observe(t, group)
            except Exception as error:  # noqa: BLE001  # this member's alone
                self._error = error
        return self._seen[group]

    def act(self, t: int, group: int, decision: Decision) -> None:
        if self._error is None:
            try:
                self._playing.act(t, group, decision)
            except Exception as error:  # noqa: BLE001  # this member's alone
                self._error = error

    def end(self) -> Collected | Exception:
        if self._error is None:
            try:
                return self._playing.end()
            except Exception as error:  # noqa: BLE001  # this member's alone
                self._error = error
        return self._error
