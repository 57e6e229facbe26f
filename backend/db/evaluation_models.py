"""Tables of evaluations, beside the returns of each variation in `models.VariationReturn`.

Rows are written with the reports that bring them, and removed when a trainer resumes before their epoch.
"""

from typing import Any

from sqlmodel import Field, SQLModel

from gsl.backend.db.columns import json_column, number_column, reference


class Evaluation(SQLModel, table=True):
    """How whole an evaluation was; one of which there is no row was made before rounds were counted.

    Returns by variation are in `variation_return`; those by episode of a trial are few enough to lie here.
    """

    job_id: int = reference("job.id", primary_key=True)
    epoch: int = Field(primary_key=True)
    rounds: int | None = None
    rounds_asked: int | None = None
    trial: dict[str, Any] | None = json_column(None)  # TrialReturns, of a learner with memory


class EvaluationFeatures(SQLModel, table=True):
    """What the policy made of each variation, by the job that evaluated it: what variations are clustered by."""

    __tablename__ = "evaluation_features"

    job_id: int = reference("job.id", primary_key=True)
    features: dict[str, list[float]] = json_column()  # by variation


class EvaluationMean(SQLModel, table=True):
    """An evaluation's means over its variations, each with the same weight: a rollup of its returns."""

    __tablename__ = "evaluation_mean"

    job_id: int = reference("job.id", primary_key=True)
    source: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    variations: int
    mean_return: float | None = number_column()
    success_rate: float | None = number_column()
