"""Signing in through an OpenID Connect provider: there and back, by the browser itself; and what accounts are linked.

The session's cookie does not come along from another site, so a cookie of its own says which browser returns.
"""

from html import escape
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from gsl.backend.api.access import Who, identify
from gsl.backend.api.deps import Reading, RowId, ServicesDep, Writing, problems, router
from gsl.backend.api.sessions import path_of, remember
from gsl.backend.errors import ProblemError, UnauthorizedError
from gsl.backend.services import oidc
from gsl.backend.services.app_services import Services
from gsl.backend.store import accounts, audit, external_identities
from gsl.protocol.api import ExternalIdentityPublic, Problem

routes = router("accounts")
_BACK = "/api/v1/session/oidc/callback"
_NO_STORE = {"Cache-Control": "no-store"}
_REFUSED = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>GSL Lab</title>
<meta name="viewport" content="width=device-width"></head>
<body><h1>You are not signed in</h1><p>{detail}</p><p><a href="{page}">To the sign-in page</a></p></body></html>"""


@routes.get(
    "/session/oidc",
    summary="Sign in through the provider",
    status_code=302,
    response_class=RedirectResponse,
    responses=problems(404) | {401: {"model": Problem, "description": "Nobody is signed in whose account is linked."}},
)
async def begin_oidc(
    request: Request,
    services: ServicesDep,
    link: Annotated[bool, Query(description="Link the account that is signed in, instead of signing in.")] = False,
) -> Response:
    """Sends the browser to the provider. 404 if the server has none."""
    account_id = None
    if link:
        identity = await identify(request)
        if identity.kind != "session":
            raise UnauthorizedError("Sign in on the page first: a token or the owner's link cannot be linked.")
        account_id = identity.account_id
    address, secret = await run_in_threadpool(oidc.begin, services, _redirect_uri(request, services), account_id)
    answer = RedirectResponse(address, 302, headers=_NO_STORE)
    answer.set_cookie(
        _cookie(services), secret, max_age=int(external_identities.LASTS.total_seconds()), path=path_of(services),
        secure=services.settings.public.origin.startswith("https:"), httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


@routes.get(
    "/session/oidc/callback",
    summary="Return from the provider",
    status_code=303,
    response_class=HTMLResponse,
    responses=problems(403, 404, 409),
)
def finish_oidc(
    request: Request,
    services: ServicesDep,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=500, description="Why the provider refused.")] = "",
) -> Response:
    """Signs the browser in and sends it to the page, or answers with a page that says why not."""
    try:
        secret, linked = oidc.finish(services, request.cookies.get(_cookie(services), ""), state, code, error)
    except ProblemError as problem:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return _refused(services, problem.detail, problem.status)
    answer = RedirectResponse(f"{path_of(services)}{'account' if linked else ''}", 303, headers=_NO_STORE)
    answer.delete_cookie(_cookie(services), path=path_of(services))
    remember(services, answer, secret)
    return answer


@routes.get("/account/identities", summary="List whom I sign in as elsewhere", responses=problems())
def list_identities(who: Who, session: Reading) -> list[ExternalIdentityPublic]:
    """Each signs in as this account through the provider."""
    account = accounts.find(session, who.name)
    found = external_identities.of_account(session, account.id) if account and account.id else []
    return [ExternalIdentityPublic.model_validate(row) for row in found]


@routes.delete(
    "/account/identities/{identity_id}", status_code=204, summary="Unlink an identity", responses=problems(404)
)
def unlink_identity(identity_id: RowId, who: Who, session: Writing) -> None:
    """It does not sign in as this account any more."""
    account = accounts.get(session, who.name)
    row = external_identities.unlink(session, account.id or 0, identity_id)
    audit.about(session, who.name, row.issuer)


def _redirect_uri(request: Request, services: Services) -> str:
    """Below the public address, or where the browser is if there is no proxy; its host is one that the server knows."""
    public = services.settings.public
    if public.origin:
        return f"{public}{_BACK}"
    return f"{request.url.scheme}://{request.headers['host']}{_BACK}"


def _cookie(services: Services) -> str:
    return f"gsl-oidc-{services.settings.port}"


def _refused(services: Services, detail: str, status: int) -> Response:
    text = _REFUSED.format(detail=escape(detail), page=escape(path_of(services)))
    answer = HTMLResponse(text, status, headers=_NO_STORE)
    answer.delete_cookie(_cookie(services), path=path_of(services))
    return answer
