"""Returns by variation: the latest estimates, or those of one epoch."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from backend.db.models import Epoch, Job, LatestReturn, LedgerEntry, Run, VariationReturn
from backend.store import wholeness
from backend.store.ingest.rollups import MAIN_KINDS
from backend.store.suites import suite_of
from gsl.protocol.api import ReturnsPublic, VariationReturnPublic
from gsl.protocol.reports import Source
from gsl.protocol.rounds import Rounds

_SLIDER_POINTS = 500


def latest(session: Session, run: Run, source: Source, job: Job | None, after: int) -> ReturnsPublic:
    """The latest estimate of each variation, by the run's own policy or by one job; `after` selects later ones."""
    query = (
        select(LatestReturn)
        .join(Job, col(Job.id) == col(LatestReturn.job_id))
        .where(LatestReturn.run_id == run.id, LatestReturn.source == source)
        .order_by(col(LatestReturn.job_id), col(LatestReturn.variation))
    )
    query = query.where(col(Job.kind).in_(MAIN_KINDS)) if job is None else query.where(LatestReturn.job_id == job.id)
    newest = {row.variation: row for row in session.exec(query)}  # later jobs replace earlier ones
    fresh = [row for row in newest.values() if row.revision > after]
    chosen = job or newest_job(session, run, source)
    return ReturnsPublic(
        epochs=_epochs(session, chosen, source),
        epoch=None,
        cursor=run.revision,
        items=_public(session, run, fresh, source),
    )


def of_epoch(session: Session, run: Run, source: Source, job: Job | None, epoch: int) -> ReturnsPublic:
    """What one job reported at one epoch; by default the newest job of the run's own policy."""
    chosen = job or newest_job(session, run, source)
    rows: Iterable[VariationReturn] = ()
    if chosen is not None:
        rows = session.exec(
            select(VariationReturn)
            .where(
                VariationReturn.job_id == chosen.id, VariationReturn.source == source, VariationReturn.epoch == epoch
            )
            .order_by(col(VariationReturn.variation))
        )
    items = _public(session, run, rows, source)
    return ReturnsPublic(epochs=_epochs(session, chosen, source), epoch=epoch, cursor=run.revision, items=items)


def newest_job(session: Session, run: Run, source: Source) -> Job | None:
    """The newest job of the run's own policy that has returns of this source."""
    has_returns = select(1).where(LatestReturn.job_id == Job.id, LatestReturn.source == source).exists()
    query = select(Job).where(Job.run_id == run.id, col(Job.kind).in_(MAIN_KINDS), has_returns)
    return session.exec(query.order_by(col(Job.id).desc())).first()


def _epochs(session: Session, job: Job | None, source: Source) -> list[int]:
    """Epochs for a slider, thinned evenly, including the first and the last."""
    if job is None:
        return []
    if source == "training":
        query = select(Epoch.epoch).where(Epoch.job_id == job.id, Epoch.episodes > 0).order_by(col(Epoch.epoch))
    else:
        query = (
            select(LedgerEntry.epoch)
            .where(LedgerEntry.job_id == job.id, col(LedgerEntry.purpose).in_(("evaluation", "measurement")))
            .distinct()
            .order_by(col(LedgerEntry.epoch))
        )
    epochs = list(session.exec(query))
    if len(epochs) <= _SLIDER_POINTS:
        return epochs
    last = len(epochs) - 1
    return [epochs[round(i * last / (_SLIDER_POINTS - 1))] for i in range(_SLIDER_POINTS)]


def _public(
    session: Session, run: Run, rows: Iterable[LatestReturn | VariationReturn], source: Source
) -> list[VariationReturnPublic]:
    suite, rows = suite_of(session, run.id or 0), list(rows)
    marks = {} if source == "training" else wholeness.marks(session, {row.job_id for row in rows}, source)
    unknown = "" if source == "training" else Rounds().mark
    return [
        VariationReturnPublic(
            job_id=row.job_id,
            epoch=row.epoch,
            variation=row.variation,
            name=suite.variation_name(row.variation),
            source=source,
            episodes=row.episodes,
            mean_return=row.mean_return,
            std_return=row.std_return,
            success_rate=row.success_rate,
            mean_length=row.mean_length or 0.0,
            mark=marks.get((row.job_id, row.epoch), unknown),
        )
        for row in rows
    ]
