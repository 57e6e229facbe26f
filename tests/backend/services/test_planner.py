"""Plans as rows, on both databases: the whole way, two ends at once, decisions, pause and cancel."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from gsl.backend.db.models import Event
from gsl.backend.errors import ConflictError, InvalidError
from gsl.backend.services import gates as decisions
from gsl.backend.services.app_services import Services
from gsl.backend.store import runs
from gsl.protocol.api import GateApprove, GateReject
from tests.backend.services.workers import claim, finish, gates, jobs, keys, launch, run_of, work


def to_the_gate(services: Services, **parts: Any) -> int:
    run_id = launch(services, **parts)
    work(services, jobs(services, run_id, "queued")[0])
    work(services, jobs(services, run_id, "queued")[0])
    return run_id


def approve(services: Services, run_id: int, **edits: Any) -> None:
    with services.database.write() as session:
        decisions.approve(session, runs.locked(session, run_id), GateApprove.model_validate(edits), "person")
        services.advance(session, run_id)


def request(services: Services, run_id: int, what: str) -> None:
    with services.database.write() as session:
        runs.locked(session, run_id).desired_state = what
        services.advance(session, run_id)


def test_the_whole_way_through_an_edited_approval(services: Services) -> None:
    run_id = to_the_gate(services)
    assert run_of(services, run_id).status == "awaiting_approval"
    [gate] = gates(services, run_id)
    assert [row["variation"] for row in gate.evidence["variations"]] == [0, 1, 2, 3]
    assert gate.evidence["plateau"]["detected_epoch"] == 2
    approve(services, run_id, partition=[[3]], reason="the hardest alone")
    assert keys(services, run_id, "queued") == ["specialist-1-1", "demonstrations-1-0", "evaluation-before"]
    assert jobs(services, run_id, "queued")[0].spec["variations"] == [3]
    while waiting := jobs(services, run_id, "queued"):
        work(services, waiting[0])
    run = run_of(services, run_id)
    assert (run.status, run.phase) == ("succeeded", "evaluation")
    assert keys(services, run_id)[-2:] == ["finetune-1", "evaluation-final"]
    assert jobs(services, run_id)[-2].start_steps == 4096 * 4 + 100
    assert (run.spent_steps, run.measurement_steps) == (4096 * 6 + 100, 50 + 150 + 150)
    assert [job.steps for job in jobs(services, run_id) if job.kind == "evaluation"] == [100, 0, 0]


def test_automatic_approval_needs_nobody(services: Services) -> None:
    run_id = to_the_gate(services, gate={"mode": "auto"})
    [gate] = gates(services, run_id)
    assert (gate.status, gate.decided_by, gate.decision) == ("approved", "automatic approval", gate.proposal)
    assert run_of(services, run_id).status == "specialists"


def test_status_follows_the_claim(services: Services) -> None:
    run_id = launch(services)
    assert run_of(services, run_id).status == "queued"
    claim(services, jobs(services, run_id)[0])
    assert run_of(services, run_id).status == "generalist"


def test_advancing_again_changes_nothing(services: Services) -> None:
    run_id = to_the_gate(services)
    before = run_of(services, run_id)
    for _ in range(3):
        with services.database.write() as session:
            services.advance(session, run_id)
    assert run_of(services, run_id) == before
    assert len(gates(services, run_id)) == 1


def test_specialists_that_end_at_the_same_moment_are_planned_for_once(services: Services) -> None:
    run_id = to_the_gate(services, gate={"mode": "auto"})
    held = [(job, claim(services, job)) for job in jobs(services, run_id, "queued")]
    _at_once(lambda job, attempt: finish(services, job, attempt), held)
    assert sorted(keys(services, run_id, "queued")) == ["demonstrations-1-1", "demonstrations-1-2"]
    held = [(job, claim(services, job)) for job in jobs(services, run_id, "queued")]
    _at_once(lambda job, attempt: finish(services, job, attempt), held)
    assert keys(services, run_id, "queued") == ["finetune-1"]


def test_planners_at_the_same_moment_plan_once(services: Services) -> None:
    run_id = launch(services)

    def advance(number: int) -> None:
        with services.database.write() as session:
            services.advance(session, run_id)

    _at_once(advance, [(number,) for number in range(8)])
    assert keys(services, run_id) == ["generalist-1"]


def test_a_gate_is_decided_once(services: Services) -> None:
    run_id = to_the_gate(services)
    outcomes: list[str] = []

    def decide(number: int) -> None:
        try:
            approve(services, run_id)
            outcomes.append("approved")
        except ConflictError:
            outcomes.append("conflict")

    _at_once(decide, [(number,) for number in range(4)])
    assert sorted(outcomes) == ["approved", "conflict", "conflict", "conflict"]


def test_wrong_edits_leave_the_gate_open(services: Services) -> None:
    run_id = to_the_gate(services)
    with pytest.raises(InvalidError, match="77"):
        approve(services, run_id, partition=[[77]])
    assert gates(services, run_id)[0].status == "open"
    assert run_of(services, run_id).status == "awaiting_approval"


def test_rejected_with_continue_trains_the_next_segment(services: Services) -> None:
    run_id = to_the_gate(services)
    with services.database.write() as session:
        body = GateReject(action="continue", reason="too early")
        decisions.reject(session, runs.locked(session, run_id), body, "person")
        services.advance(session, run_id)
    assert keys(services, run_id, "queued") == ["generalist-2"]
    while waiting := jobs(services, run_id, "queued"):
        work(services, waiting[0])
    assert [gate.segment for gate in gates(services, run_id)] == [1, 2]


def test_too_few_specialists_ask_and_take_no_edits(services: Services) -> None:
    run_id = to_the_gate(services, gate={"mode": "auto"}, specialists={"min_share": 1.0})
    first, second, shown, before = jobs(services, run_id, "queued")
    finish(services, first, claim(services, first), "failed", "Traceback\nValueError: no goal")
    for job in (second, shown, before):
        work(services, job)
    work(services, jobs(services, run_id, "queued")[0])
    run = run_of(services, run_id)
    assert run.status == "awaiting_approval"
    [warning] = run.warnings
    assert "ValueError: no goal" in warning
    with pytest.raises(InvalidError) as refused:
        approve(services, run_id, specialist_steps=1)
    assert [error.field for error in refused.value.errors] == ["specialist_steps"]
    approve(services, run_id)
    assert jobs(services, run_id, "queued")[0].spec["demonstrations"] == ["demonstrations-1-0", "demonstrations-1-2"]


def test_pause_and_resume(services: Services) -> None:
    run_id = to_the_gate(services, gate={"mode": "auto"})
    running = jobs(services, run_id, "queued")[0]
    attempt = claim(services, running)
    request(services, run_id, "pause")
    assert keys(services, run_id, "paused") == ["specialist-1-2", "demonstrations-1-0", "evaluation-before"]
    assert run_of(services, run_id).status == "specialists"
    finish(services, running, attempt, "paused")
    assert run_of(services, run_id).status == "paused"
    request(services, run_id, "run")
    assert run_of(services, run_id).status == "specialists"
    assert len(keys(services, run_id, "queued")) == 4  # the measurement of "before" too


def test_cancel_withdraws_what_waits_and_stops_what_runs(services: Services) -> None:
    run_id = to_the_gate(services, gate={"mode": "auto"})
    running = jobs(services, run_id, "queued")[0]
    attempt = claim(services, running)
    request(services, run_id, "cancel")
    assert keys(services, run_id, "cancelled") == ["specialist-1-2", "demonstrations-1-0", "evaluation-before"]
    finish(services, running, attempt, "cancelled")
    run = run_of(services, run_id)
    assert run.status == "cancelled"
    assert run.ended_at is not None


def test_a_failed_generalist_fails_the_run_with_its_reason(services: Services) -> None:
    run_id = launch(services)
    job = jobs(services, run_id)[0]
    finish(services, job, claim(services, job), "failed", "Traceback\nRuntimeError: out of memory")
    run = run_of(services, run_id)
    assert (run.status, run.message) == ("failed", "generalist-1 failed: RuntimeError: out of memory")


def test_events_tell_what_happened(services: Services) -> None:
    run_id = to_the_gate(services)
    approve(services, run_id, reason="go")
    with services.database.read() as session:
        told = [event.what for event in session.exec(select(Event).where(Event.run_id == run_id))]
    for what in (
        "queued",
        "generalist",
        "evaluation",
        "gate opened",
        "awaiting_approval",
        "gate approved",
        "specialists",
    ):
        assert what in told


def _at_once(do: Callable[..., None], arguments: Sequence[tuple[Any, ...]]) -> None:
    """Call `do` with each tuple of arguments, all released at the same moment; what one raises is raised here."""
    barrier = threading.Barrier(len(arguments))

    def go(args: tuple[Any, ...]) -> None:
        barrier.wait()
        do(*args)

    with ThreadPoolExecutor(len(arguments)) as threads:
        for _ in threads.map(go, arguments):
            pass
