"""Claims: the job whose turn it is goes to the worker that asks, at once or as soon as there is one."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from anyio import to_thread
from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.errors import ConflictError
from gsl.backend.services.app_services import Services
from gsl.backend.store import members, quotas, turns, workers
from gsl.backend.store.jobs import leases
from gsl.backend.store.jobs.locks import lock_claims
from gsl.protocol.lease import ClaimedJob, MembersRequest, NextJobRequest

_QUEUES_NOTHING = ("epoch", "artifact", "worker")
"""Changes after which no job is queued."""
_LOOK_EVERY_S = 1.0
"""For jobs that nobody announces: those whose pause is over."""


async def next_job(
    services: Services, asked: NextJobRequest, is_gone: Callable[[], Awaitable[bool]]
) -> ClaimedJob | None:
    """The worker's next job; None after `asked.wait` seconds, if it is gone, or if the server stops."""
    until = time.monotonic() + asked.wait
    with services.events.listener(ignoring=_QUEUES_NOTHING) as listener:
        while True:
            claimed = await to_thread.run_sync(partial(claim, services, asked), limiter=services.claiming_threads)
            left = until - time.monotonic()
            if claimed is not None or left <= 0:
                return claimed
            if not await listener.wait(min(left, _LOOK_EVERY_S)) or await is_gone():
                return None


def claim(services: Services, asked: NextJobRequest) -> ClaimedJob | None:
    """The job whose turn it is, of those that the worker can run. Without any, nothing is locked."""
    with services.database.read() as session:
        if workers.is_draining(session, asked.worker) or not turns.is_any_due(session, asked, now()):
            return None
    with services.database.write() as session:
        lock_claims(session)
        return _claim_first(services, session, asked)


def _claim_first(services: Services, session: Session, asked: NextJobRequest) -> ClaimedJob | None:
    """A job that cannot be claimed after all, because its run was just paused for example, does not stop the others."""
    refused: list[int] = []
    while (job_id := turns.first(session, asked, now(), refused)) is not None:
        run, job = leases.locked_job(session, job_id)
        try:
            claimed = leases.claim(session, run, job, asked.worker, services.terms)
        except ConflictError:
            refused.append(job_id)
            continue
        session.flush()
        services.advance(session, job.run_id)
        return claimed
    return None


def claim_members(services: Services, job_id: int, asked: MembersRequest) -> list[ClaimedJob]:
    """The worker's share of the jobs that may train as one with the job that it holds."""
    with services.database.write() as session:
        lock_claims(session)
        run, job = leases.held_job(session, job_id, asked.attempt)
        if workers.is_draining(session, asked.worker):
            return []
        claimed = []
        most = quotas.left_to_run(session, run, asked.most)
        for each in members.share(session, run, job, now())[:most]:
            with suppress(ConflictError):  # the run was just paused, for example
                claimed.append(leases.claim(session, run, each, asked.worker, services.terms))
        if claimed:
            session.flush()
            services.advance(session, job.run_id)
        return claimed
