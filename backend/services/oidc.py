"""Signing in through a provider: whose account it is, and what becomes of people who have none."""

from sqlmodel import Session

from gsl.backend.db.account_models import Account, OidcAttempt
from gsl.backend.domain.id_token import Person, account_name, check_domain
from gsl.backend.domain.identity import RESERVED
from gsl.backend.errors import ForbiddenError, NotFoundError
from gsl.backend.services.app_services import Services
from gsl.backend.services.oidc_provider import Provider
from gsl.backend.settings import Settings
from gsl.backend.store import accounts, audit, credentials, external_identities


def provider_of(services: Services) -> Provider:
    """Raises `NotFoundError` if the settings name none."""
    if services.provider is None:
        raise NotFoundError("This server has no sign-in provider: GSL_OIDC_ISSUER is not set.")
    return services.provider


def begin(services: Services, redirect_uri: str, account_id: int | None) -> tuple[str, str]:
    """Where the browser goes, and the secret that its cookie brings back. With an account, that is to be linked."""
    provider = provider_of(services)
    with services.database.write() as session:
        attempt, secret = external_identities.begin(session, redirect_uri, account_id)
        return provider.address(attempt), secret


def finish(services: Services, secret: str, state: str, code: str, error: str) -> tuple[str, bool]:
    """The secret of a new session, and whether an account was linked for it. Raises `ForbiddenError`.

    `error` is why the provider sent the browser back without a code.
    """
    provider = provider_of(services)
    with services.database.write() as session:
        attempt = external_identities.take(session, secret, state)
    if error:
        raise ForbiddenError(f"The provider refused the sign-in: {error}.")
    person = provider.redeem(code, attempt)
    try:
        with services.database.write() as session:
            account = _account(session, services.settings, person, attempt)
            _check_enabled(account)
            audit.add(session, account.name, "sign in", "", f"through {person.issuer}")
            return credentials.open_session(session, account), attempt.account_id is not None
    except ForbiddenError as refused:
        with services.database.write() as session:
            audit.add(session, "", "failed sign in", person.name or person.subject, refused.detail)
        raise


def _account(session: Session, settings: Settings, person: Person, attempt: OidcAttempt) -> Account:
    check_domain(person, settings.oidc_domains)
    if attempt.account_id is not None:
        account = session.get_one(Account, attempt.account_id)
        _check_enabled(account)
        external_identities.link(session, person, account)
        audit.add(session, account.name, "link identity", account.name, person.issuer)
        return account
    return external_identities.account_of(session, person) or _new(session, settings, person)


def _new(session: Session, settings: Settings, person: Person) -> Account:
    """People get an account by themselves only if the settings say with which role."""
    if not settings.oidc_role:
        raise ForbiddenError(
            "No account here is linked to you. If you have one, sign in by password and link it on the page Account; "
            "otherwise ask an admin for an invitation."
        )
    if not person.email_is_verified:
        raise ForbiddenError("The provider has not verified your e-mail address, which a new account needs.")
    account = accounts.create(session, _free_name(session, person), settings.oidc_role, email=person.email)
    external_identities.link(session, person, account)
    audit.add(session, account.name, "create account", account.name, f"{account.role}, through {person.issuer}")
    return account


def _free_name(session: Session, person: Person) -> str:
    wanted = account_name(person)
    name, number = wanted, 1
    while name in RESERVED or accounts.find(session, name) is not None:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _check_enabled(account: Account) -> None:
    if account.disabled:
        raise ForbiddenError(f"The account {account.name} is disabled. Ask an admin to enable it.")
