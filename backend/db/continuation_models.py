"""Continuations: what somebody asked a run to train on for, after it had succeeded.

The rows are never changed. The run's own columns say what is spent and scored now; these say what was known before.
"""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import BIG_ID, identity, number_column, reference, steps_column, time_column


class Continued(SQLModel):
    """Columns of what can be continued: a run.

    Summed up here, so that lists, queries and comparisons see that a run's budget was decided after its result.
    """

    continued_steps: int = Field(default=0, sa_type=BIG_ID, sa_column_kwargs={"server_default": "0"})


class Continuation(SQLModel, table=True):
    """`steps` more, which made the run's total `total_steps`; `score` and `held_out_score` are of the policy before.

    What was done with them are the run's jobs `continued-N` and `evaluation-continued-N`, where N is the number.
    """

    __table_args__ = (UniqueConstraint("run_id", "number", name="uq_continuation_run_number"),)

    id: int | None = identity()
    run_id: int = reference("run.id", index=True)
    number: int  # within the run, from 1
    steps: int = steps_column()
    total_steps: int = steps_column()
    policy: str  # key of the job whose last checkpoint it went on from
    score: float | None = number_column()
    held_out_score: float | None = number_column()
    asked_by: str  # name of the account
    asked_at: datetime = time_column(index=True)
