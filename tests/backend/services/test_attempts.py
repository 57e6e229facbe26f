"""How often a password may be tried."""

import pytest

from gsl.backend.errors import TooManyError
from gsl.backend.services.attempts import OF_ONE_ADDRESS, OF_ONE_NAME, OF_ONE_NAME_AND_ADDRESS, WITHIN_S, Attempts


def tried(attempts: Attempts, names: list[str], addresses: list[str]) -> int:
    """How many of these attempts were let through before the first that was not."""
    for number, (name, address) in enumerate(zip(names, addresses, strict=True)):
        try:
            attempts.begin(name, address)
        except TooManyError:
            return number
    return len(names)


def test_one_name_at_one_address_and_each_alone_have_limits() -> None:
    many = [str(number) for number in range(200)]
    assert tried(Attempts(), ["ada"] * 200, ["here"] * 200) == OF_ONE_NAME_AND_ADDRESS
    assert tried(Attempts(), many, ["here"] * 200) == OF_ONE_ADDRESS
    assert tried(Attempts(), ["ada"] * 200, many) == OF_ONE_NAME


def test_others_are_not_kept_out_and_time_forgives() -> None:
    clock = [0.0]
    attempts = Attempts(lambda: clock[0])
    tried(attempts, ["ada"] * 20, ["here"] * 20)
    attempts.begin("max", "here")
    attempts.begin("ada", "there")
    clock[0] = 60.0
    with pytest.raises(TooManyError) as refused:
        attempts.begin("ada", "here")
    assert refused.value.headers == {"Retry-After": f"{WITHIN_S - 60:.0f}"}
    clock[0] = WITHIN_S + 1
    attempts.begin("ada", "here")


def test_success_forgives_the_name_here_alone() -> None:
    attempts = Attempts()
    for _ in range(3 * OF_ONE_NAME_AND_ADDRESS):
        attempts.begin("ada", "here")
        attempts.succeeded("ada", "here")
    assert tried(attempts, ["ada"] * 20, ["here"] * 20) == OF_ONE_NAME_AND_ADDRESS
