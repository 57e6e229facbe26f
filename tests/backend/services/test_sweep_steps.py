"""A sweep's steps are taken once, however many servers take them, and after a server was started again."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gsl.backend.services.app_services import Services
from gsl.backend.services.reaper import Reaper
from gsl.backend.services.sweep_steps import go_on
from gsl.backend.settings import Settings
from tests.backend.api.test_sweeps import SWEEP
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE

SERVERS = 4


def trials(api: ApiDriver, begun: Any) -> Any:
    return api.get(f"/experiments/{begun['experiment_id']}/sweep")["trials"]


def test_several_servers_launch_each_trial_once(api: ApiDriver, services: Services) -> None:
    begun = api.post("/sweeps", {**SWEEP, "trials": 6, "at_once": 2}, 201)
    for ended in (2, 4):
        for trial in trials(api, begun)[ended - 2 : ended]:
            api.post(f"/runs/{trial['run_id']}/cancel")
        with ThreadPoolExecutor(SERVERS) as pool:
            list(pool.map(go_on, [services] * SERVERS))
        found = trials(api, begun)
        assert [trial["number"] for trial in found] == list(range(ended + 2))
        assert [trial["state"] for trial in found] == ["failed"] * ended + ["running"] * 2
    assert api.get("/runs")["total"] == 6


@ON_SQLITE
def test_a_server_that_is_started_again_goes_on_exactly(api: ApiDriver, services: Services, settings: Settings) -> None:
    """What comes next depends on the rows alone."""
    first, second = (api.post("/sweeps", {**SWEEP, "at_once": 1}, 201) for _ in range(2))
    again = Services.open(settings, services.database)
    for _ in range(2):
        for begun, server in ((first, services), (second, again)):
            api.play(trials(api, begun)[-1]["run_id"], [0.5] * 4)
            go_on(server)
    assert [trial["params"] for trial in trials(api, first)] == [trial["params"] for trial in trials(api, second)]


@ON_SQLITE
def test_the_reaper_takes_the_steps(api: ApiDriver, services: Services) -> None:
    begun = api.post("/sweeps", {**SWEEP, "at_once": 1}, 201)
    api.post(f"/runs/{trials(api, begun)[0]['run_id']}/cancel")
    Reaper(services)._round()
    assert [trial["state"] for trial in trials(api, begun)] == ["failed", "running"]
