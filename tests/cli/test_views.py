"""Views of the list of runs, tags, the archive and the inbox, from a shell."""

from tests.backend.api_driver import ApiDriver
from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi


def test_a_view_is_kept_listed_used_and_deleted(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    run = driver.cancelled(name="kept in view", config={"seed": 5})
    driver.cancelled(name="kept in view", config={"seed": 6})
    kept = ("views", "keep", "Five", "--query", "name = 'kept in view'", "--sort=-seed", "--column", "seed")
    assert gsl(*kept).out == "View Five: kept\n"
    [view] = [view for view in gsl("views", "list", "--json").json if view["name"] == "Five"]
    assert view["content"] == {
        "query": "name = 'kept in view'", "sort": "-seed", "columns": ["seed"], "by_experiment": False,
    }  # fmt: skip
    assert "Five" in gsl("views", "list").out
    assert [shown["seed"] for shown in gsl("list", "--view", "Five", "--json").json] == [6, 5]
    assert [shown["id"] for shown in gsl("list", "--view", "Five", "-q", "seed = 5", "--json").json] == [run]
    assert gsl("views", "keep", "Five", "--query", "statsu = 1").code == 3
    assert gsl("views", "delete", "Five").code == 0
    assert gsl("list", "--view", "Five").code == 3
    assert "Five" not in {view.name for view in server.client.run_views()}


def test_runs_are_tagged_archived_and_listed_again(gsl: Gsl, server: RealApi, driver: ApiDriver) -> None:
    ended, going = driver.cancelled(), driver.launch()
    assert gsl("tag", ended, going, "--tag", "paper", "--tag", "keep").out.count("paper, keep") == 2
    assert gsl("tag", ended, "--tag", "keep", "--remove", "--json").json["items"][0]["done"]
    assert server.client.run(ended).tags == ("paper",)
    archived = gsl("archive", ended, going)
    assert (archived.code, archived.out) == (3, f"Run {ended}: archived\n")
    assert f"run {going}" in archived.err
    assert ended not in {run.id for run in server.client.runs(tag="paper")}
    assert gsl("archive", ended, "--undo").out == f"Run {ended}: listed again\n"
    assert ended in {run.id for run in server.client.runs(tag="paper")}


def test_the_inbox_is_listed(gsl: Gsl, driver: ApiDriver) -> None:
    run = driver.at_the_gate(name="waits here")
    assert run in {gate["run_id"] for gate in gsl("list", "inbox", "--limit", 100, "--json").json}
    assert "waits here" in gsl("list", "inbox", "--limit", 100).out
