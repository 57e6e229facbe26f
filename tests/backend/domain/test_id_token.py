"""An ID token counts only if the provider signed it for this server, this sign-in and now."""

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, RSAKey

from gsl.backend.domain.id_token import Expected, Person, account_name, verified
from gsl.backend.errors import ForbiddenError

KEY = RSAKey.generate_key(2048, {"kid": "1"})
KEYS = KeySet([KEY])
EXPECTED = Expected("https://login.example", "gsl-lab", "n", "at")


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    own = {"iss": "https://login.example", "aud": "gsl-lab", "sub": "1", "nonce": "n", "iat": now, "exp": now + 300}
    return {name: value for name, value in {**own, **changes}.items() if value is not None}


def signed(key: Any = KEY, algorithm: str = "RS256", **changes: Any) -> str:
    return jwt.encode({"alg": algorithm, "kid": "1"}, claims(**changes), key, algorithms=[algorithm])


def test_a_good_token_names_the_person() -> None:
    token = signed(email="ada@lab.example", email_verified=True, preferred_username="ada")
    assert verified(token, KEYS, EXPECTED) == Person("https://login.example", "1", "ada", "ada@lab.example", True)
    assert verified(signed(email_verified="true"), KEYS, EXPECTED).email_is_verified is False


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"}, {"aud": None}, {"iss": "https://evil.example"}, {"iss": None}, {"nonce": "m"},
        {"nonce": None}, {"exp": 1}, {"exp": None}, {"iat": None}, {"sub": None}, {"nbf": 9_999_999_999},
        {"azp": "another"}, {"aud": ["gsl-lab", "another"], "azp": "another"}, {"at_hash": "of-another"},
    ],
)  # fmt: skip
def test_a_token_for_something_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ForbiddenError):
        verified(signed(**changes), KEYS, EXPECTED)


def test_a_token_that_the_provider_did_not_sign_is_refused() -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "1"})
    shared = OctKey.generate_key(256, {"kid": "1"})
    tokens = [signed(stranger), signed(shared, "HS256"), signed() + "x", "", "a.b.c"]
    for token in tokens:
        with pytest.raises(JoseError):
            verified(token, KEYS, EXPECTED)
    with pytest.raises(ForbiddenError, match="public key"):
        verified(signed(), KEYS, Expected("https://login.example", "gsl-lab", "n", algorithms=frozenset({"HS256"})))


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (Person("i", "1", "Ada Lovelace", ""), "ada-lovelace"),
        (Person("i", "1", "ada@lab.example", "a.l@lab.example"), "a.l"),
        (Person("i", "1", "愛", "愛@lab.example"), "person"),
        (Person("i", "1", "x" * 80, ""), "x" * 45),
    ],
)
def test_a_new_account_s_name_is_one_that_accounts_may_have(person: Person, name: str) -> None:
    assert account_name(person) == name
