"""A person and a worker at the API, in few words; every answer is checked for its status."""

import hashlib
import re
from typing import Any

from httpx import Client, Response

TOKEN, OWNER_TOKEN = "a-token-for-tests", "the-owner-s-token-for-tests"
METRICS_TOKEN = "prometheus-token-for-tests"
BEARER, OWNER = ({"Authorization": f"Bearer {token}"} for token in (TOKEN, OWNER_TOKEN))
"""What workers send, and what a person does."""
V1 = "/api/v1"
_OF_WORKERS = re.compile(rf"{V1}/jobs/(next|[^/]*/(claim|members|heartbeat|reports|artifacts|log|finish))")


def sent_by(path: str, method: str) -> dict[str, str]:
    """The header with which a route is asked: some are for workers, all others are for people."""
    of_workers = (method == "POST" and _OF_WORKERS.fullmatch(path)) or (method == "PUT" and "/workers/" in path)
    return BEARER if of_workers else OWNER


class ApiDriver:
    """Answers as parsed JSON; `status` says what is expected."""

    def __init__(self, client: Client) -> None:
        """The client's requests are the owner's unless they, or the client, say otherwise."""
        self.client = client
        self.client.headers.setdefault("Authorization", OWNER["Authorization"])

    @property
    def address(self) -> str:
        return str(self.client.base_url)

    def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        response = self.response(method, path, status, **options)
        return response.json() if response.content else None

    def response(self, method: str, path: str, status: int = 200, **options: Any) -> Response:
        response = self.client.request(method, V1 + path, **options)
        assert response.status_code == status, response.text
        if status >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            assert response.json()["status"] == status
        return response

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self.ask("GET", path, status, params=query)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self.ask("POST", path, status, json=body)

    def launch(self, **fields: Any) -> int:
        run: dict[str, Any] = self.post("/runs", {"preset": "forkmaze-quick", **fields}, 201)
        return int(run["id"])

    def job(self, run_id: int, key: str = "generalist-1") -> int:
        return next(int(job["id"]) for job in self.get(f"/runs/{run_id}/jobs") if job["key"] == key)

    def work(self, job_id: int, what: str, body: Any, status: int = 200) -> Any:
        """One of the worker's routes with a JSON body."""
        return self.ask("POST", f"/jobs/{job_id}/{what}", status, json=body, headers=BEARER)

    def claim(self, job_id: int, status: int = 200) -> Any:
        return self.work(job_id, "claim", {"worker": "w1"}, status)

    def report(self, job_id: int, *reports: dict[str, Any], attempt: int = 1, status: int = 200) -> Any:
        return self.work(job_id, "reports", {"attempt": attempt, "reports": reports}, status)

    def finish(self, job_id: int, outcome: str | None = "plateau", attempt: int = 1, **fields: Any) -> Any:
        """As a worker does it: the checkpoint or demonstrations of a job that succeeded are stored first."""
        result = None if outcome is None else {"outcome": outcome, "epochs": 2, "steps": 0}
        self._leave_output(job_id, attempt, fields.get("status", "succeeded"))
        return self.work(job_id, "finish", {"attempt": attempt, "status": "succeeded", "result": result, **fields})

    def _leave_output(self, job_id: int, attempt: int, status: str) -> None:
        job = self.get(f"/jobs/{job_id}")
        stored = [each for each in self.get(f"/runs/{job['run_id']}/artifacts") if each["job_key"] == job["key"]]
        if (job["status"], status) == ("running", "succeeded") and job["kind"] != "evaluation" and not stored:
            kind = "demonstrations" if job["kind"] == "demonstrations" else "checkpoint"
            self.upload(job_id, b"policy", attempt=attempt, kind=kind, name="last.ckpt", epoch=job["epochs"])

    def upload(self, job_id: int, content: bytes, status: int = 201, **query: Any) -> Any:
        announced = {"attempt": 1, "kind": "checkpoint", "name": "epoch-1.ckpt", "epoch": 1, **query}
        announced.setdefault("sha256", hashlib.sha256(content).hexdigest())
        return self.ask("POST", f"/jobs/{job_id}/artifacts", status, params=announced, content=content, headers=BEARER)

    def announce(self, name: str, *suites: str, status: int = 200, **fields: Any) -> Any:
        """A worker says that it lives."""
        info = {"name": name, "host": "h", "device": "cpu", "suites": suites, "version": "0", **fields}
        return self.ask("PUT", f"/workers/{name}", status, json=info, headers=BEARER)

    def cancelled(self, **fields: Any) -> int:
        """A run that has ended."""
        run_id = self.launch(**fields)
        assert self.post(f"/runs/{run_id}/cancel")["status"] == "cancelled"
        return run_id

    def at_the_gate(self, **fields: Any) -> int:
        """A run whose generalist plateaued and was evaluated."""
        run_id = self.launch(**fields)
        generalist = self.job(run_id)
        self.claim(generalist)
        self.report(generalist, started(), epoch(1), epoch(2, plateau=PLATEAU))
        self.finish(generalist)
        evaluation_job = self.job(run_id, "evaluation-1")
        self.claim(evaluation_job)
        self.report(evaluation_job, started(), evaluation(0, [0.1, 0.9, 0.2, 0.8]))
        self.finish(evaluation_job, "completed")
        return run_id

    def play(self, run_id: int, means: list[float]) -> None:
        """Do the jobs of a plain generalist to their ends; its evaluations measure `means`."""
        while queued := [job for job in self.get(f"/runs/{run_id}/jobs") if job["status"] == "queued"]:
            job_id, evaluates = int(queued[0]["id"]), queued[0]["kind"] == "evaluation"
            self.claim(job_id)
            self.report(job_id, started(), *([evaluation(0, means)] if evaluates else [epoch(1), epoch(2)]))
            self.finish(job_id, "completed" if evaluates else "budget")
        assert self.get(f"/runs/{run_id}")["status"] == "succeeded"


PLATEAU = {
    "start_epoch": 1, "detected_epoch": 2, "value": 0.5, "best_later": 0.5, "margin": 0.1, "window": 2,
    "metric": "return",
}  # fmt: skip


def started(after: int = 0) -> dict[str, Any]:
    return {"type": "started", "epoch": after, "device": "cpu", "num_envs": 8}


def returns(means: list[float], episodes: int = 3) -> list[dict[str, Any]]:
    return [
        {
            "variation": variation, "episodes": episodes, "mean_return": mean, "std_return": 0.1,
            "success_rate": mean, "mean_length": 9.0,
        }
        for variation, mean in enumerate(means)
    ]  # fmt: skip


def epoch(number: int, mean: float | None = 0.5, steps: int = 100, **fields: Any) -> dict[str, Any]:
    report = {
        "type": "epoch", "epoch": number, "steps": steps, "job_steps": steps * number, "seconds": 0.5, "episodes": 6,
        "mean_return": mean, "success_rate": mean, "mean_length": 9.0, "metrics": {"entropy": 1.0, "kl": None},
        "returns": returns([mean or 0.0] * 2), "plateau": None,
    }  # fmt: skip
    return {**report, **fields}


def evaluation(number: int, means: list[float], steps: int = 40) -> dict[str, Any]:
    training = returns(means)
    return {"type": "evaluation", "epoch": number, "steps": steps, "seconds": 0.1, "training": training, "held_out": []}
