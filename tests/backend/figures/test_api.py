"""Figures over REST, from a run in a real database."""

from typing import Any

import pytest
from httpx import Client
from sqlmodel import col, select

from gsl.backend.db.models import Job, Run
from gsl.backend.figures import run_figures
from gsl.backend.services.app_services import Services
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from tests.backend.api_driver import ApiDriver
from tests.backend.figures.checked import check
from tests.backend.figures.stored_run import Size, store_run

SIZE = Size(generalist=24, specialist=8, finetune=40, seen=10, evaluate_every=8)
CONFIG: RunConfig = PRESETS["forkmaze"].config


@pytest.fixture
def run_id(services: Services) -> int:
    with services.database.write() as session:
        return store_run(session, CONFIG, SIZE)


@pytest.fixture
def client(api: ApiDriver) -> Client:
    return api.client


def jobs_of(services: Services, run_id: int) -> dict[str, int]:
    with services.database.read() as session:
        jobs = session.exec(select(Job).where(col(Job.run_id) == run_id)).all()
        return {job.key: job.id for job in jobs if job.id is not None}


def figure(client: Client, run_id: int, name: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/runs/{run_id}/figures/{name}", params=query)
    assert answer.status_code == 200, answer.text
    drawn: dict[str, Any] = answer.json()
    assert set(drawn) == {"data", "layout"}
    check(drawn)
    return drawn


def titles(drawn: dict[str, Any]) -> list[str]:
    return [note["text"] for note in drawn["layout"]["annotations"] if "<b>" in note["text"]]


def test_every_figure_of_a_finished_run_is_ready_and_drawn(client: Client, run_id: int) -> None:
    listed = client.get(f"/api/v1/runs/{run_id}/figures").json()
    assert {info["name"]: info["ready"] for info in listed} == dict.fromkeys(run_figures(), True)
    for name in run_figures():
        for query in ({"theme": "dark", "width": 390}, {"metric": "return"}):
            assert figure(client, run_id, name, **query)["data"]


def test_a_run_without_reports_has_empty_figures(client: Client, services: Services) -> None:
    with services.database.write() as session:
        run = Run(name="new", suite="forkmaze", arm="gsl", seed=0, config=CONFIG.model_dump(mode="json"))
        session.add(run)
        session.flush()
        run_id = run.id
    assert run_id is not None
    assert not any(info["ready"] for info in client.get(f"/api/v1/runs/{run_id}/figures").json())
    for name in run_figures():
        drawn = figure(client, run_id, name)
        assert drawn["data"] == []
        assert drawn["layout"]["annotations"]


def test_histogram_at_chosen_moments_and_as_in_the_paper(client: Client, services: Services, run_id: int) -> None:
    jobs = jobs_of(services, run_id)
    epochs = f"{jobs['generalist-1']}:8,{jobs['generalist-1']}:9,{jobs['evaluation-final']}:0"
    first, second, third = titles(figure(client, run_id, "variation_histogram", epochs=epochs))
    assert "Generalist, epoch 8" in first
    assert "training" not in first  # epoch 8 was evaluated
    assert "Generalist, epoch 9" in second
    assert "training" in second
    assert "At the end" in third
    assert len(titles(figure(client, run_id, "variation_histogram", epochs="paper"))) == 4
    assert "At the end" in titles(figure(client, run_id, "variation_histogram"))[0]


def test_polling_an_unchanged_run_costs_no_figure(client: Client, services: Services, run_id: int) -> None:
    address = f"/api/v1/runs/{run_id}/figures/learning_curve"
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""
    with services.database.write() as session:
        run = session.get(Run, run_id)
        assert run is not None
        run.revision += 1
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


BAD = (
    ("/figures/pie", 404, None),
    ("/figures/ledger?theme=pink", 422, "theme"),
    ("/figures/ledger?width=3", 422, "width"),
    ("/figures/variation_histogram?epochs=7", 422, "epochs"),
    ("/figures/variation_histogram?epochs=999999:1", 422, "epochs"),
    ("/figures/variation_histogram?epochs=" + ",".join(["1:1"] * 9), 422, "epochs"),
    ("/figures/variation_histogram?metric=luck", 422, "metric"),
)


def test_bad_input_gets_a_clear_answer(client: Client, run_id: int) -> None:
    for path, status, field in BAD:
        answer = client.get(f"/api/v1/runs/{run_id}{path}")
        assert answer.status_code == status, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert [error["field"] for error in answer.json()["errors"]] == ([field] if field else [])


def test_an_unknown_run_is_not_found(client: Client) -> None:
    for path in ("", "/ledger"):
        assert client.get(f"/api/v1/runs/4711/figures{path}").status_code == 404
