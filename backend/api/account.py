"""What people manage of their own account: its password and its tokens."""

from datetime import timedelta

from anyio import to_thread
from sqlmodel import Session

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, RowId, ServicesDep, Writing, problems, router
from gsl.backend.db.account_models import Account
from gsl.backend.db.columns import now
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import InvalidError
from gsl.backend.services import sign_in as passwords
from gsl.backend.services.app_services import Services
from gsl.backend.store import accounts, audit, credentials, quotas
from gsl.protocol.api import (
    AllowancePublic,
    PasswordChange,
    QuotaPublic,
    TokenCreate,
    TokenCreated,
    TokenPublic,
    UsagePublic,
)

routes = router("accounts")


@routes.put("/account/password", status_code=204, summary="Change the password", responses=problems(400, 429))
async def change_password(body: PasswordChange, who: Who, services: ServicesDep) -> None:
    """Ends the account's other sessions. Its tokens stay."""
    current, new = body.current.get_secret_value(), body.new.get_secret_value()
    kept = who.credential_id if who.kind == "session" else None
    await to_thread.run_sync(_change, services, who, current, new, kept, limiter=services.hashing_threads)


def _change(services: Services, who: Identity, current: str, new: str, kept: int | None) -> None:
    with services.database.write() as session:
        account_id = _account(session, who).id or 0
    passwords.change_password(services, account_id, current, new, kept)


@routes.get("/account/tokens", summary="List my tokens", responses=problems())
def list_tokens(who: Who, session: Reading) -> list[TokenPublic]:
    account = accounts.find(session, who.name)
    found = credentials.tokens_of(session, account.id) if account and account.id else []
    return [TokenPublic.model_validate(row) for row in found]


@routes.post("/account/tokens", status_code=201, summary="Create a token", responses=problems(400))
def create_token(body: TokenCreate, who: Who, session: Writing) -> TokenCreated:
    """For scripts. Its secret is in this answer alone; only its hash is stored."""
    ends = None if body.days is None else now() + timedelta(days=body.days)
    account = _account(session, who)
    if body.project_id is not None and who.role_in(body.project_id) is None:
        raise InvalidError.field("project_id", f"project {body.project_id} does not exist")
    row, secret = credentials.create_token(session, account, body.name, body.scope, ends, body.project_id)
    limit = "" if row.project_id is None else f", project {row.project_id} alone"
    audit.about(session, f"token {row.id}", f"{row.name}, {row.scope}{limit}")
    return TokenCreated(**TokenPublic.model_validate(row).model_dump(), secret=secret)


@routes.delete("/account/tokens/{token_id}", status_code=204, summary="Revoke a token", responses=problems(404))
def revoke_token(token_id: RowId, who: Who, session: Writing) -> None:
    """It does not count any more, from the next request on."""
    row = credentials.revoke_token(session, _account(session, who).id or 0, token_id)
    audit.about(session, f"token {row.id}", row.name)


@routes.get("/account/usage", summary="Get my quota and its use", responses=problems())
def get_usage(who: Who, session: Reading) -> AllowancePublic:
    """Of all that the account launched, in projects, too."""
    account = accounts.find(session, who.name)
    nothing = AllowancePublic(quota=QuotaPublic(), usage=UsagePublic())
    return quotas.allowances(session, [account])[0] if account else nothing


def _account(session: Session, who: Identity) -> Account:
    """The owner's is made when it is first needed."""
    return accounts.owner(session) if who.kind == "owner" else accounts.get(session, who.name)
