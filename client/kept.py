"""What is kept by name: views, which are a query, an order and columns of the list of runs; defaults of criterion H."""

from collections.abc import Mapping, Sequence
from typing import Any

from gsl.client import models
from gsl.client.endpoints import Conversation, Request, ask, endpoint, listed, send


class KeptCalls:
    """What the clients can do with what is kept; `runs(query=..., sort=...)` lists what a view shows."""

    @endpoint
    def run_views(self) -> Conversation[list[models.RunView]]:
        """Your own, then those that others share. `gone` says what one names that there is no more."""
        return listed(models.RunView, "/run-views")

    @endpoint
    def store_run_view(
        self,
        name: str,
        query: str = "",
        *,
        sort: str = "",
        columns: Sequence[str] = (),
        by_experiment: bool = False,
        shared: bool = False,
        project_id: int | None = None,
    ) -> Conversation[models.RunView]:
        """Keep a view in place of yours of that name. A shared one is there for the project's members, or for all."""
        content = {"query": query, "sort": sort, "columns": list(columns), "by_experiment": by_experiment}
        body = {"name": name, "content": content, "shared": shared, "project_id": project_id}
        return send(models.RunView, "PUT", "/run-views", body)

    @endpoint
    def delete_run_view(self, view_id: int) -> Conversation[None]:
        """One of your own; an admin also deletes those of others."""
        yield from ask(Request("DELETE", f"/run-views/{view_id}"))

    @endpoint
    def plateau_defaults(self) -> Conversation[list[models.PlateauDefault]]:
        """Your own, then those that others share; a launch takes one's `settings` as `config["plateau"]`."""
        return listed(models.PlateauDefault, "/plateau-defaults")

    @endpoint
    def store_plateau_default(
        self, name: str, settings: Mapping[str, Any], *, shared: bool = False, project_id: int | None = None
    ) -> Conversation[models.PlateauDefault]:
        """Keep settings of criterion H in place of yours of that name."""
        body = {"name": name, "settings": dict(settings), "shared": shared, "project_id": project_id}
        return send(models.PlateauDefault, "PUT", "/plateau-defaults", body)

    @endpoint
    def delete_plateau_default(self, default_id: int) -> Conversation[None]:
        """One of your own; an admin also deletes those of others."""
        yield from ask(Request("DELETE", f"/plateau-defaults/{default_id}"))
