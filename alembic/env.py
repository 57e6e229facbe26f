"""Runs migrations under a lock, on the database or connection that the caller passes, or on the settings' database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection, text
from sqlmodel.sql.sqltypes import AutoString

from gsl.backend.db import (
    account_models,
    columns,
    continuation_models,
    evaluation_models,
    link_models,
    models,
    policy_models,
    project_models,
    provenance_models,
    rollup_models,
    sweep_models,
    tracked_models,
    webhook_models,
)
from gsl.backend.db.engine import make_engine
from gsl.backend.settings import Settings

_LOCK = 0x67736C  # any number used only here
_metadata = models.Run.metadata
# Imported, so that their tables are known too.
for table in (
    account_models.Account, continuation_models.Continuation, evaluation_models.Evaluation,
    link_models.ShareLink, policy_models.Policy,
    project_models.Project, provenance_models.JobProvenance, rollup_models.EpochStretch,
    sweep_models.Sweep, tracked_models.TrackedRun, webhook_models.Webhook,
):  # fmt: skip
    assert table.metadata is _metadata
_RENDERED: dict[type, str] = {
    columns.FiniteFloat: "sa.Float(53)",
    columns.UtcDateTime: "sa.DateTime(timezone=True)",
    AutoString: "sa.String()",
    JSON: 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")',
}


def _render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Renders plain types, because migrations must not change when the code does."""
    return _RENDERED.get(type(item), False) if kind == "type" else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=_metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """If several processes start together, one migrates; the others wait and then have nothing to do.

    PostgreSQL has a lock for this; on SQLite the transaction holds the write lock from its start (BEGIN IMMEDIATE).
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    yield


def _migrate() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    engine = make_engine(context.config.attributes.get("url") or Settings().database_url)
    with engine.execution_options(gsl_write=True).begin() as connection, _alone(connection):
        _run(connection)
    engine.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=_metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    _migrate()
