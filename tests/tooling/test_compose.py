"""The team's server uses only settings that exist, and its images only files that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gsl.backend.local.__main__ import _api_command
from gsl.backend.settings import Settings
from gsl.worker.runner.settings import WorkerSettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
UVICORN = {"WEB_CONCURRENCY", "PROMETHEUS_MULTIPROC_DIR"}
"""Of the program that starts the API, and of Prometheus' client in it."""
S3 = {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"}
# Of other programs, and of compose itself.
FOREIGN = (
    {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "REDISCLI_AUTH", "REDIS_PASSWORD", "GSL_BIND"} | UVICORN | S3
)
FOREIGN |= {"GSL_API_MEMORY", "GSL_WORKER_MEMORY", "GSL_TRAINERS_FOLDER"}
CUDA = {"CUDA_VISIBLE_DEVICES"}


def settings_of(model: type[Settings | WorkerSettings]) -> set[str]:
    """Environment variables that a settings object reads."""
    return {str(field.validation_alias) for field in model.model_fields.values()}


@pytest.mark.parametrize(("service", "model"), [("api", Settings), ("migrate", Settings), ("worker", WorkerSettings)])
def test_a_service_sets_only_what_its_program_reads(service: str, model: type[Settings | WorkerSettings]) -> None:
    assert set(COMPOSE["services"][service]["environment"]) - UVICORN - S3 <= settings_of(model)


def test_the_gpu_worker_is_a_profile_of_its_own() -> None:
    service = COMPOSE["services"]["gpu-worker"]
    assert service["profiles"] == ["gpu"]
    assert set(service["environment"]) <= settings_of(WorkerSettings) | CUDA


def test_what_compose_asks_of_the_environment_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked <= example
    assert example == settings_of(Settings) | settings_of(WorkerSettings) | (FOREIGN & asked)


def test_redis_loses_and_evicts_nothing() -> None:
    command = COMPOSE["services"]["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


@pytest.mark.parametrize("dockerfile", sorted((ROOT / "docker").iterdir()), ids=lambda path: path.name)
def test_an_image_copies_only_what_exists(dockerfile: Path) -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile.read_text(), re.MULTILINE)
    missing = [name for line in copied for name in line.split() if not (ROOT / name).exists()]
    assert missing == []


def test_every_server_limits_headers() -> None:
    option = "--http", "gsl.backend.http.header_limit:HeaderLimit"
    command = (ROOT / "docker/api.Dockerfile").read_text().partition("CMD ")[2].replace("\\", "")
    assert ", ".join(map(json.dumps, option)) in command
    assert " ".join(option) in " ".join(_api_command(Settings(), dev=False))


def test_every_service_has_a_limit_and_one_that_should_run_is_restarted() -> None:
    once = {"migrate", "backup"}
    for name, service in COMPOSE["services"].items():
        assert service["restart"] == ("no" if name in once else "unless-stopped"), name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_a_volume_is_declared_and_used() -> None:
    used = {volume.split(":")[0] for service in COMPOSE["services"].values() for volume in service.get("volumes", [])}
    assert {name for name in used if not name.startswith("$")} == set(COMPOSE["volumes"])


def test_workers_see_trainers_of_one_s_own_where_they_lie_and_cannot_change_them() -> None:
    for name in ("worker", "gpu-worker"):
        service = COMPOSE["services"][name]
        assert "GSL_TRAINERS" in service["environment"]
        folder, inside = "${GSL_TRAINERS_FOLDER:-./examples/trainers}", "${GSL_TRAINERS_FOLDER:-/trainers}"
        assert f"{folder}:{inside}:ro" in service["volumes"]


@pytest.mark.parametrize("dockerfile", sorted((ROOT / "docker").iterdir()), ids=lambda path: path.name)
def test_an_image_does_not_run_as_root(dockerfile: Path) -> None:
    last = dockerfile.read_text().split("\nFROM ")[-1]
    assert re.findall(r"^USER (.+)$", last, re.MULTILINE) == ["gsl"]
    assert last.index("\nUSER gsl\n") < last.index("\nCMD ")


def test_an_image_has_the_programs_of_the_database_s_version() -> None:
    version = COMPOSE["services"]["postgres"]["image"].split(":")[1].split("-")[0]
    assert f"postgresql-client-{version} " in (ROOT / "docker/api.Dockerfile").read_text()


def test_the_api_image_has_no_torch_and_the_worker_image_no_sql() -> None:
    api = (ROOT / "docker/api.Dockerfile").read_text()
    worker = (ROOT / "docker/worker.Dockerfile").read_text()
    assert re.findall(r"pip install .*\[([\w,]+)\]", api) == ["api,s3,tensorboard"]
    assert re.findall(r"pip install .*\[(\w+)\]", worker) == ["worker"]
