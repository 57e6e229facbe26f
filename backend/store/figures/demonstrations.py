"""Reads the episodes that a run's demonstrations jobs tried and kept."""

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from gsl.backend.db.models import Job
from gsl.backend.domain.figure_data import Demonstrated
from gsl.backend.store.suites import suite_of
from gsl.protocol.reports import DemonstrationCount


def demonstrated(session: Session, run_id: int) -> Demonstrated:
    """From the jobs that have reported, by cycle: specialists in order, then the generalist."""
    query = select(col(Job.cycle), col(Job.index), col(Job.demonstrations)).where(
        col(Job.run_id) == run_id, col(Job.kind) == "demonstrations"
    )
    rows = [
        (cycle, index, DemonstrationCount.model_validate(count))
        for cycle, index, counts in session.execute(query)
        for count in counts or ()
    ]
    rows.sort(key=lambda row: (row[0], row[1] == 0, row[1], row[2].variation))
    suite, counts = suite_of(session, run_id), [count for _, _, count in rows]
    return Demonstrated(
        names=tuple(suite.variation_name(count.variation) for count in counts),
        specialists=np.array([index for _, index, _ in rows], np.int64),
        cycles=np.array([cycle for cycle, _, _ in rows], np.int64),
        kept=np.array([count.kept for count in counts], np.int64),
        tried=np.array([count.tried for count in counts], np.int64),
        means=np.array([np.nan if c.mean_return is None else c.mean_return for c in counts], np.float64),
    )
