"""Workers and the queue."""

from typing import Annotated

from fastapi import Path, Query

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, ServicesDep, Writing, problems, router
from gsl.backend.errors import InvalidError
from gsl.backend.store import audit, worker_usage, workers
from gsl.backend.store.jobs import views
from gsl.protocol.api import QueuePublic, WorkerPublic, WorkerUpdate
from gsl.protocol.api.catalogue import WorkerUsage
from gsl.protocol.lease import RegistrationReply, WorkerInfo

routes = router("workers")


@routes.get("/workers", summary="List workers, live ones first", responses=problems())
def list_workers(session: Reading, who: Who) -> list[WorkerPublic]:
    """Their devices, suites, current jobs and measured speeds. A worker that is silent for 45 seconds is not live."""
    return workers.listed(session, who)


@routes.get("/workers/{name:path}/usage", summary="Get how busy a worker was", responses=problems(404))
def get_worker_usage(
    name: Annotated[str, Path(max_length=200)],
    session: Reading,
    hours: Annotated[float, Query(gt=0, le=24, allow_inf_nan=False, description="How far to look back.")] = 24,
) -> WorkerUsage:
    """Processor, memory and GPUs of its machine, and the speed of its trainer: the newest look of each minute, which is
    kept for 24 hours. Workers of earlier versions say nothing of it."""
    return worker_usage.history(session, name, hours)


@routes.put(
    "/workers/{name:path}",
    summary="Register a worker",
    tags=["for workers"],
    responses=problems(400, 404),
)
def announce_worker(
    name: Annotated[str, Path(max_length=200)], body: WorkerInfo, session: Writing, services: ServicesDep
) -> RegistrationReply:
    """Sent by each worker every ten seconds; replaces what it sent before. No name has a line break."""
    if body.name != name:
        raise InvalidError.field("name", f"must be {name!r}, as in the path")
    services.publish(session, "worker", worker=name)
    return workers.announce(session, body)


@routes.patch("/workers/{name:path}", summary="Drain a worker, or let it take jobs again", responses=problems(400, 404))
def drain_worker(
    name: Annotated[str, Path(max_length=200)], body: WorkerUpdate, who: Who, session: Writing, services: ServicesDep
) -> WorkerPublic:
    """A worker that drains finishes its jobs and takes no new one, also after it has restarted."""
    changed = workers.drain(session, who, name, body.draining)
    audit.about(session, f"worker {name}", "draining" if body.draining else "takes jobs")
    services.publish(session, "worker", worker=name)
    return changed


@routes.delete("/workers/{name:path}", status_code=204, summary="Remove a gone worker", responses=problems(404, 409))
def remove_worker(name: Annotated[str, Path(max_length=200)], session: Writing, services: ServicesDep) -> None:
    """It is listed again once it registers. 409 while it is live or holds a job."""
    workers.remove(session, name)
    audit.about(session, f"worker {name}")
    services.publish(session, "worker", worker=name)


@routes.get("/queue", summary="Get the queue", responses=problems())
def get_queue(
    session: Reading,
    who: Who,
    worker_label: Annotated[
        str | None,
        Query(max_length=50, description="Let `ready` count jobs that ask for this label alone; empty: for none."),
    ] = None,
) -> QueuePublic:
    """Jobs that are waiting and jobs that are running. Autoscalers read `ready`."""
    return views.queue(session, who, worker_label)
