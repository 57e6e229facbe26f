"""Launching, finding and steering runs; their gates."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from gsl.client import models
from gsl.client.endpoints import Conversation, Pages, Request, ask, changed, endpoint, get, listed, paged, post, send
from gsl.client.errors import Refused
from gsl.protocol.api.exporting import Exporter
from gsl.protocol.jobs import RunStatus
from gsl.record import RunRecord


class RunCalls:
    """What the clients can do with runs."""

    @endpoint
    def create_run(
        self,
        preset: str | None = None,
        config: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        experiment_id: int | None = None,
        project_id: int | None = None,
        arm_name: str = "",
        tags: Sequence[str] = (),
        notes: str = "",
        priority: int = 0,
        worker_label: str = "",
        exporters: Sequence[Exporter] | None = None,
        checkpoint_id: int | None = None,
    ) -> Conversation[models.Run]:
        """Launch a run from a preset, a configuration, or a preset with parts changed.

        With `checkpoint_id`, the number of a checkpoint in `artifacts`, its generalist continues from there; without
        a preset, `config` then changes parts of that run's configuration. Without `exporters`, the server's count.
        """
        body = {
            "checkpoint_id": checkpoint_id, "preset": preset, "config": dict(config or {}), "name": name,
            "experiment_id": experiment_id, "arm_name": arm_name, "tags": list(tags), "notes": notes,
            "priority": priority, "worker_label": worker_label, "project_id": project_id, "exporters": exporters,
        }  # fmt: skip
        return post(models.Run, "/runs", body)

    @endpoint
    def baseline(self, run_id: int) -> Conversation[models.Run]:
        """Launch a plain generalist with exactly as many steps as a GSL run, in the run's experiment."""
        return post(models.Run, f"/runs/{run_id}/baseline")

    @endpoint
    def preview(
        self,
        preset: str | None = None,
        config: Mapping[str, Any] | None = None,
        *,
        checkpoint_id: int | None = None,
    ) -> Conversation[models.BudgetPreview]:
        """Preview a configuration's budget without launching it."""
        body = {"checkpoint_id": checkpoint_id, "preset": preset, "config": dict(config or {})}
        return post(models.BudgetPreview, "/runs/preview", body)

    @endpoint
    def run(self, run_id: int) -> Conversation[models.Run]:
        return get(models.Run, f"/runs/{run_id}")

    @paged
    def runs(
        self,
        *,
        status: RunStatus | Sequence[RunStatus] | None = None,
        experiment_id: int | None = None,
        search: str | None = None,
        query: str | None = None,
        sort: str | None = None,
        tag: str | None = None,
        suite: str | None = None,
        owner: str | None = None,
        project_id: int | None = None,
    ) -> Pages[models.RunSummary]:
        """Runs, newest first or as `sort` says, as in `-score`; `search` is text in their names, notes or tags.

        `query` is one of the list of runs, for example `status = failed and learner.learning_rate > 1e-4`.
        """
        asked = _listing(query, search, sort, tag, suite, owner, project_id)
        return Pages(models.RunSummary, "/runs", {**asked, "status": status, "experiment_id": experiment_id})

    @paged
    def runs_by_experiment(
        self,
        *,
        status: RunStatus | Sequence[RunStatus] | None = None,
        opened: Sequence[int] = (),
        search: str | None = None,
        query: str | None = None,
        sort: str | None = None,
        tag: str | None = None,
        suite: str | None = None,
        owner: str | None = None,
        project_id: int | None = None,
    ) -> Pages[models.RunsRow]:
        """The same runs as rows that each have a `run` or, for all runs of one, an `experiment`; the runs of `opened`
        experiments follow its row."""
        asked = _listing(query, search, sort, tag, suite, owner, project_id)
        return Pages(models.RunsRow, "/runs/by-experiment", {**asked, "status": status, "open": list(opened)})

    @endpoint
    def record(self, run_id: int) -> Conversation[RunRecord]:
        """A run that has ended as one document; `gsl.record.write` saves it to a file."""
        return get(RunRecord, f"/runs/{run_id}/record")

    @endpoint
    def import_run(
        self, record: RunRecord, *, experiment_id: int | None = None, project_id: int | None = None
    ) -> Conversation[models.Run]:
        """Import a run that was made elsewhere; importing the same record again returns the same run."""
        query = {"experiment_id": experiment_id, "project_id": project_id}
        return post(models.Run, "/runs/import", record.model_dump(mode="json"), query)

    @endpoint
    def update_run(
        self, run_id: int, *, name: str | None = None, notes: str | None = None, tags: Sequence[str] | None = None,
        priority: int | None = None, worker_label: str | None = None, project_id: int | None = None,
        exporters: Sequence[Exporter] | Literal["default"] | None = None,
    ) -> Conversation[models.Run]:  # fmt: skip
        """`project_id` 0 takes the run out of its project; an empty `worker_label` lets any worker run its jobs."""
        changes: dict[str, Any] = {
            "name": name,
            "notes": notes,
            "tags": None if tags is None else list(tags),
            "priority": priority,
        }
        changes |= {"project_id": project_id, "worker_label": worker_label, "exporters": exporters}
        body = {key: value for key, value in changes.items() if value is not None}
        return send(models.Run, "PATCH", f"/runs/{run_id}", body)

    @paged
    def notes(self, run_id: int) -> Pages[models.NoteVersion]:
        """Versions of the run's notes, newest first: the first is in force."""
        return Pages(models.NoteVersion, f"/runs/{run_id}/notes")

    @endpoint
    def save_notes(self, run_id: int, text: str, *, seen: int | None = None) -> Conversation[models.NoteVersion]:
        """Save Markdown; refused (409) if there is a newer version than `seen`, which is 0 for notes never saved."""
        return send(models.NoteVersion, "PUT", f"/runs/{run_id}/notes", {"text": text, "seen": seen})

    @endpoint
    def cancel(self, run_id: int) -> Conversation[models.Run]:
        return post(models.Run, f"/runs/{run_id}/cancel")

    @endpoint
    def pause(self, run_id: int) -> Conversation[models.Run]:
        return post(models.Run, f"/runs/{run_id}/pause")

    @endpoint
    def resume(self, run_id: int) -> Conversation[models.Run]:
        return post(models.Run, f"/runs/{run_id}/resume")

    @endpoint
    def retry(self, run_id: int) -> Conversation[models.Run]:
        """Try a run that failed again, from the last checkpoints of the jobs that failed it."""
        return post(models.Run, f"/runs/{run_id}/retry")

    @endpoint
    def continuation(self, run_id: int) -> Conversation[models.ContinuationOffer]:
        """Whether a run can be continued, from what, and together with which other arms of its seed."""
        return get(models.ContinuationOffer, f"/runs/{run_id}/continuation")

    @endpoint
    def continue_run(
        self, run_id: int, steps: int, *, with_baseline: bool = False, total_steps: int | None = None
    ) -> Conversation[list[models.Run]]:
        """Let a run that succeeded train on by so many steps, and with it, if asked for, its baseline and the other
        arms of its seed. Returns all of them, which are marked as continued for good.

        Refused (409) if one cannot go on, or if the run has another total than `total_steps` by now.
        """
        body = {"steps": steps, "with_baseline": with_baseline, "total_steps": total_steps}
        return changed(models.Run, f"/runs/{run_id}/continue", body)

    @endpoint
    def wait(self, run_id: int, *, every: float = 2.0, timeout: float | None = None) -> Conversation[models.Run]:
        """Wait until the run has ended, successfully or not. Raises `TimeoutError` after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        run = yield from get(models.Run, f"/runs/{run_id}")
        while not run.ended:
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"run {run_id} is still {run.status} after {timeout:.0f} s: {run.message}")
            run = yield from get(models.Run, f"/runs/{run_id}", after=every)
        return run

    @endpoint
    def change_runs(
        self, action: models.RunAction, run_ids: Sequence[int], *, tags: Sequence[str] = ()
    ) -> Conversation[models.RunsChanged]:
        """Tag, archive, cancel or delete many runs; the answer says of each whether it was done, or why not."""
        return post(
            models.RunsChanged, "/runs/changes", {"action": action, "run_ids": list(run_ids), "tags": list(tags)}
        )


def _listing(
    query: str | None, search: str | None, sort: str | None, tag: str | None, suite: str | None, owner: str | None,
    project_id: int | None,
) -> dict[str, Any]:  # fmt: skip
    """What the list is asked for, as its address has it."""
    parts = [*([f"({query})"] if query else []), *([_quoted(search)] if search else [])]
    asked = {"q": " and ".join(parts) or None, "tag": tag, "suite": suite, "owner": owner, "project_id": project_id}
    return {**asked, "sort": sort}


def _quoted(text: str) -> str:
    """A text as queries have it, whatever characters are in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class GateCalls:
    """What the clients can do with gates."""

    @endpoint
    def gate(self, run_id: int) -> Conversation[models.Gate | None]:
        """The run's latest gate, or None if it has not reached one."""
        try:
            return (yield from get(models.Gate, f"/runs/{run_id}/gate"))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    @endpoint
    def gates(self, run_id: int) -> Conversation[list[models.Gate]]:
        """All gates of the run, oldest first."""
        return listed(models.Gate, f"/runs/{run_id}/gates")

    @paged
    def inbox(self) -> Pages[models.WaitingGate]:
        """Gates that wait for a decision, of all runs that you see; those with the nearest deadline first."""
        return Pages(models.WaitingGate, "/gates", {})

    @endpoint
    def preview_approval(
        self,
        run_id: int,
        *,
        partition: Sequence[Sequence[int]] | None = None,
        specialist_steps: int | None = None,
        start: models.Start | None = None,
    ) -> Conversation[models.GatePreview]:
        """What an approval would start, cost and take. Decides nothing. Refused (409) if no gate is open."""
        body = {"partition": partition, "specialist_steps": specialist_steps, "start": start}
        return post(models.GatePreview, f"/runs/{run_id}/gate/preview", body)

    @endpoint
    def comments(self, run_id: int) -> Conversation[list[models.GateComment]]:
        """Comments on all gates of the run, oldest first."""
        return listed(models.GateComment, f"/runs/{run_id}/comments")

    @endpoint
    def comment(self, run_id: int, text: str, *, gate_id: int | None = None) -> Conversation[models.GateComment]:
        """Comment on a gate, or on the run's latest one, before or after its decision."""
        if gate_id is None:
            gate_id = (yield from get(models.Gate, f"/runs/{run_id}/gate")).id
        return (yield from post(models.GateComment, f"/runs/{run_id}/gates/{gate_id}/comments", {"text": text}))

    @endpoint
    def delete_comment(self, run_id: int, comment_id: int) -> Conversation[None]:
        """One of your own."""
        yield from ask(Request("DELETE", f"/runs/{run_id}/comments/{comment_id}"))

    @endpoint
    def approve(
        self,
        run_id: int,
        *,
        partition: Sequence[Sequence[int]] | None = None,
        specialist_steps: int | None = None,
        start: models.Start | None = None,
        reason: str = "",
    ) -> Conversation[models.Gate]:
        """Let the specialists start; arguments left out are approved as proposed. Refused (409) if no gate is open."""
        body = {"partition": partition, "specialist_steps": specialist_steps, "start": start, "reason": reason}
        return post(models.Gate, f"/runs/{run_id}/gate/approve", body)

    @endpoint
    def approve_all(
        self, runs: Sequence[int] = (), *, gates: Sequence[int] = (), reason: str = ""
    ) -> Conversation[models.GateApprovals]:
        """Approve the gates of many runs as proposed, by run or by gate; the answer names the refused ones and why."""
        body = {"runs": list(runs), "gates": list(gates), "reason": reason}
        return post(models.GateApprovals, "/gates/approve", body)

    @endpoint
    def reject(
        self, run_id: int, action: Literal["continue", "stop"], *, reason: str = ""
    ) -> Conversation[models.Gate]:
        """Keep training the generalist, or stop the run. Refused (409) if no gate is open."""
        return post(models.Gate, f"/runs/{run_id}/gate/reject", {"action": action, "reason": reason})
