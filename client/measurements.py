"""What a run measured, spent and stored: returns, metrics, figures, files."""

from typing import TYPE_CHECKING, Any

from gsl.client import frames, models
from gsl.client.endpoints import Conversation, Pages, Request, ask, endpoint, get, json_object, listed, post
from gsl.client.errors import Refused
from gsl.protocol.reports import Source

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


class MeasurementCalls:
    """What the clients can read of a run."""

    @endpoint
    def jobs(self, run_id: int) -> Conversation[list[models.Job]]:
        return listed(models.Job, f"/runs/{run_id}/jobs")

    @endpoint
    def job(self, job_id: int) -> Conversation[models.Job]:
        return get(models.Job, f"/jobs/{job_id}")

    @endpoint
    def retry_job(self, job_id: int) -> Conversation[models.Job]:
        return post(models.Job, f"/jobs/{job_id}/retry")

    @endpoint
    def log(self, job_id: int) -> Conversation[str]:
        return (yield from ask(Request("GET", f"/jobs/{job_id}/log"))).text

    @endpoint
    def returns(
        self, run_id: int, *, source: Source | None = None, job: int | None = None, epoch: int | None = None,
        after: int = 0,
    ) -> Conversation[models.Returns]:  # fmt: skip
        """Returns by variation: the latest estimates, or those of one epoch; `after` is an earlier answer's cursor.

        Without `job`, those of the job that measured the run's own policy last.
        """
        query = {"source": source, "job_id": job, "epoch": epoch, "after": after or None}
        return get(models.Returns, f"/runs/{run_id}/returns", query)

    @endpoint
    def returns_frame(
        self, run_id: int, *, source: Source | None = None, job: int | None = None, epoch: int | None = None
    ) -> Conversation[Any]:
        """The same as a DataFrame of polars or pandas, a row for each variation; see `gsl.client.frames`."""
        query = {"source": source, "job_id": job, "epoch": epoch}
        return frames.frame((yield from get(models.Returns, f"/runs/{run_id}/returns", query)).items)

    @endpoint
    def variations(self, run_id: int, *, clusters: int | None = None) -> Conversation[models.Variations]:
        """Every variation with its latest estimate and its rank; on request with one of `clusters` clusters."""
        return get(models.Variations, f"/runs/{run_id}/variations", {"clusters": clusters})

    @endpoint
    def variation(self, run_id: int, variation: int) -> Conversation[models.Variation]:
        """All that is known of one: its curve over all phases, gates, specialists, demonstrations, and its change."""
        return get(models.Variation, f"/runs/{run_id}/variations/{variation}")

    @endpoint
    def metrics(
        self, run_id: int, *, name: str | None = None, job: int | None = None, points: int = 200
    ) -> Conversation[models.Metrics]:
        """Losses, gradient norms, speed and so on over training: all, or the one named `name`; of all jobs, or of one.

        A series has at most `points` points; the extremes of what lies between them are kept.
        """
        return get(models.Metrics, f"/runs/{run_id}/metrics", {"name": name, "job_id": job, "points": points})

    @endpoint
    def metric_charts(self, /, run_id: int, **options: Any) -> Conversation[models.MetricCharts]:
        """Small charts of metrics, such as name=["entropy"], smoothing=20, scale="log", as Plotly JSON.

        Other runs are laid over them with `**{"with": [12, 13]}`.
        """
        return get(models.MetricCharts, f"/runs/{run_id}/metric-charts", options)

    @endpoint
    def plateaus(self, run_id: int) -> Conversation[list[models.Plateau]]:
        return listed(models.Plateau, f"/runs/{run_id}/plateaus")

    @endpoint
    def plateau_replay(self, /, run_id: int, **changes: Any) -> Conversation[models.PlateauReplay]:
        """Where criterion H would have fired with other settings, such as window=40 or margin=0.1."""
        return get(models.PlateauReplay, f"/runs/{run_id}/plateau-replay", changes)

    @endpoint
    def ledger(self, run_id: int) -> Conversation[models.Ledger]:
        return get(models.Ledger, f"/runs/{run_id}/ledger")

    @endpoint
    def tree(self, run_id: int) -> Conversation[models.RunTree]:
        """What led to what: each part with its steps, best result and time left, and the critical path."""
        return get(models.RunTree, f"/runs/{run_id}/tree")

    @endpoint
    def events(self, run_id: int) -> Conversation[list[models.Event]]:
        return Pages(models.Event, f"/runs/{run_id}/events").all()

    @endpoint
    def run_exporters(self, run_id: int) -> Conversation[models.RunExporters]:
        """In which formats of other tools the run is exported, where, and how far."""
        return get(models.RunExporters, f"/runs/{run_id}/exporters")

    @endpoint
    def provenance(self, run_id: int) -> Conversation[list[models.Provenance]]:
        """What the run's jobs are made with: packages, code, machine; jobs that agree are together."""
        return listed(models.Provenance, f"/runs/{run_id}/provenance")

    @endpoint
    def provenance_differences(self, run_id: int, other: int) -> Conversation[list[models.ProvenanceDifference]]:
        """In what another run differs, of what both are made with."""
        return listed(models.ProvenanceDifference, f"/runs/{run_id}/provenance/differences", {"other": other})

    @endpoint
    def figures(self, run_id: int) -> Conversation[list[models.FigureInfo]]:
        return listed(models.FigureInfo, f"/runs/{run_id}/figures")

    @endpoint
    def figure(self, /, run_id: int, name: str, **options: Any) -> Conversation["Figure"]:
        """A figure that the page draws, as `plotly.graph_objects.Figure`; options such as theme="dark"."""
        return frames.figure((yield from json_object(f"/runs/{run_id}/figures/{name}", options)))

    @endpoint
    def figure_json(self, /, run_id: int, name: str, **options: Any) -> Conversation[dict[str, Any]]:
        """The same as Plotly JSON, which needs no further package."""
        return json_object(f"/runs/{run_id}/figures/{name}", options)

    @endpoint
    def artifacts(self, run_id: int) -> Conversation[list[models.Artifact]]:
        return listed(models.Artifact, f"/runs/{run_id}/artifacts")

    @endpoint
    def policy_file(self, run_id: int) -> Conversation[models.Artifact]:
        """The newest checkpoint of the run's own policy, for `download` and `gsl.worker.inference.load_policy`.

        Refused (404) if none is stored yet, or if the run was imported.
        """
        jobs = yield from listed(models.Job, f"/runs/{run_id}/jobs")
        own = {job.key: job.id for job in jobs if job.kind in ("generalist", "finetune")}
        stored = yield from listed(models.Artifact, f"/runs/{run_id}/artifacts")
        found = [file for file in stored if file.kind == "checkpoint" and file.job_key in own]
        if not found:
            raise Refused(404, f"Run {run_id} has no stored checkpoint of its policy.")
        return max(found, key=lambda file: (own[file.job_key], file.id))
