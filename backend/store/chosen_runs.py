"""The runs that somebody chose to compare, and the groups that they fall into."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from gsl.backend.db.models import Experiment, Run
from gsl.backend.domain.comparison_types import Compared
from gsl.backend.domain.grouping import Grouped, labels
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import InvalidError
from gsl.backend.store import reach
from gsl.backend.store.figures.comparisons import grouped_runs
from gsl.protocol.api.comparing import MOST_COMPARED


@dataclass(frozen=True)
class Chosen:
    """Runs, all runs of experiments, and all runs of arms of experiments; and by what they are grouped."""

    runs: tuple[int, ...] = ()
    experiments: tuple[int, ...] = ()
    arms: tuple[tuple[int, str], ...] = ()
    by: str = "arm"

    @property
    def where(self) -> ColumnElement[bool]:
        of_arms = [and_(col(Run.experiment_id) == of, col(Run.arm_name) == name) for of, name in self.arms]
        return or_(col(Run.id).in_(self.runs), col(Run.experiment_id).in_(self.experiments), *of_arms)


def read(session: Session, who: Identity, chosen: Chosen) -> list[Grouped]:
    """Oldest first, without those in the bin and those of projects that the person does not see. Raises
    `NotFoundError` for a run or an experiment that is not there for the person, `InvalidError` for an arm that the
    experiment does not have, and for too many runs."""
    _check(session, who, chosen)
    columns: tuple[Any, ...] = (
        Run.id,
        Run.name,
        Run.arm_name,
        Run.experiment_id,
        Experiment.name,
        Run.tags,
        Run.config,
    )
    conditions = (chosen.where, col(Run.deleted_at).is_(None), *reach.visible(who, Run.project_id))
    joined = select(*columns).outerjoin(Experiment, col(Experiment.id) == col(Run.experiment_id)).where(*conditions)
    rows = session.execute(joined.order_by(col(Run.id)).limit(MOST_COMPARED + 1)).all()
    found = [
        Grouped(run_id, name, arm_name, experiment_id, experiment_name, tuple(tags), config)
        for run_id, name, arm_name, experiment_id, experiment_name, tags, config in rows
    ]
    if len(found) > MOST_COMPARED:
        raise InvalidError.field("runs", f"at most {MOST_COMPARED} runs are compared at once: choose fewer")
    _check_arms(chosen, found)
    return found


def grouped(session: Session, runs: Sequence[Grouped], by: str) -> Compared:
    names = labels(runs, by)
    return grouped_runs(session, {run.id: name for run, name in zip(runs, names, strict=True)})


def _check(session: Session, who: Identity, chosen: Chosen) -> None:
    if len(chosen.runs) > MOST_COMPARED:
        raise InvalidError.field("runs", f"must be at most {MOST_COMPARED}, not {len(chosen.runs)}")
    reach.check_all(session, who, "run", chosen.runs)
    reach.check_all(session, who, "experiment", [*chosen.experiments, *(of for of, _ in chosen.arms)])


def _check_arms(chosen: Chosen, found: Sequence[Grouped]) -> None:
    known = {(run.experiment_id, run.arm_name) for run in found}
    for of, name in chosen.arms:
        if (of, name) not in known:
            raise InvalidError.field("arms", f"experiment {of} has no run of an arm {name!r}")
