"""What people keep by name, for themselves or to share: views of the list of runs, and defaults of criterion H."""

from datetime import datetime

from pydantic import Field

from gsl.config.plateau import PlateauSettings
from gsl.protocol.api.base import MAX_ID, Answer, Request, example
from gsl.protocol.api.run_lists import FieldName


class Keeping(Request):
    """Under which name, and who else sees it."""

    name: str = Field(min_length=1, max_length=100)
    shared: bool = Field(default=False, description="Whether others see it: the project's members, or all without one.")
    project_id: int | None = Field(default=None, ge=1, le=MAX_ID)


class KeptPublic(Answer):
    id: int
    name: str
    owner: str
    shared: bool
    project_id: int | None
    updated_at: datetime


class RunViewContent(Request):
    """How the list of runs is looked at."""

    query: str = Field(default="", max_length=2000)
    columns: list[FieldName] = Field(default=[], max_length=30, description="Fields shown after the usual columns.")
    sort: str = Field(default="", max_length=200, description="Field to sort by; a leading minus reverses the order.")
    by_experiment: bool = Field(default=False, description="Whether the runs of an experiment are one row.")


class RunViewStore(Keeping):
    model_config = example({"name": "Failed at high rates", "content": {"query": "status = failed"}})

    content: RunViewContent


class RunViewPublic(KeptPublic):
    content: RunViewContent
    gone: tuple[str, ...] = Field(description="What it names that there is no more; it opens without.")


class PlateauDefaultStore(Keeping):
    model_config = example({"name": "Long windows", "settings": {"window": 60, "margin": 0.1}})

    settings: PlateauSettings = Field(description="Those left out are as criterion H begins with.")


class PlateauDefaultPublic(KeptPublic):
    """Settings of criterion H that a launch can begin with; runs launched with them keep them as they were then."""

    settings: PlateauSettings
