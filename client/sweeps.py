"""Sweeps: searches over settings, whose trials are runs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from gsl.client import frames, models
from gsl.client.endpoints import Conversation, endpoint, get, json_object, listed, post

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


class SweepCalls:
    """What the clients can do with sweeps; a sweep has the number of its experiment."""

    @endpoint
    def create_sweep(
        self,
        name: str,
        space: Mapping[str, Mapping[str, Any]],
        *,
        preset: str | None = None,
        config: Mapping[str, Any] | None = None,
        sampler: Literal["tpe", "random", "grid"] = "tpe",
        trials: int = 20,
        at_once: int = 2,
        pruner: Mapping[str, Any] | None = None,
        objective: Mapping[str, Any] | None = None,
        tuning_seeds: Sequence[int] = (0,),
        sampler_seed: int = 0,
        description: str = "",
        project_id: int | None = None,
        tags: Sequence[str] = (),
        priority: int = 0,
        worker_label: str = "",
    ) -> Conversation[models.Sweep]:
        """Launch a sweep: `space` has a range or choices for each dotted path of a setting.

        As {"learner.learning_rate": {"type": "float", "low": 1e-4, "high": 1e-2, "log": True}}; `pruner` is like
        {"name": "median"}, `objective` like {"metric": "return", "source": "held_out"}.
        """
        body = {
            "name": name, "space": {path: dict(searched) for path, searched in space.items()}, "preset": preset,
            "config": dict(config or {}), "sampler": sampler, "trials": trials, "at_once": at_once,
            "pruner": dict(pruner or {}), "objective": dict(objective or {}), "tuning_seeds": list(tuning_seeds),
            "sampler_seed": sampler_seed, "description": description, "project_id": project_id, "tags": list(tags),
            "priority": priority, "worker_label": worker_label,
        }  # fmt: skip
        return post(models.Sweep, "/sweeps", body)

    @endpoint
    def sweep(self, experiment_id: int) -> Conversation[models.Sweep]:
        """A sweep with its trials."""
        return get(models.Sweep, f"/experiments/{experiment_id}/sweep")

    @endpoint
    def sweep_figures(self, experiment_id: int) -> Conversation[list[models.FigureInfo]]:
        """Which figures a sweep has, and whether there is data for each."""
        return listed(models.FigureInfo, f"/experiments/{experiment_id}/sweep/figures")

    @endpoint
    def sweep_figure(self, /, experiment_id: int, name: str, **options: Any) -> Conversation["Figure"]:
        """A Plotly figure, as on the page; needs plotly."""
        return frames.figure((yield from self._figure(experiment_id, name, options)))

    @endpoint
    def sweep_figure_json(self, /, experiment_id: int, name: str, **options: Any) -> Conversation[dict[str, Any]]:
        """The same as Plotly's JSON."""
        return self._figure(experiment_id, name, options)

    def _figure(self, experiment_id: int, name: str, options: Mapping[str, Any]) -> Conversation[dict[str, Any]]:
        return json_object(f"/experiments/{experiment_id}/sweep/figures/{name}", options)

    @endpoint
    def stop_sweep(self, experiment_id: int, *, cancel_running: bool = True) -> Conversation[models.Sweep]:
        """Launch no further trials, and cancel those that are running."""
        return post(models.Sweep, f"/experiments/{experiment_id}/sweep/stop", {"cancel_running": cancel_running})

    @endpoint
    def launch_results(
        self, experiment_id: int, seeds: Sequence[int], *, trial: int | None = None, name: str = "",
        untuned: bool = False,
    ) -> Conversation[models.Experiment]:  # fmt: skip
        """Run the best trial's settings, or another's, on seeds that the search has not seen: a new experiment.

        With `untuned`, a second arm has the settings that the sweep started from.
        """
        body = {"seeds": list(seeds), "trial": trial, "name": name, "untuned": untuned}
        return post(models.Experiment, f"/experiments/{experiment_id}/sweep/results", body)
