"""Several training loops on one device, each in its process: in turn, so that load hits all alike, or all at once."""

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.alternation import PeerError, SideProcess, side
from benchmarks.peers.cases import Case
from benchmarks.peers.windows import Window


@dataclass(frozen=True)
class Contender:
    """A loop: the module of its side, `benchmarks.MODULE`, and what it computes."""

    title: str
    module: str
    case: Case


@contextmanager
def started(contenders: Sequence[Contender], seconds: float) -> Iterator[list["Running"]]:
    """All of them, warmed up, for at most `seconds`; they start at the same time."""
    with ExitStack() as stack, ThreadPoolExecutor(len(contenders)) as threads:
        yield list(threads.map(lambda each: Running(each, stack, seconds), contenders))


class Running:
    """A contender's process, the windows it has computed, and why there are no more of them, if it failed."""

    def __init__(self, contender: Contender, stack: ExitStack, seconds: float) -> None:
        self.contender, self.windows, self.failure = contender, list[Window](), ""
        self._process: SideProcess | None = None
        with self._noting_failure():
            entered = side(Path(sys.executable), contender.module, contender.case, seconds)
            self._process = stack.enter_context(entered)

    def window(self) -> None:
        """Compute one more, unless it has failed."""
        if self._process is not None and not self.failure:
            with self._noting_failure():
                self.windows.append(self._process.window())

    @contextmanager
    def _noting_failure(self) -> Iterator[None]:
        try:
            yield
        except PeerError as error:
            self.failure = f"failed: {error}"


def in_turn(contenders: Sequence[Contender], rounds: int, seconds: float) -> list[Running]:
    """At most `rounds` windows of each, a round at a time, as long as another round fits into `seconds`."""
    end, round_took = time.monotonic() + seconds, 0.0
    with started(contenders, seconds) as running:
        for _ in range(rounds):
            began = time.monotonic()
            if began + round_took > end:
                break
            for each in running:
                each.window()
            round_took = time.monotonic() - began
    return running


def at_once(running: Sequence[Running]) -> float:
    """The sum of their speeds while all compute one window at the same time; environment steps a second."""
    with ThreadPoolExecutor(len(running)) as threads:
        list(threads.map(Running.window, running))
    return sum(each.windows[-1].speed for each in running if not each.failure)
