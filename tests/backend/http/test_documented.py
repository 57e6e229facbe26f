"""The OpenAPI document is true: Schemathesis makes requests from it, and every answer is one that it describes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.backend.api_driver import BEARER, ApiDriver, epoch, started

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection,
]  # fmt: skip
LAST = ("cancel_run", "delete_run")  # other operations would find nothing after them


@dataclass
class Fuzz:
    """Requests made from the document, and how many there were."""

    operations: list[APIOperation[Any, Any, Any, Any]]
    address: str
    session: requests.Session = field(default_factory=requests.Session)
    cases: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    def round(self, number: int, known: dict[str, list[Any]], each: int) -> None:
        """So many valid and invalid requests of each operation, the same for the same number."""
        for operation in self.operations:
            for mode in GenerationMode:
                self._ask(operation, mode, known, number, each)

    def _ask(self, operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, known: dict[str, list[Any]], number: int, each: int) -> None:
        @seed(number)
        @settings(
            max_examples=each, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def ask(case: Case, data: st.DataObject) -> None:
            for part in (case.path_parameters, case.query, case.body):
                fill(part, known, data)
            answer = case.call(base_url=self.address, session=self.session, headers=BEARER, timeout=60)
            self.cases += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as group:
                for failure in group.exceptions:
                    self.faults.setdefault(f"{operation.label}: {type(failure).__name__} {getattr(failure,'title','')}", str(group)[:3000])

        try:
            ask()
        except Unsatisfiable:
            pass


def fill(part: Any, known: dict[str, list[Any]], data: st.DataObject) -> None:
    """Put what exists where something is named, mostly."""
    for name in part if isinstance(part, dict) else ():
        if name in known and data.draw(st.integers(0, 3)):
            part[name] = data.draw(st.sampled_from(known[name]))


def stored(api: ApiDriver) -> dict[str, list[Any]]:
    gate, training, ended = api.at_the_gate(), api.launch(), api.cancelled()
    job = api.job(training)
    api.claim(job)
    api.report(job, started(), epoch(1))
    artifact = api.upload(job, b"weights")["id"]
    experiment = api.post("/experiments", {"name": "n"}, 201)["id"]
    return {
        "run_id": [gate, training, ended],
        "job_id": [job, api.job(gate)],
        "artifact_id": [artifact],
        "experiment_id": [experiment],
        "attempt": [1],
        "preset": ["forkmaze-quick"],
    }


@pytest.fixture
def fuzz(shared_app: FastAPI, address: str) -> Fuzz:
    schema = schemathesis.openapi.from_dict(shared_app.openapi())
    operations = [result.ok() for result in schema.get_all_operations()]
    told = [one for one in operations if not one.path.endswith("/stream")]
    return Fuzz(sorted(told, key=lambda one: one.definition.raw["operationId"] in LAST), address)


def test_answers_are_documented(api: ApiDriver, fuzz: Fuzz) -> None:
    fuzz.round(0, stored(api), each=3)
    print("CASES", fuzz.cases)
    for name, text in fuzz.faults.items(): print("=====", name); print(text)
    assert not fuzz.faults


@pytest.mark.slow
def test_10_000_answers_are_documented(api: ApiDriver, fuzz: Fuzz) -> None:
    for number in count():
        fuzz.round(number, stored(api), each=20)
        print("ROUND", number, fuzz.cases, len(fuzz.faults), flush=True)
        if fuzz.cases >= 1500:
            break
    for name, text in fuzz.faults.items(): print("=====", name); print(text)
    assert not fuzz.faults
