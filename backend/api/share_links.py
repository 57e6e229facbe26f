"""Links that show one run or one experiment without an account: making and revoking them, and what they show."""

from datetime import timedelta

from sqlmodel import Session

from gsl.backend.api.access import Who
from gsl.backend.api.deps import ExperimentId, Reading, RowId, RunId, ServicesDep, Writing, problems, router
from gsl.backend.db.columns import now
from gsl.backend.domain.identity import Identity, Shared
from gsl.backend.services import links
from gsl.backend.services.app_services import Services
from gsl.backend.store import audit, credentials, experiments, reach, runs, share_links
from gsl.backend.store.suites import suite_of
from gsl.protocol.api import SharedPublic, ShareLinkCreate, ShareLinkCreated, ShareLinkPublic

routes = router("links")


@routes.post("/runs/{run_id}/links", status_code=201, summary="Share a run", responses=problems(400, 404))
def create_run_link(
    run_id: RunId, body: ShareLinkCreate, who: Who, session: Writing, services: ServicesDep
) -> ShareLinkCreated:
    """Whoever has the link sees this run, without an account. Its secret is in this answer alone."""
    runs.get(session, run_id)
    return _create(services, session, Shared("run_id", run_id), body, who)


@routes.get("/runs/{run_id}/links", summary="List links to a run, newest first", responses=problems(404))
def list_run_links(run_id: RunId, session: Reading) -> list[ShareLinkPublic]:
    runs.get(session, run_id)
    return _listed(session, Shared("run_id", run_id))


@routes.post(
    "/experiments/{experiment_id}/links", status_code=201, summary="Share an experiment", responses=problems(400, 404)
)
def create_experiment_link(
    experiment_id: ExperimentId, body: ShareLinkCreate, who: Who, session: Writing, services: ServicesDep
) -> ShareLinkCreated:
    """Whoever has the link sees the comparison of this experiment, without an account."""
    experiments.get(session, experiment_id)
    return _create(services, session, Shared("experiment_id", experiment_id), body, who)


@routes.get(
    "/experiments/{experiment_id}/links", summary="List links to an experiment, newest first", responses=problems(404)
)
def list_experiment_links(experiment_id: ExperimentId, session: Reading) -> list[ShareLinkPublic]:
    experiments.get(session, experiment_id)
    return _listed(session, Shared("experiment_id", experiment_id))


@routes.delete("/links/{link_id}", status_code=204, summary="Revoke a link", responses=problems(404))
def revoke_share_link(link_id: RowId, who: Who, session: Writing) -> None:
    """It shows nothing any more, from the next request on."""
    row = share_links.get(session, link_id)
    shared = share_links.shared_of(row)
    reach.check(session, who, shared.kind, shared.id, "member", of_the_bin=True)
    row.revoked_at = row.revoked_at or now()
    audit.about(session, str(shared), f"link {link_id}")


@routes.get("/shared", summary="Get what a link shows", responses=problems(404))
def get_shared(who: Who, session: Reading) -> SharedPublic:
    """Asked with the link's secret as token, which also opens what is below that run or experiment, for reading."""
    row = share_links.get(session, who.credential_id or 0)
    shared = share_links.shared_of(row)
    reach.check(session, who, shared.kind, shared.id)
    succeeds = row.run_id is not None and suite_of(session, row.run_id).has_success
    own = row.model_dump(include={"run_id", "experiment_id", "expires_at"})
    return SharedPublic(**own, has_success=succeeds)


def _create(
    services: Services, session: Session, shared: Shared, body: ShareLinkCreate, who: Identity
) -> ShareLinkCreated:
    ends = None if body.days is None else now() + timedelta(days=body.days)
    secret = credentials.new_secret(links.SHARE)
    row = share_links.create(session, shared, secret, who.name, body.note, ends)
    audit.about(session, str(shared), f"link {row.id} {body.note}".strip())
    shown = ShareLinkPublic.model_validate(row).model_dump()
    return ShareLinkCreated(**shown, secret=secret, url=links.address(services, secret))


def _listed(session: Session, shared: Shared) -> list[ShareLinkPublic]:
    return [ShareLinkPublic.model_validate(row) for row in share_links.of(session, shared)]
