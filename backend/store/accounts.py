"""Accounts. The first one takes over the runs and experiments that were made before there were any."""

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select, update

from gsl.backend.db.account_models import Account, BrowserSession
from gsl.backend.db.models import Experiment, Run
from gsl.backend.domain.identity import OWNER, RESERVED
from gsl.backend.errors import ConflictError, NotFoundError
from gsl.backend.store import quotas
from gsl.protocol.api import AllowancePublic, PersonPublic, Role


def find(session: Session, name: str) -> Account | None:
    return session.exec(select(Account).where(Account.name == name)).first()


def have_passwords(session: Session) -> bool:
    found = session.exec(select(Account.id).where(col(Account.password_hash).is_not(None)).limit(1)).first()
    return found is not None


def listed(session: Session) -> list[PersonPublic]:
    used = select(func.max(BrowserSession.last_used_at)).where(BrowserSession.account_id == Account.id)
    query = select(Account, used.correlate(Account).scalar_subquery()).order_by(col(Account.name))
    rows = session.execute(query).all()
    allowances = quotas.allowances(session, [account for account, _ in rows])
    return [_public(row[0], row[1], allowance) for row, allowance in zip(rows, allowances, strict=True)]


def _public(account: Account, last_used_at: datetime | None, allowance: AllowancePublic) -> PersonPublic:
    own = account.model_dump(include={"name", "role", "email", "disabled", "created_at"})
    has_password = account.password_hash is not None
    return PersonPublic(**own, **dict(allowance), has_password=has_password, last_used_at=last_used_at)


def get(session: Session, name: str) -> Account:
    """Raises `NotFoundError`."""
    found = find(session, name)
    if found is None:
        raise NotFoundError.of("account", name)
    return found


def create(
    session: Session, name: str, role: Role, *, email: str | None = None, password_hash: str | None = None
) -> Account:
    """Raises `ConflictError` if the name is taken, or is one that events carry for what no person did."""
    if name in RESERVED:
        raise ConflictError(f"The name {name} is the product's own. Choose another one.")
    return _insert(session, Account(name=name, role=role, email=email, password_hash=password_hash))


def _insert(session: Session, account: Account) -> Account:
    is_first = session.exec(select(Account.id)).first() is None
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
    except IntegrityError:
        raise ConflictError(f"There is an account named {account.name} already.") from None
    if is_first:
        for table in (Run, Experiment):
            session.exec(update(table).where(col(table.owner) == "").values(owner=account.name))
    return account


def owner(session: Session) -> Account:
    """The account of whoever can read the data folder; made when it is first needed."""
    found = find(session, OWNER)
    if found is not None:
        return found
    try:
        return _insert(session, Account(name=OWNER, role="admin"))
    except ConflictError:  # another process was faster
        made = find(session, OWNER)
        if made is None:
            raise
        return made
