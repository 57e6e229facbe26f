"""Celery's pool of threads, which tells the consumer when a job has ended.

The consumer takes the next message only while no job runs (`worker_disable_prefetch`), and asks for it when something
wakes its loop. Threads do not, so the next job would start up to a second later.
"""

import os
from contextlib import suppress
from typing import Any

from celery import Celery, bootsteps
from celery.concurrency.thread import TaskPool


class ConsumerWakeup:
    """A pipe that the consumer's loop watches. `wake` may be called by threads and by signal handlers."""

    def __init__(self) -> None:
        self._woken, self._waking = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waking, False)

    def wake(self) -> None:
        with suppress(BlockingIOError):  # full: it will wake anyway
            os.write(self._waking, b"1")

    def attach(self, app: Celery) -> None:
        """Let every consumer of the app watch the pipe while it is connected."""
        wakeup = self

        class Watching(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
            requires = ("celery.worker.consumer:Tasks",)

            def start(self, consumer: Any) -> None:
                consumer.hub.add_reader(wakeup._woken, wakeup._drain)

            def stop(self, consumer: Any) -> None:
                consumer.hub.remove(wakeup._woken)

        app.steps["consumer"].add(Watching)

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._woken, 4096)


consumer_wakeup = ConsumerWakeup()
"""One for a process, because Celery creates the pool itself."""


class WakingPool(TaskPool):  # type: ignore[misc]  # Celery ships no types
    """The consumer looks for the next message as soon as a task has ended."""

    def on_apply(self, *args: Any, **kwargs: Any) -> Any:
        result = super().on_apply(*args, **kwargs)
        result.f.add_done_callback(lambda _: consumer_wakeup.wake())
        return result


def pool_path() -> str:
    """What Celery's setting `worker_pool` names it by."""
    return f"{WakingPool.__module__}:{WakingPool.__name__}"
