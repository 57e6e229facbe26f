"""The list of runs: changes of many at once, and views, which keep a query, an order and columns by name."""

from collections.abc import Sequence

from gsl.client import models
from gsl.client.endpoints import Conversation, Request, ask, endpoint, listed, post, send


class RunListCalls:
    """What the clients can do with many runs; `runs(query=..., sort=...)` lists what a view shows."""

    @endpoint
    def change_runs(
        self, action: models.RunAction, run_ids: Sequence[int], *, tags: Sequence[str] = ()
    ) -> Conversation[models.RunsChanged]:
        """Tag, archive, cancel or delete many runs; the answer says of each whether it was done, or why not."""
        return post(
            models.RunsChanged, "/runs/changes", {"action": action, "run_ids": list(run_ids), "tags": list(tags)}
        )

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
