"""When a trainer resumes after an epoch, everything it reported about later epochs is discarded in one transaction."""

from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, delete, select, update

from gsl.backend.db.evaluation_models import Evaluation
from gsl.backend.db.export_models import ExportCursor
from gsl.backend.db.models import Artifact, Epoch, Job, LedgerEntry, Plateau, Run, VariationReturn
from gsl.backend.db.provenance_models import JobProvenance
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.store.ingest import curve_rollups
from gsl.backend.store.ingest.rollups import spend
from gsl.backend.store.ingest.upsert import upsert


def discard_after(session: Session, run: Run, job: Job, epoch: int) -> list[str]:
    """Remove what the job reported after `epoch`; returns the paths of its files that are now obsolete."""
    assert job.id is not None
    paths = _discard_artifacts(session, job.id, epoch)
    session.execute(delete(Epoch).where(col(Epoch.job_id) == job.id, col(Epoch.epoch) > epoch))
    session.execute(delete(Plateau).where(col(Plateau.job_id) == job.id, col(Plateau.detected_epoch) > epoch))
    session.execute(delete(Evaluation).where(col(Evaluation.job_id) == job.id, col(Evaluation.epoch) > epoch))
    session.execute(delete(JobProvenance).where(col(JobProvenance.job_id) == job.id, col(JobProvenance.epoch) > epoch))
    _discard_ledger(session, run, job, epoch)
    later = (col(VariationReturn.job_id) == job.id, col(VariationReturn.epoch) > epoch)
    if session.execute(delete(VariationReturn).where(*later)).rowcount:  # type: ignore[attr-defined]  # a cursor's result
        _restore_latest(session, run, job.id, epoch)
    curve_rollups.discard_after(session, job.id, epoch)
    _rewind_exports(session, job.id, epoch)
    return paths


def _rewind_exports(session: Session, job_id: int, epoch: int) -> None:
    """What was exported of later epochs is to be taken back."""
    earlier = func.min if session.connection().dialect.name == "sqlite" else func.least
    to = func.coalesce(earlier(ExportCursor.rewound_to, epoch), epoch)
    values = {"rewound_to": to, "rewinds": col(ExportCursor.rewinds) + 1}
    session.execute(update(ExportCursor).where(col(ExportCursor.job_id) == job_id).values(**values))


def _discard_artifacts(session: Session, job_id: int, epoch: int) -> list[str]:
    later = (col(Artifact.job_id) == job_id, col(Artifact.epoch) > epoch)
    paths = list(session.exec(select(Artifact.path).where(*later)))
    session.execute(delete(Artifact).where(*later))
    return paths


def _discard_ledger(session: Session, run: Run, job: Job, epoch: int) -> None:
    later = (col(LedgerEntry.job_id) == job.id, col(LedgerEntry.epoch) > epoch)
    sums = select(LedgerEntry.purpose, func.sum(LedgerEntry.steps)).where(*later).group_by(LedgerEntry.purpose)
    spend(run, job, [(purpose, -int(steps)) for purpose, steps in session.exec(sums)])
    session.execute(delete(LedgerEntry).where(*later))


def _restore_latest(session: Session, run: Run, job_id: int, epoch: int) -> None:
    """Replace estimates from discarded epochs by the newest remaining ones."""
    stale = (col(LatestReturn.job_id) == job_id, col(LatestReturn.epoch) > epoch)
    if not session.execute(delete(LatestReturn).where(*stale)).rowcount:  # type: ignore[attr-defined]  # a cursor's result
        return
    newest = (
        select(VariationReturn.source, VariationReturn.variation, func.max(VariationReturn.epoch).label("epoch"))
        .where(VariationReturn.job_id == job_id)
        .group_by(col(VariationReturn.source), col(VariationReturn.variation))
        .subquery()
    )
    same = (
        (col(VariationReturn.source) == newest.c.source)
        & (col(VariationReturn.variation) == newest.c.variation)
        & (col(VariationReturn.epoch) == newest.c.epoch)
    )
    found = session.exec(select(VariationReturn).join(newest, same).where(VariationReturn.job_id == job_id))
    fresh: dict[str, Any] = {"run_id": run.id, "revision": run.revision}
    upsert(session, LatestReturn, [{**row.model_dump(), **fresh} for row in found])
