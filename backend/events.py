"""Live updates by server-sent events: which run or worker changed. The data itself comes from the REST API.

Within one process, changes go to its own listeners; several processes share them through Redis. Losing one does little
harm, because the page also polls. Each listener gets changes at most every half second, repeated ones only once.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import redis
from pydantic import ValidationError
from redis.backoff import NoBackoff
from redis.retry import Retry

from gsl.protocol.api import Change

_CHANNEL = "gsl:changes"
_PAUSE_S = 0.5
_RETRY_S = 2.0
_log = logging.getLogger(__name__)


class Listener:
    """One open stream and the changes that it has yet to send."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ignored: Collection[str] = ()) -> None:
        self._loop, self._ignored = loop, ignored
        self._pending: dict[Change, None] = {}
        self._awake = asyncio.Event()
        self._closed = False

    def push(self, change: Change) -> None:
        """Safe to call from any thread."""
        if change.what not in self._ignored and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._add, change)

    def close(self) -> None:
        """End the stream; safe to call from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    def _add(self, change: Change) -> None:
        self._pending[change] = None
        self._awake.set()

    def _end(self) -> None:
        self._closed = True
        self._awake.set()

    async def wait(self, seconds: float) -> bool:
        """Until something changes, but at most so many seconds. Returns whether there will be further changes."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), seconds)
        self._pending = {}
        self._awake.clear()
        return not self._closed

    async def changes(self) -> AsyncIterator[Change]:
        while not self._is_closed():
            await self._awake.wait()
            batch, self._pending = list(self._pending), {}
            self._awake.clear()
            for change in batch:
                yield change
            if not self._is_closed():
                await asyncio.sleep(_PAUSE_S)

    def _is_closed(self) -> bool:
        return self._closed


class Events:
    """The hub of one process."""

    def __init__(self, redis_url: str = "") -> None:
        self._listeners: set[Listener] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._redis = redis_client(redis_url) if redis_url else None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Subscribe to the other processes' changes if there is a broker."""
        if self._redis is not None:
            self._thread = threading.Thread(target=self._relay, name="events", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End every stream. May be called from a signal handler, and more than once."""
        self._closed.set()
        for listener in tuple(self._listeners):
            listener.close()

    @property
    def listening(self) -> int:
        """Number of open streams in this process."""
        return len(self._listeners)

    def publish(
        self, what: str, run_id: int | None = None, worker: str | None = None, project_id: int | None = None
    ) -> bool:
        """Publish to all processes, or to this one alone while the broker is unavailable.

        Returns whether the broker took it.
        """
        change = Change(what=what, run_id=run_id, worker=worker, project_id=project_id)
        relayed = self._send(change)
        if not relayed:
            self._deliver(change)
        return relayed

    def _send(self, change: Change) -> bool:
        """Through the broker, if it has subscribers; the change then comes back to every process through `_relay`."""
        if self._redis is None:
            return False
        try:
            return bool(self._redis.publish(_CHANNEL, change.model_dump_json()))
        except redis.RedisError as error:
            _log.warning("the broker is unavailable, so changes reach this process alone: %s", error)
            return False

    async def listen(self) -> AsyncIterator[Change]:
        """Changes from now on, until the server stops."""
        with self.listener() as listener:
            async for change in listener.changes():
                yield change

    @contextmanager
    def listener(self, *, ignoring: Collection[str] = ()) -> Iterator[Listener]:
        """Gets the changes from now on except those of some kinds; used in the loop in which it is opened."""
        listener = Listener(asyncio.get_running_loop(), ignoring)
        with self._lock:
            self._listeners.add(listener)
        if self._closed.is_set():
            listener.close()
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def _deliver(self, change: Change) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener.push(change)

    def _relay(self) -> None:
        while not self._closed.is_set():
            try:
                self._follow()
            except redis.RedisError as error:
                _log.info("the broker is unavailable; other processes' changes arrive once it is back: %s", error)
                self._closed.wait(_RETRY_S)

    def _follow(self) -> None:
        assert self._redis is not None
        with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            channel.subscribe(_CHANNEL)
            while not self._closed.is_set():
                message = channel.get_message(timeout=1.0)
                if message is not None:
                    self._deliver_from_broker(message["data"])

    def _deliver_from_broker(self, data: bytes) -> None:
        try:
            change = Change.model_validate_json(data)
        except ValidationError as error:  # from a server of another version, perhaps
            _log.warning("ignoring a change that cannot be read: %s", error)
        else:
            self._deliver(change)


def redis_client(url: str) -> Any:
    """A client that never waits long; accepts a Unix socket's address in Celery's form and in redis-py's."""
    address = url.replace("redis+socket://", "unix://", 1)
    return redis.Redis.from_url(address, socket_connect_timeout=1, socket_timeout=5, retry=Retry(NoBackoff(), 0))
