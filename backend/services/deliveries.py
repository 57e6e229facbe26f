"""Delivers the outbox of webhooks: each message at least once, until its receiver has taken it or it is too old.

Every API process has one thread that looks for messages, and one for each webhook that it is delivering to, so a
receiver that hangs holds up nobody but itself. A webhook is claimed before, so two processes never deliver to it at
once; the claim of a process that dies runs out.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from gsl.backend.db.columns import now
from gsl.backend.db.webhook_models import Webhook, WebhookMessage
from gsl.backend.domain.webhook_messages import Message, headers
from gsl.backend.outbound import OutboundError, post
from gsl.backend.services import links
from gsl.backend.services.app_services import Services
from gsl.backend.store import webhooks

_AT_ONCE = 16
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Schedule:
    """Seconds. The pause before the next try doubles with each one; after `give_up` a message is dropped."""

    look_every: float = 2.0
    patience: float = 10.0
    first_pause: float = 5.0
    longest_pause: float = 3600.0
    give_up: float = 3 * 86_400.0

    def pause(self, tries: int) -> timedelta:
        """After so many earlier tries."""
        return timedelta(seconds=min(self.first_pause * 2 ** min(tries, 30), self.longest_pause))


class Deliverer:
    """Of one process."""

    def __init__(self, services: Services, schedule: Schedule | None = None) -> None:
        self._services, self._schedule = services, schedule or Schedule()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)
        self._delivering: dict[int, threading.Thread] = {}

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Does not wait for receivers: what is under way counts as failed, and is sent again later."""
        self._closed.set()
        self._thread.join(timeout=5)

    def delivering(self) -> tuple[threading.Thread, ...]:
        """What is under way."""
        return tuple(self._delivering.values())

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                self._look()
            except SQLAlchemyError as error:
                _log.warning("the database is unavailable, so webhooks have to wait: %s", error)
            except Exception:  # noqa: BLE001 - without this thread, no webhook would be told anything again
                _log.exception("could not deliver webhooks; trying again")
            self._closed.wait(self._schedule.look_every)

    def _look(self) -> None:
        self._delivering = {key: thread for key, thread in self._delivering.items() if thread.is_alive()}
        with self._services.database.read() as session:
            due = webhooks.due(session)
        for webhook_id in due:
            if webhook_id not in self._delivering and len(self._delivering) < _AT_ONCE:
                thread = threading.Thread(target=self._deliver, args=(webhook_id,), name="delivery", daemon=True)
                self._delivering[webhook_id] = thread
                thread.start()

    def _deliver(self, webhook_id: int) -> None:
        """Everything that is due for one webhook, up to the first failure."""
        try:
            deliver(self._services, webhook_id, self._schedule, self._closed)
        except SQLAlchemyError as error:
            if not self._closed.is_set():
                _log.warning("could not record a delivery to webhook %d: %s", webhook_id, error)


def deliver(services: Services, webhook_id: int, schedule: Schedule, closed: threading.Event) -> None:
    """Unless another process is at it."""
    claim = timedelta(seconds=3 * schedule.patience)
    mine = now() + claim
    with services.database.write() as session:
        if not webhooks.claim(session, webhook_id, mine):
            return
    going = True
    while going and not closed.is_set():
        with services.database.read() as session:
            found = webhooks.next_message(session, webhook_id)
        going = found is not None and _send(services, *found, schedule)
        renewed = now() + claim
        with services.database.write() as session:
            if not webhooks.claim(session, webhook_id, renewed, mine):
                return
        mine = renewed
    with services.database.write() as session:
        webhooks.release(session, webhook_id, mine)


def _send(services: Services, webhook: Webhook, row: WebhookMessage, schedule: Schedule) -> bool:
    """Whether the receiver has taken the message; what becomes of it is stored."""
    assert webhook.id is not None
    assert row.id is not None
    approval = links.for_message(services, webhook, row)
    message = Message(row.key, row.event, row.data, row.created_at, approval)
    body = message.body(webhook.format, services.settings.page_url)
    signed = headers(webhook.secret, row.key, now(), body)
    error = ""
    try:
        post(webhook.url, body, signed, within_s=schedule.patience, private=services.settings.webhook_hosts)
    except OutboundError as failure:
        error = str(failure)
    with services.database.write() as session:
        if not error:
            webhooks.delivered(session, webhook.id, row.id)
        else:
            too_old = now() - row.created_at > timedelta(seconds=schedule.give_up)
            again = None if too_old else now() + schedule.pause(row.tries)
            given_up = " The message was given up." if too_old else ""
            webhooks.failed(session, webhook.id, row.id, f"{error}{given_up}"[:500], again)
    return not error
