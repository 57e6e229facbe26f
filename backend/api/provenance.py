"""What runs and jobs are made with."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query
from sqlmodel import Session

from gsl.backend.api.access import Who
from gsl.backend.api.deps import MAX_ID, JobId, Reading, RunId, problems, router
from gsl.backend.domain.provenance import differences
from gsl.backend.errors import ConflictError
from gsl.backend.store import provenance, reach, runs
from gsl.backend.store.jobs import views
from gsl.protocol.api import ProvenanceDifference, ProvenancePublic

routes = router("provenance")


@routes.get("/runs/{run_id}/provenance", summary="Get what a run is made with", responses=problems(404))
def get_run_provenance(run_id: RunId, session: Reading) -> list[ProvenancePublic]:
    """Package versions, commit and uncommitted changes of the code, device and driver, seeds and commands. Jobs that
    are made with the same are together. Empty if no job has started, or if all are older than this record."""
    return provenance.of_run(session, runs.get(session, run_id))


@routes.get(
    "/runs/{run_id}/provenance/differences", summary="Compare what two runs are made with", responses=problems(404, 409)
)
def compare_run_provenance(
    run_id: RunId,
    who: Who,
    session: Reading,
    other: Annotated[int, Query(ge=1, le=MAX_ID, description="The other run.")],
) -> list[ProvenanceDifference]:
    """Only what differs. 409 if nothing is recorded of one of them."""
    reach.check(session, who, "run", other)
    ours, theirs = (provenance.of_run(session, runs.get(session, each)) for each in (run_id, other))
    _check_recorded({f"run {run_id}": ours, f"run {other}": theirs})
    return differences(ours, theirs)


@routes.get("/jobs/{job_id}/provenance", summary="Get what a job is made with", responses=problems(404))
def get_job_provenance(job_id: JobId, session: Reading) -> list[ProvenancePublic]:
    """As for a run, oldest first: more than one if it was resumed with something else."""
    return _of_job(session, job_id)


@routes.get(
    "/jobs/{job_id}/provenance/differences", summary="Compare what two jobs are made with", responses=problems(404, 409)
)
def compare_job_provenance(
    job_id: JobId,
    who: Who,
    session: Reading,
    other: Annotated[int, Query(ge=1, le=MAX_ID, description="The other job.")],
) -> list[ProvenanceDifference]:
    """Only what differs. 409 if nothing is recorded of one of them."""
    reach.check(session, who, "job", other)
    ours, theirs = (_of_job(session, each) for each in (job_id, other))
    _check_recorded({f"job {job_id}": ours, f"job {other}": theirs})
    return differences(ours, theirs, seeds=("run", "job"))


def _of_job(session: Session, job_id: int) -> list[ProvenancePublic]:
    return provenance.of_job(session, views.get(session, job_id))


def _check_recorded(both: Mapping[str, list[ProvenancePublic]]) -> None:
    for name, recorded in both.items():
        if not recorded:
            raise ConflictError(
                f"Nothing is recorded of what {name} is made with: it has not started, or is older than this record."
            )
