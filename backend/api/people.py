"""What admins see and manage: accounts, invitations, the tokens of workers' machines, and the audit."""

from typing import Annotated

from anyio import to_thread
from fastapi import Path, Query, Response
from starlette.concurrency import run_in_threadpool

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Limit, Offset, Reading, RowId, ServicesDep, Writing, problems, router
from gsl.backend.api.sessions import remember
from gsl.backend.errors import ConflictError
from gsl.backend.services import sign_in as passwords
from gsl.backend.services.app_services import Services
from gsl.backend.store import accounts, audit, credentials, invitations, quotas
from gsl.protocol.api import (
    AccountPublic,
    AllowancePublic,
    AuditEntryPublic,
    InvitationAccept,
    InvitationCreate,
    InvitationCreated,
    InvitationPublic,
    Page,
    PersonPublic,
    PersonUpdate,
    QuotaSet,
    WorkerTokenCreate,
    WorkerTokenCreated,
    WorkerTokenPublic,
)

routes = router("accounts")


@routes.get("/people", summary="List accounts", responses=problems())
def list_people(session: Reading) -> list[PersonPublic]:
    return accounts.listed(session)


@routes.patch("/people/{name}", summary="Change a role, disable or enable", responses=problems(400, 404, 409))
def update_person(
    name: Annotated[str, Path(max_length=200)], body: PersonUpdate, who: Who, session: Writing
) -> PersonPublic:
    """A disabled account's sessions and tokens do not count until it is enabled. Nobody changes their own account, so
    that an admin is always left."""
    account = accounts.get(session, name)
    if name == who.name:
        raise ConflictError("You cannot change your own account. Ask another admin.")
    changes = body.model_dump(exclude_none=True)
    account.sqlmodel_update(changes)
    audit.about(session, name, ", ".join(f"{field} {value}" for field, value in changes.items()))
    session.flush()
    return next(person for person in accounts.listed(session) if person.name == name)


@routes.put("/people/{name}/quota", summary="Set an account's quota", responses=problems(400, 404))
def set_account_quota(name: Annotated[str, Path(max_length=200)], body: QuotaSet, session: Writing) -> AllowancePublic:
    """For all that the account launches, in projects, too. Replaces what was set before."""
    account = accounts.get(session, name)
    quotas.put(session, account, body)
    audit.about(session, name, quotas.described(body))
    return quotas.allowances(session, [account])[0]


@routes.get("/invitations", summary="List invitations, newest first", responses=problems())
def list_invitations(session: Reading) -> list[InvitationPublic]:
    return [InvitationPublic.model_validate(row) for row in invitations.listed(session)]


@routes.post("/invitations", status_code=201, summary="Invite a person", responses=problems(400))
def create_invitation(body: InvitationCreate, who: Who, session: Writing) -> InvitationCreated:
    """A link with which one person makes an account. Its secret is in this answer alone."""
    row, secret = invitations.create(session, body.role, body.note, body.days, who.name)
    audit.about(session, f"invitation {row.id}", f"{row.role} {row.note}".strip())
    return InvitationCreated(**InvitationPublic.model_validate(row).model_dump(), secret=secret)


@routes.delete("/invitations/{invitation_id}", status_code=204, summary="Revoke an invitation", responses=problems(404))
def revoke_invitation(invitation_id: RowId, session: Writing) -> None:
    invitations.revoke(session, invitation_id)


@routes.post("/invitations/accept", status_code=201, summary="Accept an invitation", responses=problems(400, 403, 409))
async def accept_invitation(body: InvitationAccept, response: Response, services: ServicesDep) -> AccountPublic:
    """Makes an account and signs it in. 403 if the link was used, revoked or is too old, 409 if the name is taken."""
    await run_in_threadpool(_check, services, body.secret.get_secret_value())
    account, secret = await to_thread.run_sync(_accept, services, body, limiter=services.hashing_threads)
    remember(services, response, secret)
    return account


def _check(services: Services, secret: str) -> None:
    """Before the password is hashed, which costs much."""
    with services.database.read() as session:
        invitations.check(session, secret)


def _accept(services: Services, body: InvitationAccept) -> tuple[AccountPublic, str]:
    """The account, and the secret of its first session."""
    password_hash = passwords.hashed(body.password.get_secret_value())
    with services.database.write() as session:
        secret = body.secret.get_secret_value()
        account = invitations.accept(session, secret, body.name, body.email, password_hash)
        audit.add(session, account.name, "accept invitation", account.name, account.role)
        return AccountPublic.model_validate(account), credentials.open_session(session, account)


@routes.get("/worker-tokens", summary="List tokens of machines, newest first", responses=problems())
def list_worker_tokens(session: Reading) -> list[WorkerTokenPublic]:
    return [WorkerTokenPublic.model_validate(row) for row in credentials.worker_tokens(session)]


@routes.post("/worker-tokens", status_code=201, summary="Create a token for a machine", responses=problems(400))
def create_worker_token(body: WorkerTokenCreate, who: Who, session: Writing) -> WorkerTokenCreated:
    """GSL_WORKER_TOKEN for the workers of one machine. Its secret is in this answer alone."""
    row, secret = credentials.create_worker_token(session, body.name, who.name)
    audit.about(session, f"worker token {row.id}", row.name)
    return WorkerTokenCreated(**WorkerTokenPublic.model_validate(row).model_dump(), secret=secret)


@routes.delete(
    "/worker-tokens/{token_id}", status_code=204, summary="Revoke a machine's token", responses=problems(404)
)
def revoke_worker_token(token_id: RowId, session: Writing) -> None:
    """Its workers are refused from the next request on; their jobs are lost to others when their leases end."""
    row = credentials.revoke_worker_token(session, token_id)
    audit.about(session, f"worker token {row.id}", row.name)


@routes.get("/audit", summary="List who did what, newest first", responses=problems())
def list_audit(
    session: Reading,
    who: Annotated[str | None, Query(max_length=200, description="Name of an account.")] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[AuditEntryPublic]:
    """What people launched, decided, changed and deleted, sign-ins, and sign-ins that failed. Entries outlive the runs
    that they are about."""
    return audit.page(session, who, limit, offset)
