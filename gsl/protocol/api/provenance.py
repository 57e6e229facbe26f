"""What jobs are made with."""

from datetime import datetime

from pydantic import Field

from gsl.protocol.api.base import ANSWER, Answer
from gsl.protocol.reports import SourceState


class ProvenanceOf(Answer):
    """A job, and its own part of what it is made with."""

    job_id: int
    job_key: str
    epoch: int = Field(description="From this epoch of the job on: 0, or the one after which it was resumed.")
    at: datetime = Field(description="When the trainer reported it.")
    command: str = Field(description="Command line of the trainer.")
    seeds: dict[str, int] = Field(description="Seed of the run, and of the job, which follows from it.")


class SourcePublic(SourceState):
    """The code of one package: GSL Lab itself, or what the suite, the learner or the guide come from."""

    model_config = ANSWER


class ProvenancePublic(Answer):
    """What some jobs are made with. Secrets are not recorded."""

    jobs: tuple[ProvenanceOf, ...]
    machine: str
    system: str = Field(description="Operating system and its release.")
    python: str
    processor: str
    device: str = Field(description="What networks run on: cpu, or the GPU's name.")
    driver: str = Field(description="GPU driver and CUDA; empty on a CPU.")
    packages: dict[str, str] = Field(description="Installed Python packages and their versions.")
    sources: tuple[SourcePublic, ...]


class ProvenanceDifference(Answer):
    """One thing in which two runs or two jobs differ."""

    what: str = Field(description="For example: package torch.")
    ours: tuple[str, ...] = Field(
        description="Several if the run's jobs differ among themselves; empty if it has none."
    )
    theirs: tuple[str, ...]
