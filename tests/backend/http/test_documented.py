"""The OpenAPI document is true: Schemathesis makes requests from it, and every answer is one that it describes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gsl.backend.api.access import ACCESS
from gsl.backend.settings import Settings
from tests.backend.api_driver import TOKEN, ApiDriver, epoch, sent_by, started
from tests.backend.marks import ON_SQLITE

REFUSED = 401
Operation = Any  # schemathesis.schemas.APIOperation of four type parameters
Known = dict[str, list[Any]]
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
# Unknown parameters are ignored; tokens are ours to send or to leave out.
CONFIG = {"generation": {"allow-extra-parameters": False, "with-security-parameters": False}}
LAST = (
    "delete_project",
    "cancel_run",
    "delete_run",
    "delete_experiment",
)  # other operations would find little after them
COOKIE = Settings().cookie
STRANGERS: tuple[dict[str, str], ...] = (
    {}, {"Authorization": "Bearer"}, {"Authorization": "Bearer gsl_made_up"}, {"Authorization": "Basic b3duZXI6"},
    {"Cookie": f"{COOKIE}=made-up"}, {"Cookie": f"{COOKIE}="}, {"Authorization": f"Bearer {TOKEN[:-1]}"},
)  # fmt: skip


@dataclass
class Fuzz:
    """Requests made from the document, how many there were, and which answers were wrong."""

    operations: list[Operation]
    address: str
    strangers: bool = False
    cases: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    def round(self, number: int, known: Known, each: int) -> None:
        """So many valid and invalid requests of each operation, the same for the same number."""
        for operation in self.operations:
            for mode in GenerationMode:
                cases = operation.as_strategy(generation_mode=mode)
                # In some operations nothing can be invalid.
                with suppress(Unsatisfiable):
                    _drawn(cases, number, each, lambda case, data: self.ask(case, known, data))

    def ask(self, case: Case[Any], known: Known, data: st.DataObject) -> None:
        filled = [fill(part, known, data) for part in (case.path_parameters, case.query, case.body)]
        answer = case.call(base_url=self.address, headers=self._sender(case, data), timeout=60)
        self.cases += 1
        assert answer.headers["x-content-type-options"] == ["nosniff"]
        if self.strangers and answer.status_code != REFUSED and not _is_no_route(answer.json()["detail"]):
            self.faults.setdefault(case.operation.label, f"{case.operation.label}: {answer.status_code} for a stranger")
        checks = CHECKS if any(filled) else [*CHECKS, negative_data_rejection]
        try:
            case.validate_response(answer, checks=checks)
        except FailureGroup as group:
            names = ", ".join(sorted(type(failure).__name__ for failure in group.exceptions))
            self.faults.setdefault(f"{case.operation.label}: {names}", str(group))

    def _sender(self, case: Case[Any], data: st.DataObject) -> dict[str, str]:
        if self.strangers:
            return data.draw(st.sampled_from(STRANGERS))
        return sent_by(case.operation.full_path, case.method) if data.draw(st.integers(0, 9)) else {}


def _is_no_route(detail: str) -> bool:
    """Whether the address itself was refused, before anyone looked who sends the request."""
    return "NUL character" in detail or detail.startswith(("This API has no route", "Not Found"))


def _drawn(
    cases: st.SearchStrategy[Case[Any]], number: int, each: int, ask: Callable[[Case[Any], st.DataObject], None]
) -> None:
    settled = settings(
        max_examples=each, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    seed(number)(settled(given(cases, st.data())(ask)))()


def fill(part: Any, known: Known, data: st.DataObject) -> bool:
    """Put what exists where something is named, mostly; returns whether anything was put."""
    names = [name for name in part if name in known and data.draw(st.integers(0, 3))] if isinstance(part, dict) else []
    for name in names:
        part[name] = data.draw(st.sampled_from(known[name]))
    return bool(names)


def stored(api: ApiDriver) -> Known:
    """What requests may name, freshly stored: runs in every state, a job that trains, a file, an experiment."""
    api.announce("w1", "forkmaze")  # workers that were made up run other suites, and launches are checked against them
    gate, training, over = api.at_the_gate(), api.launch(), api.at_the_gate(name="over")
    api.claim(job := api.job(training))
    api.report(job, started(), epoch(1))
    api.post(f"/runs/{over}/cancel")
    record = api.get(f"/runs/{over}/record")
    imported = api.client.post("/api/v1/runs/import", json=record).json()["id"]
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    api.post(
        f"/experiments/{experiment}/runs", {"preset": "forkmaze-quick", "arms": [{"name": "a"}], "seeds": [1]}, 201
    )
    figures = [*api.get(f"/runs/{gate}/figures"), *api.get(f"/experiments/{experiment}/figures")]
    return {
        "run_id": [gate, training, over, imported],
        "job_id": [job, api.job(gate), api.job(gate, "evaluation-1")],
        "artifact_id": [api.upload(job, b"weights")["id"]],
        "experiment_id": [experiment],
        "project_id": [api.post("/projects", {"name": f"project of experiment {experiment}"}, 201)["id"]],
        "name": ["w1", *(figure["name"] for figure in figures)],
        "attempt": [1],
        "preset": ["forkmaze-quick"],
        "partition": [[[0], [2]]],
        "seeds": [[7, 8]],
    }


@pytest.fixture
def fuzz(shared_app: FastAPI, address: str) -> Fuzz:
    schema = schemathesis.openapi.from_dict(shared_app.openapi(), config=SchemathesisConfig.from_dict(CONFIG))
    found: list[Any] = list(schema.get_all_operations())
    operations = [result.ok() for result in found]
    ending = [one for one in operations if not one.path.endswith("/stream")]
    return Fuzz(sorted(ending, key=lambda one: one.definition.raw["operationId"] in LAST), address)


@ON_SQLITE
def test_answers_are_documented(api: ApiDriver, fuzz: Fuzz) -> None:
    """A few requests of each operation, without the one whose records take long to make up."""
    fuzz.operations = [one for one in fuzz.operations if one.path != "/api/v1/runs/import"]
    fuzz.round(0, stored(api), each=1)
    assert fuzz.cases > 100
    assert not fuzz.faults, "\n\n".join(fuzz.faults.values())


@pytest.mark.slow
def test_10_000_answers_are_documented(api: ApiDriver, fuzz: Fuzz) -> None:
    for number in count():
        fuzz.round(number, stored(api), each=40)
        if fuzz.cases >= 10_000:
            break
    assert not fuzz.faults, "\n\n".join(fuzz.faults.values())


@pytest.mark.slow
def test_10_000_requests_of_strangers_are_refused(api: ApiDriver, fuzz: Fuzz) -> None:
    """Whatever they send, and whatever they know to name."""
    known = stored(api)
    fuzz.operations = [one for one in fuzz.operations if ACCESS[one.definition.raw["operationId"]] != "anyone"]
    fuzz.strangers = True
    for number in count():
        fuzz.round(number, known, each=40)
        if fuzz.cases >= 10_000:
            break
    assert not fuzz.faults, "\n\n".join(fuzz.faults.values())
