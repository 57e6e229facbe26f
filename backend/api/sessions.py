"""Signing in and out: who is signed in, and the link that signs the owner of the data folder in."""

import hmac

from anyio import to_thread
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from gsl.backend.api.access import Who, identify
from gsl.backend.api.deps import ServicesDep, Writing, problems, router
from gsl.backend.domain.identity import OWNER
from gsl.backend.errors import UnauthorizedError
from gsl.backend.services import identification
from gsl.backend.services import sign_in as passwords
from gsl.backend.services.app_services import Services
from gsl.backend.store import accounts, audit, credentials
from gsl.protocol.api import AccountPublic, SessionPublic, SignIn

routes = router("accounts")
_WRONG_LINK = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>GSL Lab</title></head>
<body><h1>This link does not open GSL Lab</h1><p>It is of another server, or it was copied incompletely. On the machine
that runs the server, <code>gsl link</code> prints the right one, or <code>make link</code> in a checkout.</p></body>
</html>"""


@routes.get("/session", summary="Get who is signed in", responses=problems())
async def get_session(request: Request, response: Response, services: ServicesDep) -> SessionPublic:
    """Answers everyone, so that the page knows whether to ask for a sign-in."""
    response.headers["Cache-Control"] = "no-store"
    by_password = await run_in_threadpool(_have_passwords, services)
    provider = services.settings.oidc_name if services.provider else None
    try:
        identity = await identify(request)
    except UnauthorizedError:
        return SessionPublic(account=None, passwords=by_password, provider=provider)
    account = None if identity.role is None else AccountPublic(name=identity.name, role=identity.role)
    return SessionPublic(account=account, passwords=by_password, provider=provider)


def _have_passwords(services: Services) -> bool:
    with services.database.read() as session:
        return accounts.have_passwords(session)


@routes.post("/session", summary="Sign in", responses=problems(400, 403, 429))
async def sign_in(request: Request, body: SignIn, response: Response, services: ServicesDep) -> AccountPublic:
    """By name and password. 403 if one is wrong, and 429 for a while after several failures."""
    address = request.client.host if request.client else ""
    secret = await to_thread.run_sync(
        passwords.sign_in, services, body.name, body.password.get_secret_value(), address,
        limiter=services.hashing_threads,
    )  # fmt: skip
    remember(services, response, secret)
    identity = await run_in_threadpool(identification.by_session, services, secret)
    assert identity.role is not None
    return AccountPublic(name=identity.name, role=identity.role)


@routes.delete("/session", status_code=204, summary="Sign out", responses=problems())
def sign_out(who: Who, response: Response, session: Writing, services: ServicesDep) -> None:
    """Ends the browser's session."""
    if who.kind == "session" and who.credential_id is not None:
        credentials.close_session(session, who.credential_id)
    response.delete_cookie(services.settings.cookie, path=path_of(services))


def open_link(request: Request) -> Response | None:
    """For `/?token=...` the page without the token, for a browser that is signed in from now on; None without one.

    The token is the owner's. A wrong one signs nobody out.
    """
    services: Services = request.app.state.services
    shown = request.query_params.get("token")
    if shown is None:
        return None
    if not hmac.compare_digest(shown.encode(), services.settings.owner_token.encode()):
        return HTMLResponse(_WRONG_LINK, 401, headers={"Cache-Control": "no-store"})
    with services.database.write() as session:
        secret = credentials.open_session(session, accounts.owner(session))
        audit.add(session, OWNER, "sign in", "", "by the link")
    answer = RedirectResponse(path_of(services), 303, headers={"Cache-Control": "no-store"})
    remember(services, answer, secret)
    return answer


def remember(services: Services, response: Response, secret: str) -> None:
    """Let the browser send the session's secret with its requests.

    No script can read it, and no other site can make the browser send it. `Secure` needs TLS, which a proxy has.
    """
    response.set_cookie(
        services.settings.cookie,
        secret,
        max_age=int(credentials.SESSION_LASTS.total_seconds()),
        path=path_of(services),
        secure=services.settings.public.origin.startswith("https:"),
        httponly=True,
        samesite="strict",
    )


def path_of(services: Services) -> str:
    """Of the page, with a slash at its end."""
    return f"{services.settings.public.base_path}/"
