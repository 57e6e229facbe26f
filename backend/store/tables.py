"""Everything that is stored of runs, as tables for analysis: their columns, and their rows a page at a time.

Each page has a session of its own, so that a download that takes hours keeps neither a connection nor a transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, tuple_
from sqlmodel import col, select

from gsl.backend.db import models
from gsl.backend.db.continuation_models import Continuation
from gsl.backend.db.engine import Database
from gsl.backend.db.evaluation_models import Evaluation, EvaluationMean
from gsl.backend.db.models import Job, Run
from gsl.backend.db.provenance_models import JobProvenance

Kind = Literal["integer", "number", "text", "time", "json"]
Row = tuple[Any, ...]
Columns = dict[str, Kind]
PAGE = 5000
"""Rows that are read at once."""


@dataclass(frozen=True)
class Table:
    """`query` selects its columns; `owner` is what the ids of runs or jobs are compared with."""

    name: str
    columns: Columns
    query: Select[Any]
    owner: ColumnElement[int]
    of: Literal["run", "job"]
    key: tuple[ColumnElement[Any], ...]
    """What orders the rows of one owner; the first columns of the query, which are not part of the table."""
    expanded: Callable[[Row], Iterator[Row]] = lambda row: iter((row,))
    """Rows of the table from one row of the query, without its key."""

    def pages(self, database: Database, run_ids: Sequence[int]) -> Iterator[list[Row]]:
        """All rows of these runs, in order."""
        for owner_id in run_ids if self.of == "run" else _job_ids(database, run_ids):
            yield from self._of_owner(database, owner_id)

    def _of_owner(self, database: Database, owner_id: int) -> Iterator[list[Row]]:
        query = self.query.where(self.owner == owner_id).order_by(*self.key).limit(PAGE)
        after: Row | None = None
        while True:
            page = query if after is None else query.where(tuple_(*self.key) > after)
            with database.read() as session:
                rows = session.execute(page).all()
            if rows:
                yield [row for found in rows for row in self.expanded(tuple(found)[len(self.key) :])]
            if len(rows) < PAGE:
                return
            after = tuple(rows[-1])[: len(self.key)]


def _job_ids(database: Database, run_ids: Sequence[int]) -> Iterator[int]:
    for run_id in run_ids:
        with database.read() as session:
            found = session.exec(select(Job.id).where(Job.run_id == run_id).order_by(col(Job.id))).all()
        yield from (job_id for job_id in found if job_id is not None)


_OF_JOB: Columns = {"run_id": "integer", "job_id": "integer", "job": "text", "phase": "text"}
_JOB = (Job.run_id, Job.id, Job.key, Job.phase)
_MEANS: Columns = {"mean_return": "number", "success_rate": "number"}


def _of_job(
    name: str,
    model: type[Any],
    keys: Sequence[str],
    columns: Columns,
    *,
    more: Sequence[Any] = (),
    on: ColumnElement[bool] | None = None,
    other: type[Any] | None = None,
    expanded: Callable[[Row], Iterator[Row]] = lambda row: iter((row,)),
) -> Table:
    """A table of what jobs report. Columns are attributes of `model`, but the last ones are `more`."""
    own = [getattr(model, each) for each in list(columns)[: len(columns) - len(more)]]
    key = tuple(getattr(model, each) for each in keys)
    query = select(*key, *_JOB, *own, *more).join(Job, col(Job.id) == model.job_id)  # type: ignore[call-overload]  # declared for few columns
    if other is not None and on is not None:
        query = query.outerjoin(other, on)
    return Table(name, {**_OF_JOB, **columns}, query, model.job_id, "job", key, expanded)


def _of_run(name: str, model: type[Any], columns: Columns) -> Table:
    """A table of rows that name their run, ordered by their ids. What a model lacks is a part of a job's `spec`."""
    own = [getattr(model, each, None) or model.spec[each] for each in columns]
    query = select(model.id, *own)
    return Table(name, columns, query, model.id if model is Run else model.run_id, "run", (model.id,))


def _metrics(row: Row) -> Iterator[Row]:
    """A row for each metric of an epoch; those of later versions have other names."""
    *place, metrics = row
    return ((*place, name, value) for name, value in sorted(metrics.items()))


def _metrics_table() -> Table:
    table = _of_job("metrics", models.Epoch, ["epoch"], {"epoch": "integer", "metrics": "json"}, expanded=_metrics)
    columns: Columns = {**_OF_JOB, "epoch": "integer", "metric": "text", "value": "number"}
    return Table(table.name, columns, table.query, table.owner, table.of, table.key, table.expanded)


RUNS: Columns = {
    "id": "integer", "name": "text", "experiment_id": "integer", "arm": "text", "arm_name": "text", "suite": "text",
    "seed": "integer", "status": "text", "phase": "text", "cycle": "integer", "total_steps": "integer",
    "continued_steps": "integer", "spent_steps": "integer", "measurement_steps": "integer", "mean_return": "number",
    "score": "number", "message": "text", "notes": "text", "tags": "json", "warnings": "json", "config": "json",
    "created_at": "time", "ended_at": "time",
}  # fmt: skip
JOBS: Columns = {
    "run_id": "integer", "id": "integer", "key": "text", "kind": "text", "phase": "text", "cycle": "integer",
    "index": "integer", "status": "text", "attempt": "integer", "worker": "text", "device": "text",
    "budget_steps": "integer", "start_steps": "integer", "steps": "integer", "measurement_steps": "integer",
    "epochs": "integer", "mean_return": "number", "success_rate": "number", "steps_per_second": "number",
    "outcome": "text", "best_epoch": "integer", "message": "text", "error": "text", "demonstrations": "json",
    "created_at": "time", "started_at": "time", "ended_at": "time", "variations": "json", "seed": "integer",
}  # fmt: skip
EPOCHS: Columns = {
    "epoch": "integer", "steps": "integer", "job_steps": "integer", "seconds": "number", "episodes": "integer",
    **_MEANS, "mean_length": "number", "at": "time", "run_steps": "integer",
}  # fmt: skip
RETURNS: Columns = {
    "source": "text", "epoch": "integer", "variation": "integer", "episodes": "integer", "mean_return": "number",
    "std_return": "number", "success_rate": "number", "mean_length": "number",
}  # fmt: skip
EVALUATIONS: Columns = {
    "source": "text", "epoch": "integer", "variations": "integer", **_MEANS, "rounds": "integer",
    "rounds_asked": "integer",
}  # fmt: skip
PLATEAUS: Columns = {
    "run_id": "integer", "job_id": "integer", "start_epoch": "integer", "detected_epoch": "integer",
    "start_steps": "integer", "detected_steps": "integer", "value": "number", "best_later": "number",
    "rise_bound": "number", "margin": "number", "window": "integer", "metric": "text",
}  # fmt: skip
GATES: Columns = {
    "run_id": "integer", "id": "integer", "cycle": "integer", "segment": "integer", "status": "text", "mode": "text",
    "reason_asked": "text", "evidence": "json", "proposal": "json", "decision": "json", "action": "text",
    "decided_by": "text", "reason": "text", "created_at": "time", "decided_at": "time",
}  # fmt: skip
CONTINUATIONS: Columns = {
    "run_id": "integer", "number": "integer", "steps": "integer", "total_steps": "integer", "policy": "text",
    "score": "number", "held_out_score": "number", "asked_by": "text", "asked_at": "time",
}  # fmt: skip
EVENTS: Columns = {
    "run_id": "integer", "job_id": "integer", "at": "time", "who": "text", "what": "text", "detail": "text",
}  # fmt: skip
ARTIFACTS: Columns = {
    "run_id": "integer", "job_id": "integer", "job_key": "text", "kind": "text", "name": "text", "epoch": "integer",
    "size": "integer", "sha256": "text", "created_at": "time",
}  # fmt: skip
PROVENANCE: Columns = {
    "epoch": "integer", "at": "time", "command": "text", "seeds": "json", "machine": "text", "system": "text",
    "python": "text", "processor": "text", "device": "text", "driver": "text", "packages": "json", "sources": "json",
}  # fmt: skip
_SAME_EVALUATION = and_(col(Evaluation.job_id) == EvaluationMean.job_id, col(Evaluation.epoch) == EvaluationMean.epoch)

TABLES: tuple[Table, ...] = (
    _of_run("runs", Run, RUNS),
    _of_run("jobs", Job, JOBS),
    _of_job("epochs", models.Epoch, ["epoch"], EPOCHS, more=[col(Job.start_steps) + col(models.Epoch.job_steps)]),
    _metrics_table(),
    _of_job("returns", models.VariationReturn, ["source", "epoch", "variation"], RETURNS),
    _of_job(
        "evaluations", EvaluationMean, ["source", "epoch"], EVALUATIONS,
        more=[Evaluation.rounds, Evaluation.rounds_asked], other=Evaluation, on=_SAME_EVALUATION,
    ),
    _of_run("plateaus", models.Plateau, PLATEAUS),
    _of_run("gates", models.Gate, GATES),
    _of_run("continuations", Continuation, CONTINUATIONS),
    _of_job(
        "ledger", models.LedgerEntry, ["epoch", "purpose"], {"epoch": "integer", "purpose": "text", "steps": "integer"}
    ),
    _of_run("events", models.Event, EVENTS),
    _of_job("provenance", JobProvenance, ["epoch"], PROVENANCE),
    _of_run("artifacts", models.Artifact, ARTIFACTS),
)  # fmt: skip
