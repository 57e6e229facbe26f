"""The rule of projects, as a table: the role that each kind of sender has at what belongs to project 1, 2 or none."""

from typing import Any

import pytest

from gsl.backend.domain.identity import Identity
from gsl.protocol.api import Role

MEMBERSHIPS = {1: "member", 2: "viewer"}


def person(role: Role, **fields: Any) -> Identity:
    return Identity("max", "token", role, 1, 1, **{"scope_role": role, **fields})


@pytest.mark.parametrize(
    ("who", "in_1", "in_2", "in_3", "elsewhere"),
    [
        (person("admin"), "admin", "admin", "admin", "admin"),
        (person("viewer", scope_role="admin", only_reads=True), "viewer", "viewer", "viewer", "viewer"),
        (person("admin", only_project=1), "admin", None, None, None),
        (person("member", projects=MEMBERSHIPS), "member", "viewer", None, "member"),
        (person("viewer", projects=MEMBERSHIPS), "member", "viewer", None, "viewer"),
        (person("viewer", projects=MEMBERSHIPS, only_reads=True), "viewer", "viewer", None, "viewer"),
        (person("member", projects=MEMBERSHIPS, only_project=2), None, "viewer", None, None),
        (person("member"), None, None, None, "member"),
    ],
)
def test_the_role_in_each_place(who: Identity, in_1: Role, in_2: Role, in_3: Role, elsewhere: Role) -> None:
    assert [who.role_in(project) for project in (1, 2, 3, None)] == [in_1, in_2, in_3, elsewhere]


@pytest.mark.parametrize(
    ("who", "reads", "changes", "manages"),
    [
        (person("viewer"), True, False, False),
        (person("viewer", projects=MEMBERSHIPS), True, True, False),
        (person("viewer", projects=MEMBERSHIPS, only_reads=True), True, False, False),
        (person("viewer", projects={2: "viewer"}), True, False, False),
        (person("admin", only_project=1), True, True, False),
        (person("admin"), True, True, True),
        (Identity("gpu-1", "worker", None), False, False, False),
    ],
)
def test_a_route_is_open_to_whoever_may_use_it_somewhere(
    who: Identity, reads: bool, changes: bool, manages: bool
) -> None:
    assert (who.may("viewer"), who.may("member"), who.may("admin")) == (reads, changes, manages)
