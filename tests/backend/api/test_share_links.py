"""Links that show a run or an experiment: which routes they open, as a table over all of them, and how they end."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select

from gsl.backend.api.access import ACCESS, SHOWN
from gsl.backend.db.columns import now
from gsl.backend.db.link_models import ShareLink
from gsl.backend.services.app_services import Services
from tests.backend.api.test_access import operations
from tests.backend.api_driver import V1, ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.people import bearer

OF_TWO = {"compare_run_provenance"}
"""Asks for another run too."""
OF_MEMBERS = {
    "list_approval_links", "list_run_links", "list_experiment_links", "list_run_notes", "list_experiment_notes",
    "list_comments", "get_video_choices", "list_videos", "get_video",
    "get_tree", "offer_continuation", "get_run_exporters",
    "get_tracked_run",
}  # fmt: skip
"""Among them the tree, which says of forks how far they are, and what a continuation would take along."""


def test_the_table_holds_exactly_the_reading_routes_of_a_run_and_of_an_experiment(shared_app: FastAPI) -> None:
    """So that a new route of a run is in the table, or is left out here on purpose."""
    for parameter, place in (("run_id", "/runs/{run_id}"), ("experiment_id", "/experiments/{experiment_id}")):
        below = {
            name
            for method, path, name in operations(shared_app)
            if method == "GET" and (path == V1 + place or path.startswith(f"{V1}{place}/"))
        }
        assert below - OF_TWO - OF_MEMBERS == SHOWN[parameter]


def status(api: ApiDriver, method: str, path: str, ids: dict[str, int], secret: str) -> int:
    filled = "/".join(str(ids.get(part, "999")) if part.startswith("{") else part for part in path.split("/"))
    return api.client.request(method, filled, headers=bearer(secret), json={}).status_code


@ON_SQLITE
def test_a_link_opens_exactly_those_routes_of_what_it_shows(api: ApiDriver, shared_app: FastAPI) -> None:
    experiment = api.post("/experiments", {"name": "shown"}, 201)["id"]
    foreign = api.post("/experiments", {"name": "hidden"}, 201)["id"]
    run, other = api.launch(experiment_id=experiment), api.launch(experiment_id=experiment)
    links = {
        "run_id": api.post(f"/runs/{run}/links", {}, 201)["secret"],
        "experiment_id": api.post(f"/experiments/{experiment}/links", {}, 201)["secret"],
    }
    mine = {"{run_id}": run, "{experiment_id}": experiment, "{job_id}": api.job(run)}
    theirs = {"{run_id}": other, "{experiment_id}": foreign, "{job_id}": api.job(other)}
    wrong = []
    for method, path, name in operations(shared_app):
        for parameter, secret in links.items():
            opens = name in SHOWN[parameter] or ACCESS[name] in ("anyone", "share link")
            if (status(api, method, path, mine, secret) != 403) != opens:
                wrong.append((name, parameter, "its own"))
            if ACCESS[name] not in ("anyone", "share link") and status(api, method, path, theirs, secret) != 403:
                wrong.append((name, parameter, "another's"))
    assert wrong == []


def test_a_link_says_what_it_shows_until_it_is_revoked(api: ApiDriver, services: Services) -> None:
    run = api.launch()
    link = api.post(f"/runs/{run}/links", {"note": "reviewers", "days": 7}, 201)
    assert link["url"].endswith(f"/shared#{link['secret']}")
    header = bearer(link["secret"])
    shown = api.ask("GET", "/shared", headers=header)
    assert (shown["run_id"], shown["experiment_id"]) == (run, None)
    assert api.ask("GET", f"/runs/{run}", headers=header)["id"] == run
    [listed] = api.get(f"/runs/{run}/links")
    assert listed["note"] == "reviewers"
    assert listed["last_used_at"] is not None
    assert link["secret"] not in str(listed)
    api.ask("DELETE", f"/links/{link['id']}", 204)
    assert "was revoked" in api.ask("GET", f"/runs/{run}", 401, headers=header)["detail"]
    noted = [(entry["what"], entry["subject"]) for entry in api.get("/audit")["items"]]
    assert noted[:2] == [("revoke share link", f"run {run}"), ("create run link", f"run {run}")]
    with services.database.read() as session:
        assert link["secret"] not in str(session.exec(select(ShareLink)).one())


@ON_SQLITE
def test_a_link_expires_and_goes_with_what_it_shows(api: ApiDriver, services: Services) -> None:
    run = api.cancelled()
    header = bearer(api.post(f"/runs/{run}/links", {"days": 1}, 201)["secret"])
    with services.database.write() as session:
        row = session.exec(select(ShareLink)).one()
        row.expires_at = now() - timedelta(seconds=1)
    assert "expired" in api.ask("GET", "/shared", 401, headers=header)["detail"]
    api.ask("DELETE", f"/runs/{run}", 204)
    api.ask("DELETE", f"/bin/runs/{run}", 204)
    assert "not known here" in api.ask("GET", "/shared", 401, headers=header)["detail"]


@ON_SQLITE
def test_a_link_shows_nothing_of_the_bin(api: ApiDriver) -> None:
    run = api.cancelled()
    made = api.post(f"/runs/{run}/links", {}, 201)
    header = bearer(made["secret"])
    api.ask("GET", f"/runs/{run}", headers=header)
    api.ask("DELETE", f"/runs/{run}", 204)
    for path in ("/shared", f"/runs/{run}", f"/runs/{run}/ledger"):
        assert "in the bin" in api.ask("GET", path, 404, headers=header)["detail"]
    api.ask("DELETE", f"/links/{made['id']}", 204)


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/runs/9/links", {}, 404), ("/experiments/9/links", {}, 404), ("/runs/1/links", {"days": 0}, 422)],
)
def test_what_cannot_be_shared_is_told(api: ApiDriver, path: str, body: dict[str, Any], status: int) -> None:
    api.launch()
    api.post(path, body, status)
