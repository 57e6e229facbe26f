"""When Celery's consumer was last seen at work: its own loop, the one that takes messages, beats every few seconds."""

import time
from typing import Any

from celery import Celery, bootsteps

_EVERY_S = 5.0
_SILENT_AFTER_S = 30.0


class ConsumerPulse:
    """Beaten by the consumer's loop and read by other threads."""

    def __init__(self) -> None:
        self._beat_at = time.monotonic()

    def beat(self) -> None:
        self._beat_at = time.monotonic()

    @property
    def trouble(self) -> str | None:
        """What is wrong if the loop stands still, which it does while the broker is away; None while it runs."""
        silent = time.monotonic() - self._beat_at
        return f"It has had no contact with the broker for {silent:.0f} s." if silent > _SILENT_AFTER_S else None

    def attach(self, app: Celery) -> None:
        """Let every consumer of the app beat while it is connected."""
        pulse = self

        class Beating(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
            requires = ("celery.worker.consumer:Tasks",)

            def start(self, consumer: Any) -> None:
                self._entry = consumer.timer.call_repeatedly(_EVERY_S, pulse.beat)

            def stop(self, consumer: Any) -> None:
                self._entry.cancel()

        app.steps["consumer"].add(Beating)
