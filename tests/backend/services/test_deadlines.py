"""Gates whose deadline passes: decided once, as the settings say, and recorded as what they are."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.account_models import AuditEntry
from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate
from gsl.backend.db.webhook_models import Webhook, WebhookMessage
from gsl.backend.domain.webhook_messages import Message
from gsl.backend.services.app_services import Services
from gsl.backend.services.deadlines import meet_deadlines
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE

HOUR = timedelta(hours=1)


def waiting(api: ApiDriver, at_deadline: str, hours: float = 1, **gate: Any) -> int:
    settings = {"mode": "ask", "deadline_hours": hours, "at_deadline": at_deadline, **gate}
    return api.at_the_gate(config={"gate": settings})


def pass_time(services: Services) -> None:
    with services.database.write() as session:
        for gate in session.exec(select(Gate)):
            gate.deadline_at = now() - timedelta(seconds=1)


def noted(services: Services) -> list[tuple[str, str, str]]:
    with services.database.read() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.who == "deadline"))
        return [(entry.what, entry.subject, entry.detail) for entry in entries]


@pytest.mark.parametrize(
    ("at_deadline", "deed", "action", "status"),
    [("approve", "approve gate", "approve", "specialists"), ("reject", "reject gate", "stop", "succeeded")],
)
def test_the_deadline_decides_once(
    api: ApiDriver, services: Services, at_deadline: str, deed: str, action: str, status: str
) -> None:
    run = waiting(api, at_deadline)
    before = api.get(f"/runs/{run}/gate")
    assert before["at_deadline"] == at_deadline
    assert meet_deadlines(services) == []
    pass_time(services)
    assert meet_deadlines(services) == [run]
    assert meet_deadlines(services) == []
    gate = api.get(f"/runs/{run}/gate")
    assert (gate["action"], gate["decided_by"]) == (action, "deadline")
    assert (gate["decision"] == gate["proposal"]) == (action == "approve")
    assert api.get(f"/runs/{run}")["status"] == status
    assert noted(services) == [(deed, f"run {run}", "nobody decided before the deadline")]


@ON_SQLITE
def test_a_gate_that_keeps_waiting_is_announced_once_more(api: ApiDriver, services: Services) -> None:
    with services.database.write() as session:
        session.add(
            Webhook(url="https://chat.example.org", secret="whsec_", format="slack", events=["approval.needed"])
        )
    run = waiting(api, "keep waiting")
    pass_time(services)
    assert meet_deadlines(services) == [run]
    assert meet_deadlines(services) == []
    with services.database.read() as session:
        texts = [
            Message(row.key, row.event, row.data, row.created_at).body("slack", "http://lab").decode()
            for row in session.exec(select(WebhookMessage))
        ]
    assert ["announced again at" in text for text in texts] == [True, False]
    assert "nobody decided" in texts[1]
    api.post(f"/runs/{run}/gate/approve", {})
    assert api.get(f"/runs/{run}/gate")["decided_by"] == "owner"


@ON_SQLITE
def test_whoever_decides_in_time_is_not_overruled(api: ApiDriver, services: Services) -> None:
    run, cancelled = waiting(api, "approve"), waiting(api, "approve")
    api.post(f"/runs/{run}/gate/reject", {"action": "stop"})
    api.post(f"/runs/{cancelled}/cancel")
    pass_time(services)
    assert meet_deadlines(services) == []
    assert api.get(f"/runs/{run}/gate")["decided_by"] == "owner"


@ON_SQLITE
def test_a_gate_has_the_deadline_of_its_settings_or_none(api: ApiDriver) -> None:
    gate = api.get(f"/runs/{waiting(api, 'reject', hours=2.5)}/gate")
    opened, until = gate["created_at"], gate["deadline_at"]
    assert until.split("T")[0] >= opened.split("T")[0]
    assert api.get(f"/runs/{api.at_the_gate()}/gate")["deadline_at"] is None


@ON_SQLITE
@pytest.mark.parametrize(
    ("gate", "field"),
    [
        ({"at_deadline": "approve"}, "config.gate.at_deadline"),
        ({"deadline_hours": 0}, "config.gate.deadline_hours"),
        ({"deadline_hours": 1, "at_deadline": "maybe"}, "config.gate.at_deadline"),
    ],
)
def test_settings_that_do_not_fit_together_are_named(api: ApiDriver, gate: dict[str, Any], field: str) -> None:
    answer = api.post("/runs", {"preset": "forkmaze-quick", "config": {"gate": gate}}, 422)
    assert [error["field"] for error in answer["errors"]] == [field]
