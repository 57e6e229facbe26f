"""The provider of OpenID Connect: its metadata and keys, which are kept for a while, and the exchange of a code."""

import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gsl.backend.db.account_models import OidcAttempt
from gsl.backend.domain.id_token import Expected, Person, verified
from gsl.backend.errors import ForbiddenError, UnavailableError
from gsl.backend.settings import Settings

_KEPT_S = 600.0
_PATIENCE_S = 10.0
_SCOPE = "openid profile email"


@dataclass(frozen=True)
class _Known:
    """What the provider publishes, and when it was asked."""

    metadata: dict[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One that the settings name. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._known: _Known | None = None

    def address(self, attempt: OidcAttempt) -> str:
        """Where the browser goes: authorization code flow with PKCE. Raises `UnavailableError`."""
        metadata = self._ask().metadata
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                self._settings.oidc_client_id,
                "code",
                attempt.redirect_uri,
                _SCOPE,
                attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.code_verifier),
                code_challenge_method="S256",
            )
        )

    def redeem(self, code: str, attempt: OidcAttempt) -> Person:
        """Who came back with the code. Raises `ForbiddenError` and `UnavailableError`."""
        known = self._ask()
        tokens = self._exchange(known.metadata, code, attempt)
        published = known.metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        expected = Expected(
            self._settings.oidc_issuer,
            self._settings.oidc_client_id,
            attempt.nonce,
            str(tokens.get("access_token", "")),
            frozenset(published),
        )
        token = str(tokens.get("id_token", ""))
        try:
            return verified(token, known.keys, expected)
        except JoseError:  # the provider may have new keys since it was asked
            try:
                return verified(token, self._ask(afresh=True).keys, expected)
            except JoseError as error:
                raise ForbiddenError(f"The provider's answer is not signed as it should be ({error}).") from None

    def _exchange(self, metadata: dict[str, Any], code: str, attempt: OidcAttempt) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.code_verifier, "client_id": self._settings.oidc_client_id,
        }  # fmt: skip
        secret = self._settings.oidc_client_secret.get_secret_value()
        basic = None
        if secret and "client_secret_basic" in metadata.get("token_endpoint_auth_methods_supported", _BASIC):
            basic = (quote(self._settings.oidc_client_id, safe=""), quote(secret, safe=""))  # RFC 6749, 2.3.1
        elif secret:
            form["client_secret"] = secret
        answer = _send("POST", metadata["token_endpoint"], data=form, auth=basic)
        if answer.status_code >= 500:
            raise UnavailableError(f"The provider answered with status {answer.status_code}. Try again later.")
        if answer.is_error:
            raise ForbiddenError("The provider did not accept the sign-in: it was used, or is too old. Try again.")
        return _json(answer)

    def _ask(self, afresh: bool = False) -> _Known:
        with self._lock:
            known = self._known
            if known is None or afresh or time.monotonic() - known.at > _KEPT_S:
                self._known = known = self._discover()
            return known

    def _discover(self) -> _Known:
        issuer = self._settings.oidc_issuer
        metadata = _json(_send("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        if metadata.get("issuer") != issuer:
            named = metadata.get("issuer")
            raise UnavailableError(f"GSL_OIDC_ISSUER is {issuer}, but the provider there calls itself {named}.")
        try:
            keys = KeySet.import_key_set(_json(_send("GET", metadata["jwks_uri"])))  # type: ignore[arg-type]  # checked there
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise UnavailableError(f"The provider's keys cannot be read ({error!r}).") from None
        return _Known(metadata, keys, time.monotonic())


_BASIC = ("client_secret_basic",)
"""What a provider accepts that does not say."""


def _send(method: str, url: str, **options: Any) -> httpx.Response:
    try:
        return httpx.request(method, url, timeout=_PATIENCE_S, headers={"Accept": "application/json"}, **options)
    except httpx.HTTPError as error:
        raise UnavailableError(f"The sign-in provider cannot be reached ({error}). Try again later.") from None


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.raise_for_status().json()
    except (httpx.HTTPStatusError, ValueError):
        raise UnavailableError(f"The sign-in provider gave no usable answer at {answer.url}.") from None
    if not isinstance(document, dict):
        raise UnavailableError(f"The sign-in provider gave no usable answer at {answer.url}.")
    return document
