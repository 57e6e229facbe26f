"""what runs are found by: name, notes and tags without case and accents"""

import unicodedata
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AT_ONCE = 1000
_BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_RUN = sa.table(
    "run", sa.column("id", _BIG_ID), sa.column("name"), sa.column("notes"), sa.column("tags", _JSON)
)  # fmt: skip


def upgrade() -> None:
    run_text = op.create_table(
        "run_text",
        sa.Column("run_id", _BIG_ID, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_text_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_text")),
    )
    last = 0
    while rows := _runs_after(last):
        texts = [{"run_id": row.id, "text": _fold("\n".join((row.name, row.notes, *row.tags)))} for row in rows]
        op.get_bind().execute(run_text.insert(), texts)
        last = rows[-1].id


def _runs_after(last: int) -> Sequence[sa.Row[tuple[object, ...]]]:
    query = sa.select(_RUN).where(_RUN.c.id > last).order_by(_RUN.c.id).limit(_AT_ONCE)
    return op.get_bind().execute(query).all()


def _fold(text: str) -> str:
    """As the store did when this migration was made."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(character for character in folded if not unicodedata.combining(character))


def downgrade() -> None:
    op.drop_table("run_text")
