"""Suites of stored runs, which name variations and define the score."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlmodel import Session, col

from gsl.backend.db.models import Gate, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.domain.lost_suite import LostSuite, Measured
from gsl.config.base import stored
from gsl.config.run import Suite
from gsl.config.suites import SuiteSettings

_SUITE: TypeAdapter[SuiteSettings] = TypeAdapter(Suite)


def suite_of(session: Session, run_id: int) -> SuiteSettings:
    """The suite of a run that exists."""
    config = session.execute(select(col(Run.config)).where(col(Run.id) == run_id)).scalar_one()
    return read(session, config.get("suite", {}), [run_id])


def read(session: Session, settings: Mapping[str, Any], run_ids: Sequence[int]) -> SuiteSettings:
    """The suite with these stored settings; if this server cannot read them, what its runs have measured of it."""
    try:
        with stored():
            return _SUITE.validate_python(settings)
    except ValidationError:
        return LostSuite.of(settings, _measured(session, run_ids))


def _measured(session: Session, run_ids: Sequence[int]) -> Measured:
    mine = col(LatestReturn.run_id).in_(run_ids)
    success = select(col(LatestReturn.variation)).where(mine, col(LatestReturn.success_rate).is_not(None)).limit(1)
    trained = select(col(LatestReturn.variation)).where(mine, col(LatestReturn.source) != "held_out").distinct()
    evidence = session.scalars(select(col(Gate.evidence)).where(col(Gate.run_id).in_(run_ids)))
    return Measured(
        success=session.execute(success).first() is not None,
        variations=tuple(session.scalars(trained.order_by(col(LatestReturn.variation)))),
        names={row["variation"]: row.get("name", "") for frozen in evidence for row in frozen["variations"]},
    )
