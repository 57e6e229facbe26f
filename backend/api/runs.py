"""Runs: launch, read, change and delete them; cancel, pause and resume them."""

from gsl.backend.api.access import Who
from gsl.backend.api.deps import Reading, RunId, ServicesDep, Writing, problems, router
from gsl.backend.db.models import Run
from gsl.backend.domain.identity import Identity
from gsl.backend.domain.run_progress import eta, job_count, measurement_steps, phases
from gsl.backend.services import baselines, continuations, forks, policies, retries
from gsl.backend.services.app_services import Services
from gsl.backend.services.bin import check_may_delete, put_run
from gsl.backend.services.exportable import check_possible
from gsl.backend.services.placement import in_project, move_run, project_for
from gsl.backend.store import audit, notes, run_progress, runs, workers
from gsl.backend.store.jobs.status import record_event
from gsl.protocol.api import BudgetPreview, RunCreate, RunPublic, RunUpdate
from gsl.protocol.api.continuing import ContinuationOffer, RunContinue
from gsl.protocol.dispatch import needed
from gsl.protocol.jobs import DesiredState

routes = router("runs")


@routes.post("/runs", status_code=201, summary="Launch a run", responses=problems(400, 409))
def create_run(body: RunCreate, who: Who, session: Writing, services: ServicesDep) -> RunPublic:
    """From a preset, a whole configuration, or a preset with parts changed; as a fork, from a checkpoint of another
    run. The first job is queued immediately. 409 if a quota does not allow it.
    """
    config, origin = forks.config_and_fields(session, body, who)
    workers.check_runnable(session, {"config.suite.name": needed(config)})
    policies.check_known(session, [("config", config)])
    check_possible(services.settings, body.exporters)
    project_id = project_for(session, who, body.project_id, body.experiment_id)
    fields = body.model_dump(exclude={"preset", "config", "checkpoint_id"}) | origin | {"project_id": project_id}
    run = runs.create(session, config, fields)
    runs.launched(session, run, who.name, body.preset or _forked(run))
    audit.about(session, f"run {run.id}", in_project(project_id) if project_id else "")
    return _advanced(services, session, run)


@routes.post("/runs/preview", summary="Preview a configuration's budget", responses=problems(400))
def preview_run(body: RunCreate, who: Who, session: Reading) -> BudgetPreview:
    """Steps of each phase, and their time as measured of recent jobs of the suite. Nothing is launched."""
    config, _ = forks.config_and_fields(session, body, who)
    progress = run_progress.preview(session, config, body.worker_label)
    listed = phases(progress)
    return BudgetPreview(
        phases=tuple(listed),
        jobs=job_count(config),
        finetune_steps=sum(phase.budget_steps for phase in listed if phase.phase == "finetune"),
        measurement_steps=measurement_steps(config),
        eta_seconds=eta(listed),
        steps_per_second=progress.pace.speed("generalist"),
    )


@routes.post("/runs/{run_id}/baseline", status_code=201, summary="Launch a baseline", responses=problems(404, 409))
def launch_baseline(run_id: RunId, who: Who, session: Writing, services: ServicesDep) -> RunPublic:
    """Arm `generalist` with exactly the same number of environment steps: those the run spent if it has ended,
    otherwise its budget.

    The baseline has the same suite, learner, seed and evaluation, and joins the run's experiment, which is created if
    necessary. 409 if the run is itself a baseline, spent too few steps for one, or already has a baseline that has not
    failed or been cancelled.
    """
    baseline = baselines.create(session, runs.locked(session, run_id))
    runs.launched(session, baseline, who.name, f"baseline of run {run_id}")
    audit.about(session, f"run {baseline.id}", f"baseline of run {run_id}")
    return _advanced(services, session, baseline)


@routes.get("/runs/{run_id}", summary="Get a run", responses=problems(404))
def get_run(run_id: RunId, session: Reading) -> RunPublic:
    return runs.public(session, runs.get(session, run_id))


@routes.patch(
    "/runs/{run_id}",
    summary="Change name, notes, tags, priority, label of its workers or project",
    responses=problems(400, 404, 409),
)
def update_run(run_id: RunId, body: RunUpdate, who: Who, session: Writing, services: ServicesDep) -> RunPublic:
    run = runs.locked(session, run_id)
    if body.priority not in (None, run.priority):
        record_event(session, who.name, "priority", f"{run.priority} to {body.priority}", run_id=run_id)
    if body.worker_label not in (None, run.worker_label):
        change = f"{run.worker_label or 'any'} to {body.worker_label or 'any'}"
        record_event(session, who.name, "worker label", change, run_id=run_id)
    if body.exporters != "default":
        check_possible(services.settings, body.exporters)
    if body.project_id is not None:
        before = move_run(services, session, who, run, body.project_id)
        audit.about(session, f"run {run_id}", f"{in_project(before)} to {in_project(body.project_id)}")
    if body.notes is not None:
        notes.save(session, run, body.notes, who.name)
    runs.update(session, run, body)
    services.publish(session, "run", run_id)
    return _public(session, run)


@routes.delete("/runs/{run_id}", status_code=204, summary="Put a run into the bin", responses=problems(404, 409))
def delete_run(run_id: RunId, who: Who, session: Writing, services: ServicesDep) -> None:
    """Where it is kept for 30 days, with its files. 409 if the run has not ended, 403 if it is someone else's, except
    for admins."""
    run = runs.locked(session, run_id)
    check_may_delete(who, run)
    audit.about(session, f"run {run_id}", run.name)
    put_run(services, session, run, who.name)


@routes.post("/runs/{run_id}/cancel", summary="Cancel a run", responses=problems(404, 409))
def cancel_run(run_id: RunId, who: Who, session: Writing, services: ServicesDep) -> RunPublic:
    """Running jobs write a checkpoint and stop, for good. 409 if the run has ended."""
    return _request(run_id, "cancel", who, session, services)


@routes.post("/runs/{run_id}/pause", summary="Pause a run", responses=problems(404, 409))
def pause_run(run_id: RunId, who: Who, session: Writing, services: ServicesDep) -> RunPublic:
    """Running jobs write a checkpoint and free their workers. 409 if the run has ended or is already paused."""
    return _request(run_id, "pause", who, session, services)


@routes.post("/runs/{run_id}/resume", summary="Resume a paused run", responses=problems(404, 409))
def resume_run(run_id: RunId, who: Who, session: Writing, services: ServicesDep) -> RunPublic:
    """Its jobs are queued again and resume from their checkpoints. 409 if the run has ended or is not paused."""
    return _request(run_id, "run", who, session, services)


@routes.post("/runs/{run_id}/retry", summary="Try a failed run again", responses=problems(404, 409))
def retry_run(run_id: RunId, who: Who, session: Writing, services: ServicesDep) -> RunPublic:
    """The jobs that failed it are queued again and resume from their last checkpoints. 409 if it has not failed."""
    run = runs.locked(session, run_id)
    retries.retry_run(session, run, who.name)
    return _advanced(services, session, run)


@routes.get("/runs/{run_id}/continuation", summary="See how a run can be continued", responses=problems(404))
def offer_continuation(run_id: RunId, session: Reading) -> ContinuationOffer:
    """Whether it can, from what, and together with which other arms of its seed. Nothing is decided."""
    return continuations.offer(session, runs.get(session, run_id))


@routes.post("/runs/{run_id}/continue", summary="Continue a run that succeeded", responses=problems(400, 404, 409))
def continue_run(
    run_id: RunId, body: RunContinue, who: Who, session: Writing, services: ServicesDep
) -> list[RunPublic]:
    """Its policy trains on from its last checkpoint, and is evaluated anew; the result before is kept. Returns the run
    and those that go on with it. The runs are marked for good, because their budget was decided after the result.

    409 if one of them has not succeeded, is archived, imported or a sweep's trial, has no checkpoint any more, or if a
    quota does not allow it; 422 if less than an epoch could be trained.
    """
    found = continuations.continue_runs(session, run_id, body, who)
    ids = ", ".join(str(run.id) for run in found[1:])
    audit.about(session, f"run {run_id}", f"by {body.steps} steps" + (f", with run {ids}" if ids else ""))
    session.flush()
    services.advance_all(session, [run.id for run in found if run.id is not None])
    return [_public(session, run) for run in found]


def _request(run_id: int, desired: DesiredState, who: Identity, session: Writing, services: Services) -> RunPublic:
    action = "resume" if desired == "run" else desired
    run = runs.locked(session, run_id)
    runs.check_not_ended(run, action)
    runs.check_desired_state(run, desired)
    run.desired_state = desired
    record_event(session, who.name, action, run_id=run_id)
    return _advanced(services, session, run)


def _advanced(services: Services, session: Writing, run: Run) -> RunPublic:
    """The run after the planner has added what comes next."""
    assert run.id is not None
    session.flush()
    services.advance(session, run.id, "run")
    return _public(session, run)


def _public(session: Writing, run: Run) -> RunPublic:
    session.flush()
    session.refresh(run)
    return runs.public(session, run)


def _forked(run: Run) -> str:
    return f"{run.origin['job']} of run {run.forked_from}, epoch {run.origin['epoch']}" if run.origin else ""
