"""Returns by variation: the latest estimates, or those of one epoch."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, literal
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from gsl.backend.db.evaluation_models import EvaluationMean
from gsl.backend.db.models import Epoch, Job, Run, VariationReturn
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.store import wholeness
from gsl.backend.store.ingest.rollups import MAIN_KINDS
from gsl.backend.store.suites import suite_of
from gsl.protocol.api import ReturnsPublic, VariationReturnPublic
from gsl.protocol.reports import Source
from gsl.protocol.rounds import Rounds

_SLIDER_POINTS = 500


def latest(session: Session, run: Run, source: Source, job: Job | None, after: int) -> ReturnsPublic:
    """The latest estimate of each variation, by the run's own policy or by one job; `after` selects later ones."""
    own = _own_jobs(session, run) if job is None else [job.id or 0]
    items = _public(session, run, _newest(session, own, source, after), source) if after < run.revision else []
    epochs = _epochs(session, _newest_job(session, own, source) if job is None else job.id, source)
    return ReturnsPublic(epochs=epochs, epoch=None, cursor=run.revision, items=items)


def of_epoch(session: Session, run: Run, source: Source, job: Job | None, epoch: int) -> ReturnsPublic:
    """What one job reported at one epoch; by default the newest job of the run's own policy."""
    chosen = _newest_job(session, _own_jobs(session, run), source) if job is None else job.id
    told = (col(VariationReturn.job_id) == chosen, VariationReturn.source == source, VariationReturn.epoch == epoch)
    rows = session.execute(_columns(VariationReturn).where(*told).order_by(col(VariationReturn.variation))).all()
    items = _public(session, run, rows, source)
    return ReturnsPublic(epochs=_epochs(session, chosen, source), epoch=epoch, cursor=run.revision, items=items)


def _own_jobs(session: Session, run: Run) -> list[int]:
    """Ids of the jobs that train or evaluate the run's own policy, oldest first."""
    query = select(Job.id).where(Job.run_id == run.id, col(Job.kind).in_(MAIN_KINDS)).order_by(col(Job.id))
    return [job_id for job_id in session.exec(query) if job_id is not None]


def _newest_job(session: Session, own: Sequence[int], source: Source) -> int | None:
    """The newest of these jobs that has returns of this source."""
    has_returns = select(1).where(LatestReturn.job_id == Job.id, LatestReturn.source == source).exists()
    return session.exec(select(Job.id).where(col(Job.id).in_(own), has_returns).order_by(col(Job.id).desc())).first()


def _newest(session: Session, jobs: Sequence[int], source: Source, after: int) -> Sequence[Row[Any]]:
    """Estimates that arrived after a revision, unless a later one of these jobs has one of the same variation."""
    later = aliased(LatestReturn)
    replaced = (
        select(1)
        .where(col(later.job_id).in_(jobs), col(later.job_id) > col(LatestReturn.job_id))
        .where(later.source == source, later.variation == LatestReturn.variation)
    )
    mine = (col(LatestReturn.job_id).in_(jobs), LatestReturn.source == source, LatestReturn.revision > after)
    query = _columns(LatestReturn).where(*mine, ~replaced.exists())
    return session.execute(query.order_by(col(LatestReturn.variation))).all()


def _columns(table: type[LatestReturn] | type[VariationReturn]) -> Any:
    """What the API shows of an estimate; plain rows, because objects of ten thousand rows take half a second."""
    columns: tuple[Any, ...] = (
        table.job_id, table.epoch, table.variation, table.episodes, table.mean_return, table.std_return,
        table.success_rate, table.mean_length,
    )  # fmt: skip
    return select(*columns)


def _epochs(session: Session, job_id: int | None, source: Source) -> list[int]:
    """Epochs for a slider, thinned evenly, including the first and the last."""
    if source == "training":
        return _training_epochs(session, job_id)
    query = select(EvaluationMean.epoch).where(EvaluationMean.job_id == job_id)
    epochs = list(session.exec(query.distinct().order_by(col(EvaluationMean.epoch))))
    if len(epochs) <= _SLIDER_POINTS:
        return epochs
    last = len(epochs) - 1
    return [epochs[round(i * last / (_SLIDER_POINTS - 1))] for i in range(_SLIDER_POINTS)]


def _training_epochs(session: Session, job_id: int | None) -> list[int]:
    """The first epoch in which an episode ended, at or after each of evenly spread ones; each is one look-up."""
    ended = select(Epoch.epoch).where(Epoch.job_id == job_id, Epoch.episodes > 0)
    last = session.exec(ended.order_by(col(Epoch.epoch).desc()).limit(1)).first()
    if last is None:
        return []
    count = min(last, _SLIDER_POINTS)
    place = select(literal(0).label("place")).cte("place", recursive=True)
    place = place.union_all(select(place.c.place + 1).where(place.c.place < count - 1))
    spread = 1 + place.c.place * (last - 1) // max(1, count - 1)
    found = ended.where(col(Epoch.epoch) >= spread).order_by(col(Epoch.epoch)).limit(1).scalar_subquery()
    return sorted(set(session.scalars(select(found).select_from(place))))


def _public(session: Session, run: Run, rows: Sequence[Row[Any]], source: Source) -> list[VariationReturnPublic]:
    suite = suite_of(session, run.id or 0)
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
