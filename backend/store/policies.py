"""Policies by name and version, what they said of gates, and the past gates to try them on."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from gsl.backend.db.models import Gate, Job, Run
from gsl.backend.db.policy_models import GateVerdict, Policy, PolicyVersion
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, NotFoundError
from gsl.backend.store import reach
from gsl.config.gate_policy import PolicyConditions
from gsl.protocol.api import PolicyPublic, PolicyVerdict, PolicyVersionPublic
from gsl.protocol.jobs import ENDED

SPECIALISTS = Gate.reason_asked == "specialists"


def find(session: Session, name: str) -> Policy | None:
    return session.exec(select(Policy).where(Policy.name == name)).first()


def get(session: Session, name: str) -> Policy:
    """Raises `NotFoundError`."""
    found = find(session, name)
    if found is None:
        raise NotFoundError.of("policy", name)
    return found


def store(session: Session, name: str, conditions: PolicyConditions, note: str, who: str) -> PolicyVersion:
    """The next version of the policy, or the first of a new one, which is `who`'s."""
    policy = find(session, name)
    try:
        with session.begin_nested():
            if policy is None:
                policy = Policy(name=name, owner=who)
                session.add(policy)
                session.flush()
            assert policy.id is not None
            newest = _newest(session, policy)
            row = PolicyVersion(
                policy_id=policy.id, version=newest.version + 1 if newest else 1,
                conditions=conditions.model_dump(mode="json"), note=note, created_by=who,
            )  # fmt: skip
            session.add(row)
    except IntegrityError:
        raise ConflictError(f"Somebody else has just stored the policy {name}. Look at it and try again.") from None
    return row


def version_of(session: Session, policy: Policy, version: int | None) -> PolicyVersion:
    """The version, or the newest. Raises `NotFoundError`."""
    found = _newest(session, policy) if version is None else session.get(PolicyVersion, (policy.id, version))
    if found is None:
        raise NotFoundError(f"The policy {policy.name} has no version {version}.")
    return found


def _newest(session: Session, policy: Policy) -> PolicyVersion | None:
    mine = select(PolicyVersion).where(PolicyVersion.policy_id == policy.id)
    return session.exec(mine.order_by(col(PolicyVersion.version).desc())).first()


def public(session: Session, policy: Policy) -> PolicyPublic:
    mine = select(PolicyVersion).where(PolicyVersion.policy_id == policy.id)
    versions = session.exec(mine.order_by(col(PolicyVersion.version).desc()))
    shown = tuple(PolicyVersionPublic.model_validate(row) for row in versions)
    return PolicyPublic.model_validate({**policy.model_dump(), "versions": shown})


def listed(session: Session) -> list[PolicyPublic]:
    return [public(session, policy) for policy in session.exec(select(Policy).order_by(col(Policy.name)))]


def remember(session: Session, gate: Gate, verdict: PolicyVerdict) -> None:
    """What was said of the gate."""
    said = verdict.model_dump(include={"policy", "version", "opens", "waits"})
    assert gate.id is not None
    session.add(GateVerdict(gate_id=gate.id, reasons=list(verdict.reasons), **said))


def verdicts(session: Session, gate_ids: Sequence[int | None]) -> dict[int, PolicyVerdict]:
    rows = session.exec(select(GateVerdict).where(col(GateVerdict.gate_id).in_(gate_ids)))
    return {row.gate_id: PolicyVerdict.model_validate(row) for row in rows}


def waiting(session: Session) -> list[tuple[Gate, GateVerdict]]:
    """Open gates of runs that have not ended whose policy waits for its hours."""
    query = select(Gate, GateVerdict).join(GateVerdict, col(GateVerdict.gate_id) == col(Gate.id))
    query = query.join(Run, col(Run.id) == col(Gate.run_id)).where(col(GateVerdict.waits), Gate.status == "open")
    return list(session.exec(query.where(col(Run.status).not_in(ENDED))))


def conditions_of(session: Session, verdict: GateVerdict) -> PolicyConditions | None:
    """Those by which it was said; None if the policy is disabled or gone, so that they do not count any more."""
    policy = find(session, verdict.policy)
    row = None if policy is None or policy.disabled else session.get(PolicyVersion, (policy.id, verdict.version))
    return None if row is None else PolicyConditions.model_validate(row.conditions)


def past_gates(
    session: Session, who: Identity, suite: str | None, experiment_id: int | None, limit: int
) -> list[tuple[Gate, Run]]:
    """Gates that asked about specialists, of runs that this person sees, newest first."""
    narrowed: list[Any] = [*reach.visible(who, Run.project_id), col(Run.deleted_at).is_(None)]
    narrowed += [Run.suite == suite] if suite is not None else []
    narrowed += [Run.experiment_id == experiment_id] if experiment_id is not None else []
    query = select(Gate, Run).join(Run, col(Run.id) == col(Gate.run_id)).where(SPECIALISTS, *narrowed)
    return list(session.exec(query.order_by(col(Gate.id).desc()).limit(limit)))


def epochs_before(session: Session, gates: Sequence[Gate]) -> list[int]:
    """Of each gate the epochs of its cycle's generalist, some of which may have come after it."""
    cycle = (Job.run_id, Job.cycle)
    query = select(*cycle, func.sum(Job.epochs)).where(Job.kind == "generalist").group_by(*map(col, cycle))
    rows = session.exec(query.where(col(Job.run_id).in_({gate.run_id for gate in gates})))
    epochs = {(run_id, number): int(total) for run_id, number, total in rows}
    return [epochs.get((gate.run_id, gate.cycle), 0) for gate in gates]


def gate_before_cycle(session: Session, gate: Gate) -> Gate | None:
    """The last gate of the previous cycle."""
    earlier = (Gate.run_id == gate.run_id, Gate.cycle == gate.cycle - 1, SPECIALISTS)
    return session.exec(select(Gate).where(*earlier).order_by(col(Gate.id).desc())).first()
