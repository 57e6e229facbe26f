"""Runs: launch, list, look, change, delete; cancel, pause and resume."""

from typing import Annotated

from fastapi import Query

from backend.api.deps import Limit, Offset, Reading, RunId, ServicesDep, Writing, problems, router
from backend.db.models import Run
from backend.domain.configs import resolve
from backend.domain.run_progress import eta, job_count, measurement_steps, phases
from backend.services import baselines
from backend.services.app_services import Services
from backend.store import artifacts, run_progress, runs, workers
from backend.store.jobs.status import note
from gsl.config.run import Arm
from gsl.protocol.api import BudgetPreview, Page, RunCreate, RunPublic, RunSummary, RunUpdate
from gsl.protocol.jobs import RunStatus, Wish

routes = router("runs")
PERSON = "person"


@routes.post("/runs", status_code=201, summary="Launch a run", responses=problems(400))
def create_run(body: RunCreate, session: Writing, services: ServicesDep) -> RunPublic:
    """From a preset, a whole configuration, or a preset with parts of it changed. Its first job is queued at once."""
    config = resolve(body)
    workers.check_runnable(session, {"config.suite.name": config.suite.name})
    run = runs.create(session, config, body.model_dump(include={"name", "experiment_id", "arm_name", "notes", "tags"}))
    note(session, PERSON, "launched", body.preset or "", run_id=run.id)
    return _advanced(services, session, run)


@routes.post("/runs/preview", summary="What a configuration's budget means", responses=problems(400))
def preview_run(body: RunCreate, session: Reading) -> BudgetPreview:
    """Steps of each phase and the time they take at the speed that live workers measured; nothing is launched."""
    config = resolve(body)
    standing = run_progress.preview(session, config)
    progress = phases(standing)
    return BudgetPreview(
        phases=progress,
        jobs=job_count(config),
        finetune_steps=next(phase.budget_steps for phase in progress if phase.phase == "finetune"),
        measurement_steps=measurement_steps(config),
        eta_seconds=eta(progress),
        steps_per_second=standing.speed,
    )


@routes.get("/runs", summary="Runs, paged and filtered", responses=problems())
def list_runs(
    session: Reading,
    q: Annotated[str | None, Query(max_length=200, description="Words in name, notes or tags.")] = None,
    status: Annotated[list[RunStatus] | None, Query(description="One or several.")] = None,
    tag: Annotated[str | None, Query(max_length=200)] = None,
    suite: Annotated[str | None, Query(max_length=200)] = None,
    experiment_id: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    arm: Annotated[Arm | None, Query()] = None,
    arm_name: Annotated[str | None, Query(max_length=100, description="Label of the arm in its experiment.")] = None,
    sort: Annotated[runs.Sort, Query(description="A leading minus turns the order around.")] = "-created_at",
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[RunSummary]:
    wanted = runs.Filter(q, status or (), tag, suite, experiment_id, arm, arm_name)
    return runs.page(session, wanted, sort, limit, offset)


@routes.post("/runs/{run_id}/baseline", status_code=201, summary="Launch its baseline", responses=problems(404, 409))
def launch_baseline(run_id: RunId, session: Writing, services: ServicesDep) -> RunPublic:
    """Arm `generalist` with exactly the same environment steps: what an ended run spent, otherwise its budget.

    Same suite, learner, seed and evaluation, in the same experiment; one is begun where there was none. 409 for a run
    that is itself a baseline, spent too little to compare with, or has a baseline that did not fail.
    """
    baseline = baselines.create(session, runs.locked(session, run_id))
    note(session, PERSON, "launched", f"baseline of run {run_id}", run_id=baseline.id)
    return _advanced(services, session, baseline)


@routes.get("/runs/{run_id}", summary="One run", responses=problems(404))
def get_run(run_id: RunId, session: Reading) -> RunPublic:
    return runs.public(session, runs.get(session, run_id))


@routes.patch("/runs/{run_id}", summary="Change name, notes or tags", responses=problems(400, 404))
def update_run(run_id: RunId, body: RunUpdate, session: Writing, services: ServicesDep) -> RunPublic:
    run = runs.locked(session, run_id)
    runs.update(run, body)
    services.tell(session, "run", run_id)
    return _public(session, run)


@routes.delete("/runs/{run_id}", status_code=204, summary="Delete an ended run", responses=problems(404, 409))
def delete_run(run_id: RunId, session: Writing, services: ServicesDep) -> None:
    """Removes its rows and its files; 409 while it goes on."""
    runs.remove(session, run_id)
    services.remove_files(session, artifacts.run_folder(run_id))
    services.tell(session, "deleted", run_id)


@routes.post("/runs/{run_id}/cancel", summary="Stop a run for good", responses=problems(404, 409))
def cancel_run(run_id: RunId, session: Writing, services: ServicesDep) -> RunPublic:
    """Running jobs write a checkpoint and stop; 409 when the run has ended."""
    return _wish(run_id, "cancel", session, services)


@routes.post("/runs/{run_id}/pause", summary="Pause a run", responses=problems(404, 409))
def pause_run(run_id: RunId, session: Writing, services: ServicesDep) -> RunPublic:
    """Running jobs write a checkpoint and free their workers; 409 when the run has ended."""
    return _wish(run_id, "pause", session, services)


@routes.post("/runs/{run_id}/resume", summary="Go on with a paused run", responses=problems(404, 409))
def resume_run(run_id: RunId, session: Writing, services: ServicesDep) -> RunPublic:
    """Its jobs are queued again and go on from their checkpoints; 409 when the run has ended."""
    return _wish(run_id, "run", session, services)


def _wish(run_id: int, wish: Wish, session: Writing, services: Services) -> RunPublic:
    word = "resume" if wish == "run" else wish
    run = runs.locked(session, run_id)
    runs.check_going_on(run, word)
    runs.check_wish(run, wish)
    run.wish = wish
    note(session, PERSON, word, run_id=run_id)
    return _advanced(services, session, run)


def _advanced(services: Services, session: Writing, run: Run) -> RunPublic:
    """The run after the orchestrator has planned what follows."""
    assert run.id is not None
    session.flush()
    services.advance(session, run.id, "run")
    return _public(session, run)


def _public(session: Writing, run: Run) -> RunPublic:
    session.flush()
    session.refresh(run)
    return runs.public(session, run)
