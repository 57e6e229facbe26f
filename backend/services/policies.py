"""Policies at work: on a gate that opens, and, as a dry run, on gates of the past."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from statistics import fmean

from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate, Run
from gsl.backend.db.policy_models import GateVerdict
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.store import audit, plateau_replay, policies
from gsl.backend.store.configs import config_of, read_only
from gsl.backend.store.jobs.status import record_event
from gsl.config.gate_policy import PolicyConditions
from gsl.config.plateau import PlateauSettings
from gsl.config.run import RunConfig
from gsl.config.suites import SuiteSettings
from gsl.method.gate_policy import GateFacts, PlateauFound, judge, judge_hours
from gsl.protocol.api import DryRunCreate, DryRunGate, DryRunPublic, GateEvidence, GateProposal, PolicyVerdict

MOST_EPOCHS = 30_000
"""On which a dry run judges a plateau, all gates together: a second of processor time."""


def check_known(session: Session, configs: Iterable[tuple[str, RunConfig]]) -> None:
    """Raises `InvalidError` if a configuration, at this field of the request, names a policy that is not stored."""
    for field, config in configs:
        name, version = config.gate.policy, config.gate.policy_version
        if name is None:
            continue
        policy = policies.find(session, name)
        if policy is None:
            raise InvalidError.field(f"{field}.gate.policy", f"there is no policy {name}; GET /policies lists them")
        known = [each.version for each in policies.public(session, policy).versions]
        if version is not None and version not in known:
            raise InvalidError.field(f"{field}.gate.policy_version", f"must be one of {', '.join(map(str, known))}")


def apply(session: Session, run: Run, gate: Gate, config: RunConfig) -> None:
    """Ask the run's policy about a gate that has just opened; one that it lets open is decided. With the run locked."""
    if config.gate.policy is None or gate.reason_asked != "specialists" or gate.status != "open":
        return
    verdict = _verdict(session, gate, config, config.gate.policy)
    policies.remember(session, gate, verdict)
    if verdict.opens:
        _open(session, gate, verdict.policy, verdict.version, verdict.reasons)


def apply_in_hours(session: Session, gate: Gate, said: GateVerdict) -> bool:
    """Open a gate that only waited for its policy's hours, if they have begun. With the run locked."""
    conditions = policies.conditions_of(session, said)
    timely, hours = (False, ()) if conditions is None else judge_hours(conditions, now())
    if not timely:
        return False
    said.opens, said.waits, said.reasons = True, False, [*said.reasons[:-1], *hours]
    _open(session, gate, said.policy, said.version, said.reasons)
    record_event(session, gate.decided_by or "", "gate approved", gate.reason, run_id=gate.run_id)
    return True


def _open(session: Session, gate: Gate, policy: str, version: int | None, reasons: Sequence[str]) -> None:
    gate.status, gate.action, gate.decision = "approved", "approve", gate.proposal
    gate.decided_by = f"policy {policy} version {version}"
    gate.decided_at, gate.reason = now(), "; ".join(reasons)[:2000]
    audit.add(session, gate.decided_by, "approve gate", f"run {gate.run_id}", gate.reason)


def _verdict(session: Session, gate: Gate, config: RunConfig, name: str) -> PolicyVerdict:
    try:
        policy = policies.get(session, name)
        found = policies.version_of(session, policy, config.gate.policy_version)
    except NotFoundError as error:
        return PolicyVerdict(policy=name, version=None, opens=False, reasons=(error.detail,))
    if policy.disabled:
        return PolicyVerdict(policy=name, version=found.version, opens=False, reasons=("the policy is disabled",))
    conditions = PolicyConditions.model_validate(found.conditions)
    said = judge(conditions, facts_of(session, gate, config.suite, conditions))
    return PolicyVerdict(policy=name, version=found.version, opens=said.opens, waits=said.waits, reasons=said.reasons)


def facts_of(session: Session, gate: Gate, suite: SuiteSettings, conditions: PolicyConditions) -> GateFacts:
    """What these conditions are about."""
    proposal = GateProposal.model_validate(gate.proposal)
    score, before = _score(suite, gate), policies.gate_before_cycle(session, gate)
    earlier = None if before is None else _score(suite, before)
    return GateFacts(
        suite=suite.name,
        specialists=len(proposal.partition),
        steps=len(proposal.partition) * proposal.specialist_steps,
        score=score,
        gain=None if score is None or earlier is None else score - earlier,
        at=gate.created_at,
        plateau=None if conditions.plateau is None else _plateau(session, gate, conditions.plateau),
    )


def _plateau(session: Session, gate: Gate, settings: PlateauSettings) -> PlateauFound:
    return plateau_replay.found_before(session, gate, GateEvidence.model_validate(gate.evidence), settings)


def _score(suite: SuiteSettings, gate: Gate) -> float | None:
    """Of the evaluation that the gate's evidence holds."""
    found = GateEvidence.model_validate(gate.evidence).variations
    returns = [each.mean_return for each in found]
    successes = [each.success_rate for each in found if each.success_rate is not None]
    return suite.score(fmean(returns) if returns else None, fmean(successes) if successes else None)


def dry_run(session: Session, asked: DryRunCreate, who: Identity) -> DryRunPublic:
    """Decides nothing. Raises `NotFoundError` for a policy or version that is not stored."""
    conditions = asked.conditions or _stored(session, asked.policy or "", asked.version)
    past = policies.past_gates(session, who, asked.suite, asked.experiment_id, asked.limit)
    readable = [(gate, run) for gate, run in past if not read_only(run)]
    number = _affordable(session, [gate for gate, _ in readable]) if conditions.plateau else len(readable)
    gates = [_tried(session, gate, run, conditions) for gate, run in readable[:number]]
    return _summed(gates, len(past) - len(readable), len(readable) - number)


def _affordable(session: Session, gates: Sequence[Gate]) -> int:
    """How many of the gates, from the first on, can be tried on their training; at least one."""
    epochs = list(accumulate(policies.epochs_before(session, gates)))
    return max(min(1, len(gates)), sum(judged <= MOST_EPOCHS for judged in epochs))


def _stored(session: Session, name: str, version: int | None) -> PolicyConditions:
    policy = policies.get(session, name)
    return PolicyConditions.model_validate(policies.version_of(session, policy, version).conditions)


def _tried(session: Session, gate: Gate, run: Run, conditions: PolicyConditions) -> DryRunGate:
    facts = facts_of(session, gate, config_of(run).suite, conditions)
    said = judge(conditions, facts)
    return DryRunGate(
        gate_id=gate.id or 0, run_id=gate.run_id, run_name=run.name, cycle=gate.cycle, at=gate.created_at,
        opens=said.opens, reasons=said.reasons, specialists=facts.specialists, steps=facts.steps, status=gate.status,
        decided_by=gate.decided_by,
    )  # fmt: skip


def _summed(gates: Sequence[DryRunGate], unreadable: int, left_out: int) -> DryRunPublic:
    opened = [gate for gate in gates if gate.opens]
    return DryRunPublic(
        gates=tuple(gates),
        opened=len(opened),
        steps=sum(gate.steps for gate in opened),
        against=sum(gate.status == "rejected" for gate in opened),
        unreadable=unreadable,
        left_out=left_out,
    )
