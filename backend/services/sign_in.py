"""Passwords, and what one gets for the right one."""

from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from gsl.backend.db.account_models import Account
from gsl.backend.errors import ForbiddenError, InvalidError
from gsl.backend.services.app_services import Services
from gsl.backend.store import accounts, audit, credentials

_hasher = PasswordHash((Argon2Hasher(),))


@cache
def _nobodys() -> str:
    """Compared where there is no such account, so that the time of an answer does not tell which names exist."""
    return hashed(credentials.new_secret())


def hashed(password: str) -> str:
    """Argon2id with the library's cost: 64 MiB, for about a tenth of a second."""
    return _hasher.hash(password)


def sign_in(services: Services, name: str, password: str, address: str) -> str:
    """Returns the secret of a new session. Raises `ForbiddenError` for a wrong password, `TooManyError` for many."""
    services.attempts.begin(name, address)
    with services.database.read() as session:
        account = accounts.find(session, name)
    is_right, better = _verified(account, password)
    with services.database.write() as session:
        if account is None or account.disabled or not is_right:
            audit.add(session, "", "failed sign in", name, f"from {address}")
        else:
            found = session.get_one(Account, account.id)
            found.password_hash = better or found.password_hash
            audit.add(session, name, "sign in", "", f"from {address}")
            services.attempts.succeeded(name, address)
            return credentials.open_session(session, found)
    if is_right and account is not None and account.disabled:
        raise ForbiddenError(f"The account {name} is disabled. Ask an admin to enable it.")
    raise ForbiddenError("The name or the password is wrong.")


def change_password(services: Services, account_id: int, current: str, new: str, kept_session: int | None) -> None:
    """Ends all other sessions of the account. Raises `InvalidError` if `current` is wrong."""
    with services.database.read() as session:
        account = session.get_one(Account, account_id)
    place = f"the account {account.name}"  # not an address, so that nobody else's attempts count
    services.attempts.begin(account.name, place)
    if account.password_hash is not None and not _verified(account, current)[0]:
        raise InvalidError.field("current", "is not the password of this account")
    services.attempts.succeeded(account.name, place)
    fresh = hashed(new)
    with services.database.write() as session:
        session.get_one(Account, account_id).password_hash = fresh
        credentials.close_sessions(session, account_id, but=kept_session)
        audit.add(session, account.name, "change password")


def _verified(account: Account | None, password: str) -> tuple[bool, str | None]:
    """Whether it is the account's password; a better hash of it, where the library has raised its cost since."""
    known = account.password_hash if account is not None else None
    is_right, better = _hasher.verify_and_update(password, known or _nobodys())
    return known is not None and is_right, better
