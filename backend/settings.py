"""The server's settings, read from the environment; all have defaults that work on a laptop."""

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from gsl.backend.public_address import PublicAddress
from gsl.config.errors import in_one_sentence
from gsl.protocol.api.exporting import EXPORTERS, Exporter
from gsl.protocol.dispatch import checked_broker_url


class Settings(BaseSettings):
    """Settings of the API and of the processes that share its database."""

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore", env_ignore_empty=True)

    port: int = Field(8000, validation_alias="PORT", ge=1, le=65_535, description="Port of the page and the API.")
    host: str = Field(
        "127.0.0.1", validation_alias="GSL_HOST", description="Address to listen on; loopback by default."
    )
    allowed_hosts: str = Field(
        "",
        validation_alias="GSL_ALLOWED_HOSTS",
        description="Comma-separated host names under which the page may be opened, besides loopback names, IP "
        "addresses and GSL_HOST.",
    )
    public_url: str = Field(
        "",
        validation_alias="GSL_PUBLIC_URL",
        description="URL at which a reverse proxy serves the page, with its path; if empty, there is no proxy.",
    )
    data_dir: Path = Field(
        Path("data"), validation_alias="GSL_DATA_DIR", description="Folder for everything that is stored."
    )
    database: str = Field(
        "", validation_alias="DATABASE_URL", description="Database URL; if empty, SQLite in the data folder."
    )
    redis_url: str = Field("", validation_alias="REDIS_URL", description="Broker URL; if empty, an embedded Valkey.")
    token: SecretStr = Field(
        SecretStr(""),
        validation_alias="GSL_WORKER_TOKEN",
        description="Token that workers send; if empty, one is created and kept.",
    )
    owner: SecretStr = Field(
        SecretStr(""),
        validation_alias="GSL_OWNER_TOKEN",
        description="Token that opens everything, as the link of `make up` carries it; if empty, one is created and "
        "kept.",
    )
    metrics: SecretStr = Field(
        SecretStr(""),
        validation_alias="GSL_METRICS_TOKEN",
        description="Token that opens /metrics and nothing else, for Prometheus; if empty, only admins may read it.",
    )
    artifacts: str = Field(
        "", validation_alias="GSL_ARTIFACTS_URL", description="fsspec URL of the files; if empty, a folder."
    )
    lease_seconds: float = Field(
        90,
        validation_alias="GSL_LEASE_SECONDS",
        gt=0,
        description="How long a worker keeps its job without a heartbeat.",
    )
    max_attempts: int = Field(
        5, validation_alias="GSL_MAX_ATTEMPTS", ge=1, description="A job fails after so many losses without progress."
    )
    low_disk_mb: int = Field(
        1000,
        validation_alias="GSL_LOW_DISK_MB",
        ge=0,
        description="The page warns when fewer MB are free on its disks.",
    )
    job_quota_gb: float = Field(
        1000, validation_alias="GSL_JOB_QUOTA_GB", gt=0, description="Most that a job's stored files may take, in GB."
    )
    checkpoint_days: float | None = Field(
        None,
        validation_alias="GSL_KEEP_CHECKPOINTS_DAYS",
        ge=0,
        description="Days after a job's end from which only its last and best checkpoint and its plateaus' are kept.",
    )
    exporters_text: str = Field(
        "",
        validation_alias="GSL_EXPORTERS",
        description="Comma-separated formats in which runs are exported that name none: tensorboard, wandb.",
    )
    exports: Path | None = Field(
        None, validation_alias="GSL_EXPORTS_DIR", description="Folder of exported runs; if empty, in the data folder."
    )
    webhook_hosts_text: str = Field(
        "",
        validation_alias="GSL_WEBHOOK_HOSTS",
        description="Comma-separated names or addresses of hosts in private networks to which webhooks may post.",
    )
    oidc_issuer: str = Field(
        "",
        validation_alias="GSL_OIDC_ISSUER",
        description="Issuer of the OpenID Connect provider through which people sign in; if empty, there is none.",
    )
    oidc_client_id: str = Field(
        "", validation_alias="GSL_OIDC_CLIENT_ID", description="How the provider knows this server."
    )
    oidc_client_secret: SecretStr = Field(
        SecretStr(""),
        validation_alias="GSL_OIDC_CLIENT_SECRET",
        description="What proves that to the provider; empty for a public client.",
    )
    oidc_name: str = Field(
        "single sign-on", validation_alias="GSL_OIDC_NAME", description="What the sign-in page calls the provider."
    )
    oidc_domains_text: str = Field(
        "",
        validation_alias="GSL_OIDC_DOMAINS",
        description="Comma-separated domains of verified e-mail addresses that may sign in through the provider.",
    )
    oidc_role: Literal["", "viewer", "member", "admin"] = Field(
        "",
        validation_alias="GSL_OIDC_ROLE",
        description="Role of people who come through the provider and have no account yet; if empty, they get none.",
    )
    workers: int | None = Field(
        None,
        validation_alias="GSL_WORKERS",
        ge=0,
        description="Number of local worker slots that `make up` starts; if empty, one for each core.",
    )
    page_dir: Path = Field(
        Path(__file__).parent / "page", validation_alias="GSL_PAGE_DIR", description="Folder of the built page."
    )

    @field_validator("public_url")
    @classmethod
    def _is_a_public_address(cls, url: str) -> str:
        return str(PublicAddress.parse(url)) if url else ""

    @field_validator("database")
    @classmethod
    def _is_a_database(cls, url: str) -> str:
        try:
            kind = make_url(_with_psycopg(url)).get_backend_name() if url else ""
        except ArgumentError:
            kind = "none"
        if kind not in ("", "postgresql", "sqlite"):
            raise ValueError("must be a URL like postgresql://user:password@host/name, or empty for SQLite")
        return url

    @field_validator("exporters_text")
    @classmethod
    def _are_exporters(cls, text: str) -> str:
        unknown = [name for name in _named(text) if name not in EXPORTERS]
        if unknown:
            raise ValueError(f"{unknown[0]} is none; there are {' and '.join(EXPORTERS)}, separated by commas")
        return text

    @field_validator("redis_url")
    @classmethod
    def _is_a_broker(cls, url: str) -> str:
        return checked_broker_url(url) if url else ""

    @field_validator("oidc_issuer")
    @classmethod
    def _is_an_issuer(cls, url: str) -> str:
        parts = urlsplit(url)
        is_local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
        if url and not (parts.hostname and (parts.scheme == "https" or is_local)):
            raise ValueError("must be a URL like https://login.example.org; http is for this machine alone")
        return url

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("GSL_OIDC_ISSUER needs GSL_OIDC_CLIENT_ID, by which the provider knows this server")
        return self

    @property
    def oidc_domains(self) -> frozenset[str]:
        """Domains of e-mail addresses that may sign in; empty for all."""
        return frozenset(_named(self.oidc_domains_text.lower()))

    @property
    def exporters(self) -> tuple[Exporter, ...]:
        """Formats in which runs are exported that name none."""
        return tuple(name for name in EXPORTERS if name in _named(self.exporters_text))

    @property
    def exports_dir(self) -> Path:
        return (self.exports or self.data_dir / "exports").resolve()

    @property
    def public(self) -> PublicAddress:
        return PublicAddress.parse(self.public_url) if self.public_url else PublicAddress()

    @property
    def page_url(self) -> str:
        """Address of the page without a slash at its end, for links in messages."""
        public = self.public
        return f"{public.origin}{public.base_path}" if public.origin else f"http://{self.host}:{self.port}"

    @property
    def webhook_hosts(self) -> frozenset[str]:
        """Hosts to which webhooks may post although their addresses are private."""
        return frozenset(_named(self.webhook_hosts_text.lower()))

    @property
    def job_quota(self) -> int:
        """Bytes."""
        return int(self.job_quota_gb * 1e9)

    @property
    def heartbeat_seconds(self) -> float:
        """Time between a worker's heartbeats in seconds: a quarter of the lease, at most 25 s."""
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
        """The token that workers send; created once and kept in the data folder, readable only by its owner."""
        given = self.token.get_secret_value()
        return given or _kept_token(self.data_dir / "worker-token")

    @cached_property
    def owner_token(self) -> str:
        """The token of whoever owns the data folder; kept as the other one is."""
        given = self.owner.get_secret_value()
        return given or _kept_token(self.data_dir / "owner-token")

    @property
    def address(self) -> str:
        """The address at which this machine's browser and workers reach the API."""
        everywhere = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
        host = everywhere.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def opened_at(self) -> str:
        """The address at which people open the page."""
        return self.public_url or self.address

    @property
    def owner_link(self) -> str:
        """The link that signs a browser in as the owner."""
        return f"{self.opened_at}/?token={quote(self.owner_token, safe='')}"

    @property
    def cookie(self) -> str:
        """Name of the cookie of a browser's session: cookies do not tell ports of one host apart, so the name does."""
        return f"gsl-session-{self.port}"


def read_settings() -> Settings:
    """Settings from the environment. Raises ValueError with one sentence that names all invalid ones."""
    try:
        return Settings()
    except ValidationError as error:
        raise ValueError(in_one_sentence(error)) from None


def _named(text: str) -> list[str]:
    """Of a list that is separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _with_psycopg(url: str) -> str:
    """SQLAlchemy's URL for PostgreSQL through psycopg 3, for any common form of it."""
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
        os.link(fresh, path)  # atomic: if two processes start together, one wins and both read its token
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text().strip()
