"""Everything the page can do, for scripts and notebooks.

with Client("http://127.0.0.1:8000") as api:
    run = api.create_run(preset="forkmaze", config={"seed": 3})
    run = api.wait(run.id)
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import httpx
from httpx_sse import EventSource

from client import files, models
from client.answers import Answers
from client.errors import Refused
from client.transport import Transport
from gsl.protocol.api import ComparedMetric, ComparedSource
from gsl.protocol.jobs import RunStatus
from gsl.protocol.reports import Source
from gsl.record import RunRecord

TableFormat = Literal["parquet", "csv", "json"]


class Client(Answers):
    """The API of one server. Methods raise `Unreachable` (try again later) or `Refused` (with the invalid fields)."""

    def __init__(self, url: str = "http://127.0.0.1:8000", token: str | None = None) -> None:
        self._transport = Transport(url, token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def health(self) -> models.Health:
        return self._get(models.Health, "/health")

    def suites(self) -> list[models.Suite]:
        return self._list(models.Suite, "/suites")

    def presets(self) -> list[models.Preset]:
        return self._list(models.Preset, "/presets")

    def workers(self) -> list[models.Worker]:
        return self._list(models.Worker, "/workers")

    def queue(self) -> models.Queue:
        return self._get(models.Queue, "/queue")

    def create_experiment(self, name: str, description: str = "") -> models.Experiment:
        return self._post(models.Experiment, "/experiments", {"name": name, "description": description})

    def experiment(self, experiment_id: int) -> models.Experiment:
        return self._get(models.Experiment, f"/experiments/{experiment_id}")

    def experiments(self) -> Iterator[models.Experiment]:
        return self._pages(models.Experiment, "/experiments", {})

    def launch(
        self,
        experiment_id: int,
        arms: Mapping[str, Mapping[str, Any]],
        seeds: Sequence[int],
        *,
        preset: str | None = None,
        config: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        priority: int = 0,
    ) -> list[models.Run]:
        """Launch a run for each arm and seed, all or none; `arms` maps names to changes of preset and configuration."""
        body = {
            "preset": preset, "config": dict(config or {}), "seeds": list(seeds), "tags": list(tags),
            "arms": [{"name": name, "config": dict(changes)} for name, changes in arms.items()], "priority": priority,
        }  # fmt: skip
        answer = self._transport.request("POST", f"/experiments/{experiment_id}/runs", json=body)
        return [models.Run.model_validate(run) for run in answer.json()]

    def comparison(
        self, experiment_id: int, metric: ComparedMetric = "score", source: ComparedSource = "evaluation"
    ) -> models.Comparison:
        """Each arm over its seeds and each pair of arms, with confidence intervals."""
        query = {"metric": metric, "source": source}
        return self._get(models.Comparison, f"/experiments/{experiment_id}/comparison", query)

    def experiment_figures(self, experiment_id: int) -> list[models.FigureInfo]:
        return self._list(models.FigureInfo, f"/experiments/{experiment_id}/figures")

    def experiment_figure(self, experiment_id: int, name: str, **options: Any) -> dict[str, Any]:
        """A figure of the arms as Plotly JSON; options such as metric="return", source="held_out", theme="dark"."""
        return self._figure(f"/experiments/{experiment_id}/figures/{name}", options)

    def create_run(
        self,
        preset: str | None = None,
        config: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        experiment_id: int | None = None,
        arm_name: str = "",
        tags: Sequence[str] = (),
        notes: str = "",
        priority: int = 0,
    ) -> models.Run:
        """Launch a run from a preset, a configuration, or a preset with parts changed."""
        body = {
            "preset": preset, "config": dict(config or {}), "name": name, "experiment_id": experiment_id,
            "arm_name": arm_name, "tags": list(tags), "notes": notes, "priority": priority,
        }  # fmt: skip
        return self._post(models.Run, "/runs", body)

    def baseline(self, run_id: int) -> models.Run:
        """Launch a plain generalist with exactly as many steps as a GSL run, in the run's experiment."""
        return self._post(models.Run, f"/runs/{run_id}/baseline")

    def preview(self, preset: str | None = None, config: Mapping[str, Any] | None = None) -> models.BudgetPreview:
        """Preview a configuration's budget without launching it."""
        return self._post(models.BudgetPreview, "/runs/preview", {"preset": preset, "config": dict(config or {})})

    def run(self, run_id: int) -> models.Run:
        return self._get(models.Run, f"/runs/{run_id}")

    def runs(self, *, status: RunStatus | None = None, experiment_id: int | None = None) -> Iterator[models.RunSummary]:
        filters = {"status": status, "experiment_id": experiment_id}
        return self._pages(models.RunSummary, "/runs", {k: v for k, v in filters.items() if v is not None})

    def record(self, run_id: int) -> RunRecord:
        """A run that has ended as one document; `gsl.record.write` saves it to a file."""
        return self._get(RunRecord, f"/runs/{run_id}/record")

    def import_run(self, record: RunRecord, *, experiment_id: int | None = None) -> models.Run:
        """Import a run that was made elsewhere; importing the same record again returns the same run."""
        place = "" if experiment_id is None else f"?experiment_id={experiment_id}"
        return self._post(models.Run, f"/runs/import{place}", record.model_dump(mode="json"))

    def update_run(
        self, run_id: int, *, name: str | None = None, notes: str | None = None, tags: Sequence[str] | None = None,
        priority: int | None = None,
    ) -> models.Run:  # fmt: skip
        changes = {"name": name, "notes": notes, "tags": None if tags is None else list(tags), "priority": priority}
        body = {key: value for key, value in changes.items() if value is not None}
        return models.Run.model_validate_json(self._transport.request("PATCH", f"/runs/{run_id}", json=body).content)

    def delete_run(self, run_id: int) -> None:
        self._transport.request("DELETE", f"/runs/{run_id}")

    def cancel(self, run_id: int) -> models.Run:
        return self._post(models.Run, f"/runs/{run_id}/cancel")

    def pause(self, run_id: int) -> models.Run:
        return self._post(models.Run, f"/runs/{run_id}/pause")

    def resume(self, run_id: int) -> models.Run:
        return self._post(models.Run, f"/runs/{run_id}/resume")

    def retry(self, run_id: int) -> models.Run:
        """Try a run that failed again, from the last checkpoints of the jobs that failed it."""
        return self._post(models.Run, f"/runs/{run_id}/retry")

    def retry_job(self, job_id: int) -> models.Job:
        return self._post(models.Job, f"/jobs/{job_id}/retry")

    def wait(self, run_id: int, *, every: float = 2.0, timeout: float | None = None) -> models.Run:
        """Wait until the run has ended, successfully or not. Raises `TimeoutError` after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not (run := self.run(run_id)).ended:
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"run {run_id} is still {run.status} after {timeout:.0f} s: {run.message}")
            time.sleep(every)
        return run

    def gate(self, run_id: int) -> models.Gate | None:
        """The run's latest gate, or None if it has not reached one."""
        try:
            return self._get(models.Gate, f"/runs/{run_id}/gate")
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def approve(
        self,
        run_id: int,
        *,
        partition: Sequence[Sequence[int]] | None = None,
        specialist_steps: int | None = None,
        start: models.Start | None = None,
        reason: str = "",
    ) -> models.Gate:
        """Let the specialists start; arguments left out are approved as proposed. Refused (409) if no gate is open."""
        body = {"partition": partition, "specialist_steps": specialist_steps, "start": start, "reason": reason}
        return self._post(models.Gate, f"/runs/{run_id}/gate/approve", body)

    def approve_all(
        self, runs: Sequence[int] = (), *, gates: Sequence[int] = (), reason: str = ""
    ) -> models.GateApprovals:
        """Approve the gates of many runs as proposed, by run or by gate; the answer names the refused ones and why."""
        body = {"runs": list(runs), "gates": list(gates), "reason": reason}
        return self._post(models.GateApprovals, "/gates/approve", body)

    def reject(self, run_id: int, action: Literal["continue", "stop"], *, reason: str = "") -> models.Gate:
        return self._post(models.Gate, f"/runs/{run_id}/gate/reject", {"action": action, "reason": reason})

    def jobs(self, run_id: int) -> list[models.Job]:
        return self._list(models.Job, f"/runs/{run_id}/jobs")

    def job(self, job_id: int) -> models.Job:
        return self._get(models.Job, f"/jobs/{job_id}")

    def log(self, job_id: int) -> str:
        return self._transport.request("GET", f"/jobs/{job_id}/log").text

    def returns(
        self, run_id: int, *, source: Source | None = None, job: int | None = None, epoch: int | None = None,
        after: int = 0,
    ) -> models.Returns:  # fmt: skip
        """Returns by variation: the latest estimates, or those of one epoch; `after` is an earlier answer's cursor.

        Without `job`, those of the job that measured the run's own policy last.
        """
        filters = {"source": source, "job_id": job, "epoch": epoch, "after": after or None}
        query = {key: value for key, value in filters.items() if value is not None}
        return self._get(models.Returns, f"/runs/{run_id}/returns", query)

    def metrics(
        self, run_id: int, *, name: str | None = None, job: int | None = None, points: int = 200
    ) -> models.Metrics:
        """Losses, gradient norms, speed and so on over training: all, or the one named `name`; of all jobs, or of one.

        A series has at most `points` points; the extremes of what lies between them are kept.
        """
        filters = {"name": name, "job_id": job, "points": points}
        query = {key: value for key, value in filters.items() if value is not None}
        return self._get(models.Metrics, f"/runs/{run_id}/metrics", query)

    def plateaus(self, run_id: int) -> list[models.Plateau]:
        return self._list(models.Plateau, f"/runs/{run_id}/plateaus")

    def ledger(self, run_id: int) -> models.Ledger:
        return self._get(models.Ledger, f"/runs/{run_id}/ledger")

    def events(self, run_id: int) -> list[models.Event]:
        return self._list(models.Event, f"/runs/{run_id}/events")

    def provenance(self, run_id: int) -> list[models.Provenance]:
        """What the run's jobs are made with: packages, code, machine; jobs that agree are together."""
        return self._list(models.Provenance, f"/runs/{run_id}/provenance")

    def provenance_differences(self, run_id: int, other: int) -> list[models.ProvenanceDifference]:
        """In what another run differs, of what both are made with."""
        return self._list(models.ProvenanceDifference, f"/runs/{run_id}/provenance/differences?other={other}")

    def export(self, run_id: int, path: Path, format: TableFormat = "parquet", files: Sequence[str] = ()) -> Path:
        """A zip of the run's tables, and of its stored files of these kinds, such as checkpoint; written to `path`."""
        return self._download(f"/runs/{run_id}/export", {"format": format, "files": list(files)}, path)

    def export_experiment(
        self, experiment_id: int, path: Path, format: TableFormat = "parquet", files: Sequence[str] = ()
    ) -> Path:
        """The same of all runs of an experiment."""
        return self._download(f"/experiments/{experiment_id}/export", {"format": format, "files": list(files)}, path)

    def figures(self, run_id: int) -> list[models.FigureInfo]:
        return self._list(models.FigureInfo, f"/runs/{run_id}/figures")

    def figure(self, run_id: int, name: str, **options: Any) -> dict[str, Any]:
        """A figure as Plotly JSON; draw it with `plotly.graph_objects.Figure(api.figure(7, "learning_curve"))`."""
        return self._figure(f"/runs/{run_id}/figures/{name}", options)

    def artifacts(self, run_id: int) -> list[models.Artifact]:
        return self._list(models.Artifact, f"/runs/{run_id}/artifacts")

    def download(self, artifact: models.Artifact, path: Path) -> Path:
        return files.download(self._transport, artifact, path)

    def stream(self) -> Iterator[models.Change]:
        """Changes as they happen, until the server closes the stream; raises `Unreachable` if it breaks off."""
        with self._transport.stream("GET", "/stream", timeout=httpx.Timeout(60.0)) as response:
            for event in EventSource(response).iter_sse():
                yield models.Change.model_validate_json(event.data)
