"""Trackers of experiments that are compared: this one, MLflow and Trackio, each by its own REST API.

All are asked by the same HTTP client for the same: taking metrics, listing and searching runs, one metric's history.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import httpx

from benchmarks.backend.servers import Server, free_port, our_server, serving
from benchmarks.environments import python_of
from tests.backend.api_driver import OWNER, V1, epoch, returns, sent_by, started

HISTORY = "entropy"
KEYS = 100
"""Different metrics at each step of the intake."""


class Tracker(ABC):
    """A server under measurement; every method makes its requests and raises if one fails."""

    name: ClassVar[str]
    version: ClassVar[str]

    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = httpx.Client(base_url=server.address, timeout=120, headers=OWNER, trust_env=False)

    @classmethod
    @abstractmethod
    def serving(cls, folder: Path) -> Any:
        """A context manager of the server, on SQLite in the folder."""

    @abstractmethod
    def run(self, name: str) -> str:
        """A new run that can take metrics."""

    @abstractmethod
    def log(self, run: str, first: int, steps: int, metrics: dict[str, float]) -> None:
        """The same metrics at each of `steps` steps from `first` on, in one request."""

    @abstractmethod
    def list(self) -> httpx.Response:
        """The newest 50 runs."""

    @abstractmethod
    def search(self, text: str) -> httpx.Response | None:
        """At most 50 runs with the text in their names; None if the API has no such search."""

    @abstractmethod
    def history(self, run: str) -> httpx.Response:
        """A metric's points, as the page of a run reads them: at most a thousand or so of a long history."""


class Ours(Tracker):
    """A job's epochs: what is named as a variation's return stands for a metric, because that is what is most of ours.

    Of the keys, nine of ten are returns.
    """

    name, version = "GSL Lab", ""

    @classmethod
    @contextmanager
    def serving(cls, folder: Path) -> Iterator["Ours"]:
        with our_server(folder, "") as server:
            yield cls(server)

    def run(self, name: str) -> str:
        run_id = self._post("/runs", {"preset": "procgen-paper", "name": name})["id"]
        job = self.client.get(f"{V1}/runs/{run_id}/jobs").raise_for_status().json()[0]["id"]
        self._post(f"/jobs/{job}/claim", {"worker": "w1"})
        self._post(f"/jobs/{job}/reports", {"attempt": 1, "reports": [started()]})
        return f"{run_id} {job}"

    def log(self, run: str, first: int, steps: int, metrics: dict[str, float]) -> None:
        seen = 9 * len(metrics) // 10
        own = dict(list(metrics.items())[seen:])
        parts: dict[str, Any] = {"steps": 1, "returns": returns([0.5] * seen), "metrics": own}
        reports = [epoch(number + 1, **parts) for number in range(first, first + steps)]
        self._post(f"/jobs/{run.split()[1]}/reports", {"attempt": 1, "reports": reports})

    def list(self) -> httpx.Response:
        return self._get("/runs", limit=50)

    def search(self, text: str) -> httpx.Response:
        return self._get("/runs", limit=50, q=text)

    def history(self, run: str) -> httpx.Response:
        return self._get(f"/runs/{run.split()[0]}/metrics", name=HISTORY, points=1000)

    def _get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(V1 + path, params=query).raise_for_status()

    def _post(self, path: str, body: Any) -> Any:
        return self.client.post(V1 + path, json=body, headers=sent_by(V1 + path, "POST")).raise_for_status().json()


class MLflow(Tracker):
    """One worker process, as we have; the metrics' history as its page reads it, at most 1000 sampled points."""

    name, version = "MLflow", "3.17.2"
    _api = "/api/2.0/mlflow"

    @classmethod
    @contextmanager
    def serving(cls, folder: Path) -> Iterator["MLflow"]:
        python, port = python_of("mlflow", f"mlflow=={cls.version}"), free_port()
        command = [
            str(python), "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
            "--default-artifact-root", str(folder / "files"), "--workers", "1", "--host", "127.0.0.1",
            "--port", str(port),
        ]  # fmt: skip
        quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
        with serving(command, quiet, folder, f"http://127.0.0.1:{port}", "/health") as server:
            yield cls(server)

    def run(self, name: str) -> str:
        answer = self._post("/runs/create", experiment_id="0", run_name=name, start_time=1)
        return str(answer.json()["run"]["info"]["run_id"])

    def log(self, run: str, first: int, steps: int, metrics: dict[str, float]) -> None:
        points = [
            {"key": key, "value": value, "timestamp": step, "step": step}
            for step in range(first, first + steps)
            for key, value in metrics.items()
        ]
        self._post("/runs/log-batch", run_id=run, metrics=points)

    def list(self) -> httpx.Response:
        return self._post("/runs/search", experiment_ids=["0"], max_results=50)

    def search(self, text: str) -> httpx.Response:
        found = f"attributes.run_name ILIKE '%{text}%'"
        return self._post("/runs/search", experiment_ids=["0"], max_results=50, filter=found)

    def history(self, run: str) -> httpx.Response:
        asked: dict[str, Any] = {"run_ids": run, "metric_key": HISTORY, "max_results": 1000}
        path = "/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval"
        return self.client.get(path, params=asked).raise_for_status()

    def _post(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(self._api + path, json=body).raise_for_status()


class Trackio(Tracker):
    """Its page searches the names of runs in the browser, so that its API lists all of them."""

    name, version = "Trackio", "0.43.0"
    _token = secrets.token_hex(8)

    @classmethod
    @contextmanager
    def serving(cls, folder: Path) -> Iterator["Trackio"]:
        python, port = python_of("trackio", f"trackio=={cls.version}"), free_port()
        show = f"trackio.show(open_browser=False, block_thread=True, share=False, server_port={port})"
        environment = {
            "TRACKIO_DIR": str(folder / "trackio"), "TRACKIO_WRITE_TOKEN": cls._token, "HF_HOME": str(folder),
            "HF_HUB_OFFLINE": "1",
        }  # fmt: skip
        command = [str(python), "-c", f"import trackio; {show}"]
        with serving(command, environment, folder, f"http://127.0.0.1:{port}", "/version") as server:
            yield cls(server)

    def run(self, name: str) -> str:
        self.log(name, 0, 1, {"first": 0.0})
        return name

    def log(self, run: str, first: int, steps: int, metrics: dict[str, float]) -> None:
        logs = [
            {"project": "benchmark", "run": run, "metrics": metrics, "step": step, "config": None}
            for step in range(first, first + steps)
        ]
        self._post("bulk_log", logs=logs, hf_token=None)

    def list(self) -> httpx.Response:
        return self._post("get_runs_for_project", project="benchmark")

    def search(self, text: str) -> None:
        return None

    def history(self, run: str) -> httpx.Response:
        asked = {"project": "benchmark", "run": run, "metric_name": HISTORY, "max_points": 1000}
        return self._post("get_metric_values", **asked)

    def _post(self, name: str, **body: Any) -> httpx.Response:
        headers = {"X-Trackio-Write-Token": self._token}
        return self.client.post(f"/api/{name}", json={"kwargs": body}, headers=headers).raise_for_status()


TRACKERS: tuple[type[Tracker], ...] = (Ours, MLflow, Trackio)
