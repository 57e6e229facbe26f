"""What a run's page and the list of runs ask for, with little stored and with ten times as much."""

from collections.abc import Callable

import httpx

from benchmarks.backend.cost import Cost, Growth, cost
from benchmarks.backend.servers import Server
from gsl.backend.figures import run_figures
from tests.backend.api_driver import ApiDriver

RUN_PAGE = {
    "run": "",
    "jobs": "/jobs",
    "returns, training": "/returns",
    "returns, evaluation": "/returns?source=evaluation",
    "returns, held out": "/returns?source=held_out",
    "returns of an epoch": "/returns?epoch=50",
    "returns, nothing new": "/returns?after=1",
    "plateaus": "/plateaus",
    "ledger": "/ledger",
    "events": "/events",
    "gates": "/gates",
    "artifacts": "/artifacts",
    "metrics": "/metrics?name=entropy",
    "figures": "/figures",
    **{f"figure {name}": f"/figures/{name}" for name in run_figures()},
}
RUNS = {
    "first page": "",
    "text": "q=maze",
    "text that nothing has": "q=nowhere",
    "status": "status=cancelled",
    "tag": "tag=paper",
    "suite": "suite=procgen",
    "by score": "sort=-score",
    "text, tag and suite": "q=maze&tag=paper&suite=procgen",
}


class Api:
    """A client of one server that measures what its requests cost there."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.driver = ApiDriver(httpx.Client(base_url=server.address, timeout=120, trust_env=False))

    def cost(self, path: str) -> Cost:
        return cost(self.server, lambda: self.driver.response("GET", path))


def run_page_growth(api: Api, small: int, large: int) -> dict[str, Growth]:
    """Of two runs, by what is asked for."""
    return {
        name: Growth(small=api.cost(f"/runs/{small}{path}"), large=api.cost(f"/runs/{large}{path}"))
        for name, path in RUN_PAGE.items()
    }


def list_growth(api: Api, runs: int, grow: Callable[[], None]) -> dict[str, Growth]:
    """Of the list of runs, before and after `grow` makes ten times as many of them; the deep page is the last."""
    before = _lists(api, runs)
    grow()
    after = _lists(api, 10 * runs)
    return {name: Growth(small=before[name], large=after[name]) for name in before}


def _lists(api: Api, runs: int) -> dict[str, Cost]:
    asked = RUNS | {"deep page": f"offset={runs - 50}", "deep page by score": f"sort=score&offset={runs - 50}"}
    return {name: api.cost(f"/runs?limit=50&{query}") for name, query in asked.items()} | {
        "experiments": api.cost("/experiments"),
        "queue": api.cost("/queue"),
        "workers": api.cost("/workers"),
    }
