"""Tracked runs as their scripts see them, and as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from gsl.backend.db.models import Job, Run
from gsl.backend.store import tracked
from gsl.backend.store.configs import config_of
from gsl.backend.store.jobs.leases import Terms
from gsl.config.run import RunConfig
from gsl.protocol.api.runs import ScriptPublic, SpecialistRun
from gsl.protocol.api.tracking import Situation, SpecialistPart, TrackedPublic
from gsl.protocol.jobs import ENDED


@dataclass(frozen=True)
class Grip:
    """What a script has of a run: the attempt by which it holds the training, or who keeps it from that, or neither."""

    attempt: int = 0
    held: str = ""


def public(session: Session, run: Run, terms: Terms, grip: Grip) -> TrackedPublic:
    """As the script sees it that has such a grip. Raises `ConflictError` if the run is not tracked."""
    session.flush()
    row, job, config = tracked.row(session, run), tracked.training(session, run), config_of(run)
    return TrackedPublic(
        run_id=run.id or 0,
        key=row.key,
        state="held" if grip.held else _situation(run, job),
        message=grip.held or run.message,
        status=run.status,
        attempt=grip.attempt,
        epochs=job.epochs,
        steps=job.steps,
        budget_steps=job.budget_steps,
        heartbeat_seconds=terms.heartbeat_seconds,
        names=_names(config, config.suite.training_variations()),
        parent_id=row.parent_id,
        number=row.number,
        split=_split(session, run, config),
    )


def scripts(session: Session, runs: Sequence[Run]) -> dict[int, ScriptPublic]:
    """As the page shows those of the runs that are tracked; two queries."""
    rows, children = tracked.places(session, runs), tracked.children(session, runs)
    return {
        run_id: ScriptPublic(
            key=row.key,
            parent_id=row.parent_id,
            number=row.number,
            specialists=tuple(_specialist(number, child) for number, child in children.get(run_id, ())),
        )
        for run_id, row in rows.items()
    }


def _specialist(number: int, run: Run) -> SpecialistRun:
    fields = run.model_dump(include={"status", "spent_steps", "total_steps", "mean_return", "score"})
    return SpecialistRun(number=number, run_id=run.id or 0, **fields)


def _situation(run: Run, job: Job) -> Situation:
    if run.status in ENDED or run.desired_state == "cancel":
        return "ended"
    if run.desired_state == "pause":
        return "paused"
    if job.status not in ENDED:
        return "training"
    return "specialists" if run.status == "specialists" else "gate"


def _split(session: Session, run: Run, config: RunConfig) -> tuple[SpecialistPart, ...]:
    decision = tracked.approved(session, run)
    if decision is None:
        return ()
    launched = {number: child.id for number, child in tracked.children(session, [run]).get(run.id or 0, ())}
    return tuple(
        SpecialistPart(
            number=number,
            variations=tuple(part),
            names=_names(config, part),
            steps=decision.specialist_steps,
            start=decision.start,
            run_id=launched.get(number),
        )
        for number, part in enumerate(decision.partition, start=1)
    )


def _names(config: RunConfig, variations: Sequence[int]) -> tuple[str, ...]:
    return tuple(config.suite.variation_name(variation) for variation in variations)
