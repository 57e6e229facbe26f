"""Bad input: whatever is thrown at whatever route, the answer is a problem, never a 500, and nothing is half stored."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gsl.backend.artifact_files import ArtifactStore
from gsl.backend.db.engine import Database
from gsl.backend.http.problems import translate
from gsl.backend.services.app_services import Services
from gsl.backend.services.health import HealthWatch
from tests.backend.api_driver import ApiDriver, sent_by
from tests.backend.marks import ON_SQLITE

_JSON = {"Content-Type": "application/json"}
ODD_NUMBERS = (-1, 0, 2**31, 2**63 - 1, 2**63, 10**30, 1e308, 0.5, True)
ODD_TEXTS = ("", "\x00", "a\x00b", "\ud800", "x" * 300, "'; DROP TABLE run; --", "%00", "../..", "☃", "null")
ODD_SETTINGS: tuple[Any, ...] = (None, -1, 2**63 - 1, 10**30, 1e308, "x", "\x00", [], {})
ODD_VALUES: tuple[Any, ...] = (None, [], {}, [[]], [{}], {"": None}, *ODD_NUMBERS, *ODD_TEXTS)


def routes(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every documented operation but the endless stream."""
    return [
        (method.upper(), path, operation)
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if not path.endswith("/stream")
    ]


def check(response: httpx.Response) -> None:
    """A good answer, or a problem that says what is wrong."""
    assert response.status_code < 500, (response.request.method, response.request.url, response.text)
    if response.status_code >= 400:
        problem = response.json()
        assert response.headers["content-type"] == "application/problem+json"
        assert problem["status"] == response.status_code
        assert problem["detail"]


def fill(path: str, value: object) -> str:
    """The path with every parameter replaced."""
    parts = [_segment(value) if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


def _segment(value: object) -> str:
    return httpx.URL("http://x").copy_with(path="/" + str(value).replace("\ud800", "%ED%A0%80")).raw_path[1:].decode()


@ON_SQLITE
def test_odd_ids_in_every_path(api: ApiDriver, shared_app: FastAPI) -> None:
    for method, path, _ in routes(shared_app):
        for value in (*ODD_NUMBERS, "x", "%00", "..", "☃", "1 OR 1=1"):
            check(api.client.request(method, fill(path, value), json={}, headers=sent_by(path, method)))


def test_odd_query_parameters_on_every_route(api: ApiDriver, shared_app: FastAPI) -> None:
    api.launch()
    for method, path, operation in routes(shared_app):
        names = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
        for name in names:
            for value in (*ODD_NUMBERS, "", "\x00", "☃", "x" * 300, "'"):
                check(
                    api.client.request(method, fill(path, 1), params={name: str(value)}, headers=sent_by(path, method))
                )


def test_odd_bodies_on_every_route(api: ApiDriver, shared_app: FastAPI) -> None:
    """Each field of each body in turn holds each odd value; the bodies around them are nearly right."""
    run_id = api.at_the_gate()
    job_id = api.job(run_id)
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    bodies: dict[str, dict[str, Any]] = {
        "/runs": {
            "preset": "forkmaze-quick",
            "config": {},
            "name": "",
            "experiment_id": None,
            "arm_name": "",
            "notes": "",
            "tags": [],
        },
        "/experiments": {"name": "n", "description": ""},
        f"/experiments/{experiment}/runs": {
            "preset": "forkmaze-quick",
            "config": {},
            "arms": [{"name": "a", "config": {}}],
            "seeds": [0],
            "tags": [],
        },
        f"/runs/{run_id}/gate/approve": {"partition": [[0]], "specialist_steps": 5000, "start": "clone", "reason": ""},
        f"/runs/{run_id}/gate/reject": {"action": "fly", "reason": ""},
        f"/jobs/{job_id}/claim": {"worker": "w"},
        f"/jobs/{job_id}/heartbeat": {"attempt": 9, "worker": "w"},
        f"/jobs/{job_id}/reports": {"attempt": 9, "reports": []},
        f"/jobs/{job_id}/finish": {"attempt": 9, "status": "failed", "result": None, "error": None},
    }
    for path, body in bodies.items():
        sender = {**_JSON, **sent_by(f"/api/v1{path}", "POST")}
        for field, value in product(body, ODD_VALUES):
            check(api.client.post(f"/api/v1{path}", content=json.dumps({**body, field: value}), headers=sender))
    for field in ("name", "notes", "tags"):
        for value in ODD_VALUES:
            check(api.client.patch("/api/v1/runs/1", content=json.dumps({field: value}), headers=_JSON))


@ON_SQLITE
def test_odd_settings_deep_in_a_configuration(api: ApiDriver) -> None:
    config = api.get("/presets")[0]["config"]
    for part, fields in config.items():
        for field in fields if isinstance(fields, dict) else ():
            for value in ODD_SETTINGS:
                body = json.dumps({"preset": "forkmaze", "config": {part: {field: value}}})
                check(api.client.post("/api/v1/runs/preview", content=body, headers=_JSON))


_names = st.sampled_from(["preset", "config", "suite", "name", "seed", "budget", "tags"])
_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names | st.text(), inner),
    max_leaves=12,
)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_whatever_json_there_is(api: ApiDriver) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(body=_anything, path=st.sampled_from(["/runs", "/runs/preview", "/experiments", "/jobs/1/reports"]))
    def throw(body: Any, path: str) -> None:
        headers = {**_JSON, **sent_by(f"/api/v1{path}", "POST")}
        check(api.client.post(f"/api/v1{path}", content=json.dumps(body).encode(), headers=headers))

    throw()


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"preset=forkmaze", "line 1 column 1"),
        (b'{"preset": ', "line 1 column 12"),
        (b"\xff\xfe", "byte 0"),
        (b"[" * 100_000, ""),
        (b'{"config": {"seed": NaN}}', "NaN"),
        (b'{"config": {"seed": -Infinity}}', "-Infinity"),
    ],
)
@ON_SQLITE
def test_bodies_that_are_no_json(api: ApiDriver, content: bytes, where: str) -> None:
    problem = api.ask("POST", "/runs", 400, content=content, headers=_JSON)
    assert where in problem["detail"]
    assert problem["title"] == "Bad request"


@ON_SQLITE
def test_bodies_that_no_table_can_hold(api: ApiDriver) -> None:
    def refused(body: str) -> Any:
        return api.ask("POST", "/runs", 422, content=body.encode(), headers=_JSON)

    assert refused('{"preset": "forkmaze", "notes": "a\\u0000b"}')["errors"][0]["field"] == "notes"
    assert refused('{"preset": "forkmaze", "tags": ["\\uD800"]}')["errors"][0]["field"] == "tags.0"
    assert "99999999999999999999" in refused('{"config": {"seed": 99999999999999999999}}')["detail"]
    assert api.post("/runs", {"preset": "forkmaze", "notes": "\\u0000 ☃ 😀"}, 201)["notes"] == "\\u0000 ☃ 😀"
    assert api.ask("POST", "/runs", 422, content=b"{}")["errors"][0]["field"] == "body"


@ON_SQLITE
def test_unknown_things_say_which(api: ApiDriver) -> None:
    for what, path in (("Run", "runs/77"), ("Job", "jobs/77"), ("Artifact", "artifacts/77/content")):
        assert f"{what} 77" in api.get(f"/{path}", 404)["detail"]
    assert "Experiment 77" in api.get("/experiments/77", 404)["detail"]
    assert "/api/v1/unknown" in api.get("/unknown", 404)["detail"]
    api.ask("DELETE", "/presets", 405)
    assert "learning_curve" in api.get(f"/runs/{api.launch()}/figures/pie", 404)["detail"]


@ON_SQLITE
def test_a_database_that_is_away(api: ApiDriver, services: Services) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    object.__setattr__(services, "database", away)
    for method, path in (("GET", "/runs"), ("GET", "/runs/1"), ("POST", "/runs")):
        response = api.response(method, path, 503, json={"preset": "forkmaze"})
        assert response.headers["Retry-After"] == "5"
        assert "127.0.0.1" in response.json()["detail"]
    object.__setattr__(services, "health", HealthWatch(services.settings, away))
    assert "127.0.0.1" in api.get("/health", 503)["detail"]
    away.close()


@ON_SQLITE
def test_a_database_without_tables_is_said_to_be(api: ApiDriver, services: Services, tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    object.__setattr__(services, "database", empty)
    assert "no such table" in api.get("/runs", 503)["detail"]
    empty.close()


@ON_SQLITE
def test_storage_that_is_away(api: ApiDriver, services: Services) -> None:
    job_id = api.job(api.launch())
    api.claim(job_id)
    object.__setattr__(services, "files", ArtifactStore("/proc/no-such-place"))
    assert api.upload(job_id, b"policy", 503)["title"] == "Unavailable"


def test_numbers_too_large_for_a_column_are_invalid() -> None:
    assert translate(OverflowError("Python int too large to convert to SQLite INTEGER")).status == 422
