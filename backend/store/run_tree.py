"""Gathers what the tree of a run is made of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from gsl.backend.db.evaluation_models import EvaluationMean
from gsl.backend.db.models import Gate, Job, Run
from gsl.backend.domain.run_progress import phases
from gsl.backend.domain.run_steps import steps_of
from gsl.backend.domain.run_tree import tree_of
from gsl.backend.domain.run_tree_parts import AskedGate, Best, Parts
from gsl.backend.store import forks, gates, history, run_progress, tracked_views
from gsl.backend.store.jobs import views
from gsl.backend.store.suites import suite_of
from gsl.phases.ledger import Entry, critical_jobs
from gsl.protocol.api import JobPublic, LedgerPublic
from gsl.protocol.api.tree import RunTree
from gsl.protocol.jobs import ENDED


def of(session: Session, run: Run) -> RunTree:
    """Without nodes if the run is read-only."""
    success, ledger = suite_of(session, run.id or 0).has_success, history.ledger(session, run)
    parts = _parts(session, run, success, ledger)
    return RunTree(
        metric="success" if success else "return",
        spent_steps=ledger.spent_steps,
        critical_path_steps=ledger.critical_path_steps,
        nodes=tree_of(parts) if parts else (),
    )


def _parts(session: Session, run: Run, success: bool, ledger: LedgerPublic) -> Parts | None:
    progress = run_progress.of(session, [run]).get(run.id or 0)
    if progress is None:
        return None
    jobs, script = views.of_run(session, run.id or 0), tracked_views.scripts(session, [run]).get(run.id or 0)
    steps = steps_of(progress.config, progress.jobs, progress.gates)
    return Parts(
        steps=tuple(zip(steps, phases(progress), strict=True)),
        jobs={job.id: job for job in jobs},
        critical=critical_jobs(Entry(row.phase, row.job_key, row.purpose, row.steps) for row in ledger.rows),
        gates=[_asked(gate, run) for gate in gates.every(session, run.id or 0)],
        plateaus=history.plateaus(session, run),
        best=_best(session, jobs, success),
        kept=_kept(session, run.id or 0),
        forks=forks.branches(session, run),
        origin=forks.origin_of(run),
        rungs=progress.config.specialists.rungs,
        by_script=script.specialists if script else (),
        success=success,
    )


def _asked(gate: Gate, run: Run) -> AskedGate:
    too_few, is_open = gate.reason_asked == "too_few_specialists", gate.status == "open" and run.status not in ENDED
    said = "never decided" if gate.status == "open" and not is_open else _said(gate, too_few)
    return AskedGate(gate.id or 0, gate.cycle, gate.segment, too_few, is_open, said)


def _said(gate: Gate, too_few: bool) -> str:
    """What is proposed, or was decided, and by whom."""
    number = len((gate.decision or gate.proposal)["partition"])
    planned = "" if too_few else f"{number} specialist" + ("s" if number != 1 else "")
    if gate.status == "open":
        return f"waits for a decision: {planned} proposed" if planned else "waits for a decision"
    by = f" by {gate.decided_by}" if gate.decided_by else ""
    then = {"approve": planned, "continue": "training continued", "stop": "the run was stopped"}
    return ", ".join(filter(None, (gate.status + by, then.get(gate.action or "", ""))))


def _best(session: Session, jobs: Sequence[JobPublic], success: bool) -> dict[int, Best]:
    """The best evaluation of each job; of one that made none, its latest training."""
    found = {job.id: latest for job in jobs if (latest := _latest(job, success)) is not None}
    kinds = {job.id: job.kind for job in jobs}
    for job_id, epoch, value in session.execute(_best_evaluations(list(kinds), success)):
        found[job_id] = Best(value, "evaluation" if kinds[job_id] == "evaluation" else f"evaluation, epoch {epoch:,}")
    return found


def _latest(job: JobPublic, success: bool) -> Best | None:
    value = job.success_rate if success else job.mean_return
    return None if value is None or not job.epochs else Best(value, f"training, epoch {job.epochs:,}")


def _best_evaluations(job_ids: Sequence[int], success: bool) -> Any:
    """Of each job the highest mean, the first of equal ones."""
    mean = col(EvaluationMean.success_rate if success else EvaluationMean.mean_return)
    job_id, epoch = col(EvaluationMean.job_id), col(EvaluationMean.epoch)
    place = func.row_number().over(partition_by=job_id, order_by=(mean.desc(), epoch)).label("place")
    mine = (job_id.in_(job_ids), col(EvaluationMean.source) == "evaluation", mean.is_not(None))
    ranked = select(job_id, epoch, mean.label("mean"), place).where(*mine).subquery()
    return select(ranked.c.job_id, ranked.c.epoch, ranked.c.mean).where(ranked.c.place == 1)


def _kept(session: Session, run_id: int) -> dict[int, str]:
    """What became of the episodes of each demonstrations job that has made some."""
    columns: tuple[Any, ...] = (Job.id, Job.demonstrations)
    rows = session.execute(select(*columns).where(col(Job.run_id) == run_id, col(Job.kind) == "demonstrations"))
    return {
        job_id: f"{sum(count['kept'] for count in counts):,} of {sum(count['tried'] for count in counts):,} "
        "episodes kept"
        for job_id, counts in rows
        if counts
    }
