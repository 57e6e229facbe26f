"""Gates whose time has come: at its deadline, one is decided as the run's settings say, or announced again; one whose
policy waits for its hours opens when they begin.

Called by the reaper. The run is locked, so that a person who decides at the same moment is before or after.
"""

import logging
from collections.abc import Callable

from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.models import Gate, Run
from gsl.backend.domain.identity import DEADLINE
from gsl.backend.errors import ProblemError
from gsl.backend.services.app_services import Services
from gsl.backend.services.gates import approve, reject
from gsl.backend.services.policies import apply_in_hours
from gsl.backend.store import audit, gates, policies, runs, webhooks
from gsl.backend.store.configs import config_of, read_only
from gsl.backend.store.jobs.status import record_event
from gsl.protocol.api import GateApprove, GateReject

_WHY = "nobody decided before the deadline"
_log = logging.getLogger(__name__)


def meet_deadlines(services: Services) -> list[int]:
    """Returns the runs at whose gates something happened."""
    with services.database.read() as session:
        overdue = gates.overdue(session)
    return [run_id for run_id in overdue if _decided(services, run_id, _pass)]


def open_in_hours(services: Services) -> list[int]:
    """Returns the runs whose gates opened because the hours of their policy have begun."""
    with services.database.read() as session:
        waiting = [gate.run_id for gate, _ in policies.waiting(session)]
    return [run_id for run_id in waiting if _decided(services, run_id, _open)]


def _decided(services: Services, run_id: int, decide: Callable[[Services, Session, int], bool]) -> bool:
    try:
        with services.database.write() as session:
            return decide(services, session, run_id)
    except ProblemError as error:  # concerns this run alone, so the deadlines of others are still met
        _log.warning("cannot decide the gate of run %d, whose time has come: %s", run_id, error)
        return False


def _pass(services: Services, session: Session, run_id: int) -> bool:
    run = runs.locked(session, run_id)
    gate = gates.latest(session, run_id)
    if run_id not in gates.overdue(session) or read_only(run):  # decided meanwhile, or the server cannot go on with it
        return False
    deed = _DEEDS[config_of(run).gate.at_deadline](session, run, gate)
    audit.add(session, DEADLINE, deed, f"run {run_id}", _WHY)
    session.flush()
    services.advance(session, run_id, "gate")
    return True


def _open(services: Services, session: Session, run_id: int) -> bool:
    if read_only(runs.locked(session, run_id)):
        return False
    opened = [apply_in_hours(session, gate, said) for gate, said in policies.waiting(session) if gate.run_id == run_id]
    if any(opened):
        session.flush()
        services.advance(session, run_id, "gate")
    return any(opened)


def _approve(session: Session, run: Run, gate: Gate) -> str:
    approve(session, run, GateApprove(reason=_WHY), DEADLINE)
    return "approve gate"


def _reject(session: Session, run: Run, gate: Gate) -> str:
    reject(session, run, GateReject(action="stop", reason=_WHY), DEADLINE)
    return "reject gate"


def _keep_waiting(session: Session, run: Run, gate: Gate) -> str:
    gate.reminded_at = now()
    record_event(session, DEADLINE, "deadline passed", "the gate keeps waiting", run_id=run.id)
    webhooks.tell_of_gate(session, run, gate, "keep waiting", f"{gate.evidence['why']}; {_WHY}")
    return "keep waiting at gate"


_DEEDS = {"approve": _approve, "reject": _reject, "keep waiting": _keep_waiting}
