"""What a server has: health, suites, presets, workers, the queue, and experiments with their comparison."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pydantic import TypeAdapter

from gsl.client import frames, models
from gsl.client.endpoints import (
    Conversation,
    Pages,
    Request,
    ask,
    endpoint,
    get,
    json_object,
    listed,
    paged,
    post,
    send,
)
from gsl.protocol.api import ComparedMetric, ComparedSource
from gsl.protocol.api.exporting import Exporter

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_RUNS = TypeAdapter(list[models.Run])


class CatalogueCalls:
    """What the clients can ask of the server itself."""

    @endpoint
    def health(self) -> Conversation[models.Health]:
        return get(models.Health, "/health")

    @endpoint
    def session(self) -> Conversation[models.Session]:
        """As whom the server knows this client; its account is None without a token that counts."""
        return get(models.Session, "/session")

    @endpoint
    def suites(self) -> Conversation[list[models.Suite]]:
        return listed(models.Suite, "/suites")

    @endpoint
    def presets(self) -> Conversation[list[models.Preset]]:
        return listed(models.Preset, "/presets")

    @endpoint
    def workers(self) -> Conversation[list[models.Worker]]:
        return listed(models.Worker, "/workers")

    @endpoint
    def worker_usage(self, name: str, hours: float = 24) -> Conversation[models.WorkerUsage]:
        """How busy its machine was, minute by minute, for at most 24 hours."""
        return get(models.WorkerUsage, f"/workers/{quote(name)}/usage", {"hours": hours})

    @endpoint
    def drain_worker(self, name: str, draining: bool = True) -> Conversation[models.Worker]:
        """Let a worker finish its jobs and take no new one; with `draining` False it takes jobs again."""
        return send(models.Worker, "PATCH", f"/workers/{quote(name)}", {"draining": draining})

    @endpoint
    def remove_worker(self, name: str) -> Conversation[None]:
        """Take a worker that is gone off the list. Refused (409) while it is live or holds a job."""
        yield from ask(Request("DELETE", f"/workers/{quote(name)}"))

    @endpoint
    def exporters(self) -> Conversation[list[models.Exporter]]:
        """Formats in which the server can export runs while they train."""
        return listed(models.Exporter, "/exporters")

    @endpoint
    def queue(self) -> Conversation[models.Queue]:
        return get(models.Queue, "/queue")


class ExperimentCalls:
    """What the clients can do with experiments."""

    @endpoint
    def create_experiment(
        self, name: str, description: str = "", *, project_id: int | None = None
    ) -> Conversation[models.Experiment]:
        body = {"name": name, "description": description, "project_id": project_id}
        return post(models.Experiment, "/experiments", body)

    @endpoint
    def update_experiment(
        self, experiment_id: int, *, name: str | None = None, description: str | None = None,
        project_id: int | None = None,
    ) -> Conversation[models.Experiment]:  # fmt: skip
        """Its runs move to another project with it; `project_id` 0 takes them out of theirs."""
        changes = {"name": name, "description": description, "project_id": project_id}
        body = {key: value for key, value in changes.items() if value is not None}
        return send(models.Experiment, "PATCH", f"/experiments/{experiment_id}", body)

    @endpoint
    def experiment(self, experiment_id: int) -> Conversation[models.Experiment]:
        return get(models.Experiment, f"/experiments/{experiment_id}")

    @paged
    def experiments(
        self, *, search: str | None = None, owner: str | None = None, project_id: int | None = None
    ) -> Pages[models.Experiment]:
        """Experiments, newest first; `search` is text in their names or descriptions."""
        return Pages(models.Experiment, "/experiments", {"q": search, "owner": owner, "project_id": project_id})

    @paged
    def experiment_notes(self, experiment_id: int) -> Pages[models.NoteVersion]:
        """Versions of the experiment's notes, newest first: the first is in force."""
        return Pages(models.NoteVersion, f"/experiments/{experiment_id}/notes")

    @endpoint
    def save_experiment_notes(
        self, experiment_id: int, text: str, *, seen: int | None = None
    ) -> Conversation[models.NoteVersion]:
        """Save Markdown; refused (409) if there is a newer version than `seen`, which is 0 for notes never saved."""
        return send(models.NoteVersion, "PUT", f"/experiments/{experiment_id}/notes", {"text": text, "seen": seen})

    @endpoint
    def launch(
        self,
        experiment_id: int,
        arms: Mapping[str, Mapping[str, Any]] | None,
        seeds: Sequence[int],
        *,
        preset: str | None = None,
        config: Mapping[str, Any] | None = None,
        tags: Sequence[str] = (),
        priority: int = 0,
        worker_label: str = "",
        exporters: Sequence[Exporter] | None = None,
    ) -> Conversation[list[models.Run]]:
        """Launch a run for each arm and seed, all or none.

        `arms` maps names to changes of preset and configuration; None takes the arms of the preset.
        """
        body = {
            "preset": preset, "config": dict(config or {}), "seeds": list(seeds), "tags": list(tags),
            "arms": [{"name": name, "config": dict(changes)} for name, changes in (arms or {}).items()],
            "priority": priority, "worker_label": worker_label, "exporters": exporters,
        }  # fmt: skip
        answer = yield from ask(Request("POST", f"/experiments/{experiment_id}/runs", body=body))
        return _RUNS.validate_json(answer.content)

    @endpoint
    def comparison(
        self, experiment_id: int, metric: ComparedMetric = "score", source: ComparedSource = "evaluation"
    ) -> Conversation[models.Comparison]:
        """Each arm over its seeds and each pair of arms, with confidence intervals."""
        query = {"metric": metric, "source": source}
        return get(models.Comparison, f"/experiments/{experiment_id}/comparison", query)

    @endpoint
    def experiment_figures(self, experiment_id: int) -> Conversation[list[models.FigureInfo]]:
        return listed(models.FigureInfo, f"/experiments/{experiment_id}/figures")

    @endpoint
    def experiment_figure(self, /, experiment_id: int, name: str, **options: Any) -> Conversation["Figure"]:
        """A figure of the arms as `plotly.graph_objects.Figure`; options such as metric="return", theme="dark"."""
        return frames.figure((yield from json_object(f"/experiments/{experiment_id}/figures/{name}", options)))

    @endpoint
    def experiment_figure_json(self, /, experiment_id: int, name: str, **options: Any) -> Conversation[dict[str, Any]]:
        """The same as Plotly JSON, which needs no further package."""
        return json_object(f"/experiments/{experiment_id}/figures/{name}", options)
