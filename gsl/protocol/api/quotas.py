"""Quotas of accounts and projects, and how much of them is used."""

from typing import Annotated

from pydantic import Field

from gsl.protocol.api.base import MAX_ID, Answer, Request, example

_Most = Annotated[int | None, Field(ge=0, le=MAX_ID)]


class QuotaSet(Request):
    """What is left out or null is unlimited."""

    model_config = example({"running_jobs": 4, "steps_a_day": 50_000_000, "storage_bytes": 100_000_000_000})

    running_jobs: Annotated[int | None, Field(ge=0, le=2**31 - 1, description="Most jobs that run at once.")] = None
    steps_a_day: Annotated[_Most, Field(description="Most environment steps launched within 24 hours.")] = None
    storage_bytes: Annotated[_Most, Field(description="Most bytes of stored files; then nothing is launched.")] = None


class QuotaPublic(Answer):
    """What may be used at most; null is unlimited."""

    running_jobs: int | None = None
    steps_a_day: int | None = None
    storage_bytes: int | None = None


class UsagePublic(Answer):
    running_jobs: int = Field(0, description="Jobs that run now.")
    steps_a_day: int = Field(0, description="Environment steps of runs launched within the last 24 hours.")
    storage_bytes: int = Field(0, description="Bytes of stored files, those of runs in the bin, too.")


class AllowancePublic(Answer):
    """A quota and its use."""

    quota: QuotaPublic
    usage: UsagePublic
