"""The server's settings, read from the environment; everything has a default that works on a laptop."""

import os
import secrets
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the API and of the processes that share its database."""

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore", env_ignore_empty=True)

    port: int = Field(8000, validation_alias="PORT", ge=0, le=65_535, description="Port of page and API.")
    host: str = Field(
        "127.0.0.1", validation_alias="GSL_HOST", description="Address to listen on; loopback by default."
    )
    allowed_hosts: str = Field(
        "",
        validation_alias="GSL_ALLOWED_HOSTS",
        description="Host names, separated by commas, under which the page may be opened; empty allows loopback names "
        "and, when listening elsewhere, any.",
    )
    data_dir: Path = Field(Path("data"), validation_alias="GSL_DATA_DIR", description="Folder of everything stored.")
    database: str = Field(
        "", validation_alias="DATABASE_URL", description="Database; empty is SQLite in the data folder."
    )
    redis_url: str = Field("", validation_alias="REDIS_URL", description="Broker; empty is an embedded Valkey.")
    token: SecretStr = Field(
        SecretStr(""), validation_alias="GSL_WORKER_TOKEN", description="What workers show; empty makes and keeps one."
    )
    artifacts: str = Field(
        "", validation_alias="GSL_ARTIFACTS_URL", description="fsspec URL of files; empty is a folder."
    )
    lease_seconds: float = Field(
        90, validation_alias="GSL_LEASE_SECONDS", gt=0, description="How long a silent worker keeps its job."
    )
    max_attempts: int = Field(
        5,
        validation_alias="GSL_MAX_ATTEMPTS",
        ge=1,
        description="How often in a row a job may be lost at the same place before it fails.",
    )
    workers: int = Field(
        1, validation_alias="GSL_WORKERS", ge=0, description="Local worker slots that `make up` starts."
    )
    page_dir: Path = Field(
        Path(__file__).parent.parent / "frontend" / "dist",
        validation_alias="GSL_PAGE_DIR",
        description="Folder of the built page.",
    )

    @property
    def heartbeat_seconds(self) -> float:
        """How often a worker says that it still holds its job: a fourth of the lease, at most 25 s."""
        return min(25.0, self.lease_seconds / 4)

    @property
    def database_url(self) -> str:
        if self.database:
            return _with_psycopg(self.database)
        return f"sqlite:///{self.data_dir.resolve() / 'gsl.db'}"

    @property
    def artifacts_url(self) -> str:
        return self.artifacts or str(self.data_dir.resolve() / "artifacts")

    @cached_property
    def worker_token(self) -> str:
        """The token workers show; made once and kept in the data folder, readable by its owner alone."""
        given = self.token.get_secret_value()
        return given or _kept_token(self.data_dir / "worker-token")


def _with_psycopg(url: str) -> str:
    """SQLAlchemy's name for PostgreSQL through psycopg 3, whichever common form was given."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _kept_token(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
    try:
        os.link(fresh, path)  # atomic: of two processes that start together, one wins and both read its token
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text().strip()
