"""What an approval of an open gate would start, cost and take, without deciding anything."""

from collections.abc import Sequence

from sqlmodel import Session

from gsl.backend.db.models import Gate, Run
from gsl.backend.domain.line import seconds_queued
from gsl.backend.domain.run_progress import RunProgress, eta, phases
from gsl.backend.domain.run_steps import GateProgress
from gsl.backend.services.gates import edited, open_gate, wrong_fields
from gsl.backend.store import gates, run_progress
from gsl.backend.store.configs import config_of
from gsl.backend.store.jobs import planning
from gsl.config.run import RunConfig
from gsl.config.step_budget import another_epoch_from
from gsl.phases import keys
from gsl.phases.outlay import jobs_after
from gsl.phases.state import GateView, Proposal
from gsl.protocol.api import GateCost, GateEdits, GatePreview, GateProposal
from gsl.protocol.jobs import JobSpec


def preview(session: Session, run: Run, edits: GateEdits) -> GatePreview:
    """Raises `NotFoundError` and `ConflictError` if no gate is open, and `InvalidError` for edits of one that cannot be
    edited. Edits that could not be approved are named in the answer."""
    gate, config = open_gate(session, run), config_of(run)
    decision = edited(gate, edits)
    wrong = wrong_fields(run, decision) if gate.reason_asked == "specialists" else []
    asked = gate.reason_asked == "specialists" and not wrong
    by_script = asked and config.learner.is_tracked
    planned = _planned(session, run, config, gate, decision) if asked and not by_script else ()
    costs = tuple(_costs_to_script(decision, run.total_steps) if by_script else _costs(planned, run.total_steps))
    largest = max((len(part) for part in decision.partition), default=0)
    progress = run_progress.if_decided(session, run, _progress_of(gate, decision))
    specialists, end = _seconds(progress, gate) if asked else (None, None)
    return GatePreview(
        specialists=len(decision.partition),
        variations=sum(map(len, decision.partition)),
        costs=costs,
        spent_steps=run.spent_steps,
        total_steps=run.total_steps,
        left_steps=max(0, run.total_steps - run.spent_steps - sum(cost.steps for cost in costs)),
        plan=tuple(gates.plan_of(config, decision)),
        another_epoch_from=_another_epoch(config, largest, decision.specialist_steps),
        specialists_seconds=specialists,
        end_seconds=end,
        workers=progress.line.slots,
        waits=progress.waits,
        wrong=tuple(wrong),
    )


def _planned(session: Session, run: Run, config: RunConfig, gate: Gate, decision: GateProposal) -> tuple[JobSpec, ...]:
    state = planning.load_state(session, run)
    [view] = [one for one in state.gates if _is(one, gate)]
    split = tuple(tuple(part) for part in decision.partition)
    return jobs_after(config, state, view, Proposal(split, decision.specialist_steps, decision.start))


def _is(view: GateView, gate: Gate) -> bool:
    return (view.cycle, view.segment, view.reason_asked) == (gate.cycle, gate.segment, gate.reason_asked)


def _costs(planned: Sequence[JobSpec], total: int) -> list[GateCost]:
    """Of each kind of job, in the order in which they begin."""
    of_kind: dict[str, list[int]] = {"lowest": [], "specialists": [], "demonstrations": [], "finetune": []}
    for job in planned:
        kind = "specialists" if job.kind == "specialist" else job.kind
        of_kind["lowest" if job.key == keys.lowest(job.cycle) else kind].append(job.budget_steps)
    return [
        GateCost(what=what, jobs=len(steps), steps=sum(steps), share=sum(steps) / total)
        for what, steps in of_kind.items()
        if steps
    ]


def _another_epoch(config: RunConfig, largest: int, steps: int) -> int | None:
    """Of a specialist with so many variations. A script's epochs are as long as it likes."""
    return another_epoch_from(config, largest, steps) if largest and not config.learner.is_tracked else None


def _costs_to_script(decision: GateProposal, total: int) -> list[GateCost]:
    """Of the runs that the script may launch for the specialists, as this one's total allows."""
    count = len(decision.partition)
    steps = count * decision.specialist_steps
    return [GateCost(what="specialists", jobs=count, steps=steps, share=steps / total)]


def _progress_of(gate: Gate, decision: GateProposal) -> GateProgress:
    return GateProgress(gate.cycle, gate.segment, len(decision.partition), decision.specialist_steps)


def _seconds(progress: RunProgress, gate: Gate) -> tuple[float | None, float | None]:
    """Until the specialists and their demonstrations have ended, and until the run has, the line included."""
    listed = phases(progress)
    waits = seconds_queued(progress.line, progress.pace, None, progress.now)
    end = eta(listed)
    here = [phase for phase in listed if phase.phase == "specialists" and phase.cycle == gate.cycle]
    specialists = here[0].eta_seconds if here else None
    if waits is None or specialists is None:
        return None, None
    longer = max(0.0, waits - progress.pace.wait())  # the usual wait is in the phase already
    return specialists + longer, None if end is None else end + longer
