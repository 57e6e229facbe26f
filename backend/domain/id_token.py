"""What a provider says of a person, and whether it is true: OpenID Connect Core 1.0, 3.1.3.7. Pure."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gsl.backend.errors import ForbiddenError

SIGNED_BY = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Algorithms with a public key: with a shared one, whoever knows the key could sign too, and `none` proves nothing."""
_LEEWAY_S = 60


@dataclass(frozen=True)
class Person:
    """Issuer and subject say who it is; everything else is only information, and may change."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    email_is_verified: bool = False


@dataclass(frozen=True)
class Expected:
    """What the token of one sign-in must say."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str = ""
    algorithms: frozenset[str] = frozenset({"RS256"})


def verified(token: str, keys: KeySet, expected: Expected) -> Person:
    """Raises `ForbiddenError` with what is wrong, and `joserfc.errors.JoseError` if none of the keys can tell."""
    algorithms = sorted(expected.algorithms & SIGNED_BY)
    if not algorithms:  # an empty list would let the library choose
        raise ForbiddenError(
            "The provider signs with no algorithm that has a public key, so its answers prove nothing."
        )
    decoded = jwt.decode(token, keys, algorithms=algorithms)
    required = {"iss": expected.issuer, "aud": expected.client_id}
    params = {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token}
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        options={name: {"essential": True, "value": value} for name, value in required.items()},
        params=params,
    )
    try:
        claims.validate(now=int(time.time()), leeway=_LEEWAY_S)
    except JoseError as error:
        raise ForbiddenError(f"The provider's answer is not for this sign-in ({error}). Try again.") from None
    return _person(claims)


def _person(claims: Mapping[str, Any]) -> Person:
    return Person(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        name=str(claims.get("preferred_username") or claims.get("name") or ""),
        email=str(claims.get("email") or ""),
        email_is_verified=claims.get("email_verified") is True,
    )


def check_domain(person: Person, domains: Iterable[str]) -> None:
    """Raises `ForbiddenError` unless the address is verified and of one of the domains, if there are any."""
    allowed = sorted(domains)
    if not allowed:
        return
    if not person.email_is_verified:
        raise ForbiddenError("The provider has not verified your e-mail address, which this server asks for.")
    if person.email.rpartition("@")[2].lower() not in allowed:
        raise ForbiddenError(f"This server is for e-mail addresses of {', '.join(allowed)}; yours is {person.email}.")


def account_name(person: Person) -> str:
    """A name for a new account: at most 45 letters, so that a number fits behind it."""
    wanted = (person.name if "@" not in person.name else "") or person.email.partition("@")[0]
    name = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower()).strip("._-")
    return name[:45] or "person"
