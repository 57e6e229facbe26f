"""People and machines with what they send to prove who they are, stored without asking the API."""

from datetime import timedelta

from gsl.backend.db.account_models import Account
from gsl.backend.db.columns import now
from gsl.backend.services.app_services import Services
from gsl.backend.store import accounts, credentials
from gsl.protocol.api import Role, TokenScope

Header = dict[str, str]


def account(services: Services, name: str, role: Role) -> Account:
    with services.database.write() as session:
        return accounts.find(session, name) or accounts.create(session, name, role)


def token(
    services: Services, name: str, role: Role, scope: TokenScope = "write", lasts: timedelta = timedelta(days=1)
) -> Header:
    """Of a personal token."""
    person = account(services, name, role)
    with services.database.write() as session:
        _, secret = credentials.create_token(session, person, f"{name}'s", scope, now() + lasts)
    return bearer(secret)


def browser(services: Services, name: str, role: Role) -> Header:
    """Of a browser that is signed in."""
    person = account(services, name, role)
    with services.database.write() as session:
        return {
            "Cookie": f"{services.settings.cookie}={credentials.open_session(session, person)}",
            "Authorization": "",
        }


def machine(services: Services, name: str) -> Header:
    with services.database.write() as session:
        return bearer(credentials.create_worker_token(session, name, "admin")[1])


def bearer(secret: str) -> Header:
    return {"Authorization": f"Bearer {secret}"}
