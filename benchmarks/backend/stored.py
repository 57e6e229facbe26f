"""Databases that are as large as wanted: a small stored run is copied, in SQL, to later epochs and other runs."""

import json

from sqlalchemy import Table, func, select, text, update
from sqlmodel import Session, SQLModel, col

from gsl.backend.db.engine import Database
from gsl.backend.db.models import Epoch, Job, LedgerEntry, Run, VariationReturn
from gsl.backend.store.ingest.curve_rollups import roll_up
from gsl.config.presets import PRESETS
from tests.backend.figures.stored_run import Size, store_run

SIZE = Size(generalist=305, specialist=6, finetune=450, seen=100, evaluate_every=50)
"""About 100 000 returns with 1024 variations and 75 specialists: a tenth of a run of the paper's length."""
METRICS = {
    "policy_loss": -0.013, "value_loss": 0.31, "entropy": 2.1, "approx_kl": 0.011, "clip_fraction": 0.14,
    "grad_norm": 0.42, "learning_rate": 5e-4, "explained_variance": 0.71,
}  # fmt: skip
_COPIES = "WITH RECURSIVE copy(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM copy WHERE i < {last}) "
_LATER = {"epoch": "t.epoch + i * j.epochs", "job_steps": "t.job_steps + i * j.epochs * t.steps"}
"""Columns that differ in a later copy of an epoch; `t` is the table, `j` the job."""


def stored_run(database: Database, times: int = 1, variations: int = 1024, size: Size = SIZE) -> int:
    """A finished run with `times` as many epochs, and so many returns; its id."""
    config = PRESETS["procgen-paper"].config
    config = config.model_copy(update={"suite": config.suite.model_copy(update={"num_levels": variations})})
    with database.write() as session:
        run_id = store_run(session, config, size)
        jobs = select(col(Job.id)).where(col(Job.run_id) == run_id)
        session.execute(update(Epoch).where(col(Epoch.job_id).in_(jobs)).values(metrics=METRICS))
        session.execute(update(Run).where(col(Run.id) == run_id).values(revision=1))
        if times > 1:
            _lengthen(session, run_id, times)
    return run_id


def _lengthen(session: Session, run_id: int, times: int) -> None:
    """Repeat every training job's epochs until there are `times` as many."""
    for model in (Epoch, VariationReturn, LedgerEntry):
        names = _columns(model)
        session.execute(
            text(
                _COPIES.format(first=1, last=times - 1) + f"INSERT INTO {model.__tablename__} ({', '.join(names)}) "
                f"SELECT {', '.join(_LATER.get(name, f't.{name}') for name in names)} "
                f"FROM {model.__tablename__} t JOIN job j ON j.id = t.job_id CROSS JOIN copy "
                "WHERE j.run_id = :run AND j.epochs > 0 AND t.epoch > 0 ORDER BY t.job_id, i, t.epoch"
            ),
            {"run": run_id},
        )
    for job_id, epochs in session.execute(select(col(Job.id), col(Job.epochs)).where(col(Job.run_id) == run_id)).all():
        if epochs:
            roll_up(session, job_id, (1, times * epochs), (1, times * epochs))
    for statement in (
        "UPDATE latest_return SET epoch = epoch * :times WHERE run_id = :run",
        "UPDATE job SET epochs = epochs * :times, steps = steps * :times WHERE run_id = :run AND epochs > 0",
        "UPDATE job SET start_steps = start_steps * :times WHERE run_id = :run",
        "UPDATE run SET spent_steps = spent_steps * :times WHERE id = :run",
    ):
        session.execute(text(statement), {"run": run_id, "times": times})


def _columns(model: type[SQLModel], *without: str) -> list[str]:
    table: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel on table models
    return [column.name for column in table.c if column.name not in without]


def more_runs(database: Database, template: int, number: int) -> None:
    """Copies of an ended run and its jobs, under other names, until there are `number` runs; each tenth has a tag."""
    with database.write() as session:
        there = session.execute(select(func.count()).select_from(Run)).scalar_one()
        own = {
            "name": "'run ' || (1000000 + i) || CASE WHEN i % 7 = 0 THEN ' maze' ELSE ' climber' END",
            "tags": _json(session, "CASE WHEN i % 10 = 0 THEN :paper ELSE :other END"),
        }
        names = _columns(Run, "id", "record_sha256")
        last = session.execute(select(func.max(Run.id))).scalar_one()
        session.execute(
            text(
                _COPIES.format(first=there + 1, last=number)
                + f"INSERT INTO run ({', '.join(names)}) SELECT {', '.join(own.get(name, name) for name in names)} "
                "FROM run CROSS JOIN copy WHERE id = :template"
            ),
            {"template": template, "paper": json.dumps(["paper", "made up"]), "other": json.dumps(["made up"])},
        )
        session.execute(
            text("INSERT INTO run_text (run_id, text) SELECT id, name FROM run WHERE id > :last"), {"last": last}
        )
        jobs = [f'"{name}"' for name in _columns(Job, "id", "run_id")]
        session.execute(
            text(
                f"INSERT INTO job (run_id, {', '.join(jobs)}) SELECT r.id, {', '.join(f'j.{name}' for name in jobs)} "
                "FROM run r CROSS JOIN job j WHERE r.id > :last AND j.run_id = :template"
            ),
            {"template": template, "last": last},
        )


def _json(session: Session, expression: str) -> str:
    return f"CAST({expression} AS JSONB)" if session.get_bind().dialect.name == "postgresql" else expression


def settle(database: Database) -> None:
    """What a server's database does by itself in time: PostgreSQL gathers statistics of new rows."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def count_returns(database: Database, run_id: int) -> int:
    with database.read() as session:
        mine = select(col(Job.id)).where(col(Job.run_id) == run_id)
        query = select(func.count()).select_from(VariationReturn).where(col(VariationReturn.job_id).in_(mine))
        return int(session.execute(query).scalar_one())
