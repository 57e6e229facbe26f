"""Settings of one worker slot, read from the environment."""

import os
import socket
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gsl.protocol.dispatch import checked_broker_url
from gsl.protocol.lease import MOST_MEMBERS, Labels


def _default_name() -> str:
    """Host name and slot, where the slot is its GPU or `cpu`."""
    devices = os.environ.get("CUDA_VISIBLE_DEVICES", "").replace(",", "+")
    return f"{socket.gethostname()}-{devices or 'cpu'}"


class WorkerSettings(BaseSettings):
    """Where the slot gets its work and keeps its files."""

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore", env_ignore_empty=True)

    api_url: str = Field("http://127.0.0.1:8000", validation_alias="GSL_API_URL", description="URL of the API.")
    token: SecretStr = Field(
        validation_alias="GSL_WORKER_TOKEN",
        min_length=1,
        description="Token with which workers authenticate to the server.",
    )
    redis_url: str = Field(
        "",
        validation_alias="REDIS_URL",
        description="URL of the message broker that announces new jobs; if empty, the slot asks the API for them.",
    )
    dir: Path = Field(
        Path("data/worker"),
        validation_alias="GSL_WORKER_DIR",
        description="Folder for the files of running jobs; preferably on a local disk.",
    )
    name: str = Field(
        default_factory=_default_name,
        validation_alias="GSL_WORKER_NAME",
        pattern=r"^[\w.+@-]{1,200}$",
        description="Unique name of this slot. If empty: the host name and the slot.",
    )
    labels: Annotated[Labels, NoDecode] = Field(
        (),
        validation_alias="GSL_WORKER_LABELS",
        description="Labels by which runs choose this worker, separated by commas, for example a100,lab-2.",
    )
    members: int = Field(
        64,
        validation_alias="GSL_MEMBERS",
        ge=1,
        le=MOST_MEMBERS,
        description="Most specialists that a slot trains as one network where that is faster; 1: each by itself.",
    )
    trainers: str = Field(
        "",
        validation_alias="GSL_TRAINERS",
        description="TOML file that declares trainers of your own, which runs may name; if empty, there are none.",
    )
    deaf_seconds: float = Field(
        180,
        validation_alias="GSL_DEAF_SECONDS",
        gt=0,
        description="Seconds after which an idle slot that jobs are waiting for is restarted, because it no longer "
        "receives messages.",
    )
    stall_seconds: float = Field(
        600,
        validation_alias="GSL_STALL_SECONDS",
        gt=0,
        description="Shortest time in seconds without a sign of life after which a trainer counts as hanging and is "
        "ended.",
    )
    stop_seconds: float = Field(
        30,
        validation_alias="GSL_STOP_SECONDS",
        gt=0,
        le=3600,
        description="Seconds that a stopping trainer has to write its checkpoint.",
    )

    idle_seconds: float | None = Field(
        None,
        validation_alias="GSL_IDLE_SECONDS",
        gt=0,
        allow_inf_nan=False,
        description="Seconds without a job after which the slot ends by itself; if empty, it stays.",
    )
    until_minutes: float | None = Field(
        None,
        validation_alias="GSL_UNTIL_MINUTES",
        gt=0,
        allow_inf_nan=False,
        description="Minutes after its start by which the slot has given its job back and ended; if empty, it stays.",
    )

    @field_validator("labels", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value

    @field_validator("redis_url")
    @classmethod
    def _is_a_broker(cls, url: str) -> str:
        return checked_broker_url(url) if url else ""

    @field_validator("api_url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("must be a URL like http://gsl.lan:8000")
        return url
