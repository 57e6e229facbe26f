"""What the server judges of runs that are tracked: their script has nothing but Python, and it alone has the policy.

Criterion H is applied to each epoch that it reports. At the gate and at the end, the newest training episodes stand for
an evaluation. They are not fresh: the policy has learnt since, and whoever chose what to play chose it for training. At
a plateau, the first matters little. The gate says where its evidence comes from.
"""

from sqlmodel import Session

from gsl.backend.db.models import Job, Run
from gsl.backend.db.tracked_models import TrackedRun, Watch
from gsl.backend.store import tracked
from gsl.backend.store.ingest import ingest
from gsl.backend.store.jobs import planning
from gsl.backend.store.jobs.status import record_event
from gsl.config.plateau import PlateauSettings
from gsl.config.run import RunConfig
from gsl.method.plateau import PlateauDetector
from gsl.protocol.reports import EpochReport, EvaluationReport, PlateauReport

WHO = "orchestrator"


def judged(
    session: Session, row: TrackedRun, job: Job, settings: PlateauSettings, report: EpochReport
) -> PlateauReport | None:
    """The plateau if criterion H holds after this epoch, the next one of the job. What it knows then is kept, so that
    no epoch is judged with all those before it."""
    detector = _before(session, row, job, settings, report.epoch)
    value = report.success_rate if settings.metric == "success" else report.mean_return
    found = detector.update(report.epoch, value, report.episodes)
    row.watch = dict(Watch(job=job.id or 0, detector=detector.state()))
    return found


def _before(session: Session, row: TrackedRun, job: Job, settings: PlateauSettings, epoch: int) -> PlateauDetector:
    """As it was before the epoch: as it was kept, or else by what is stored, after a script has gone back."""
    detector = PlateauDetector(settings)
    kept = row.watch
    if kept is not None and kept["job"] == job.id and kept["detector"]["epoch"] == epoch - 1:
        detector.restore(kept["detector"])
        return detector
    last = None
    for job_id, number, value, episodes in tracked.curve_before(session, job, epoch, settings.metric):
        if last not in (None, job_id):
            detector.rearm()
        detector.update(number, value, episodes)
        last = job_id
    if last not in (None, job.id):
        detector.rearm()
    return detector


def measure(session: Session, run: Run, job: Job, config: RunConfig) -> None:
    """Do the evaluation job that was just planned. It takes no steps. Called with the run locked."""
    found = tracked.newest_episodes(session, run, config.evaluation.episodes)
    rounds = min((part.episodes for part in found), default=None)
    report = EvaluationReport(
        epoch=tracked.training(session, run).epochs,
        steps=0,
        seconds=0.0,
        rounds=rounds,
        rounds_asked=rounds,
        training=found,
    )
    ingest.ingest_reports(session, run, job, [report])
    planning.set_job(job, "succeeded")
    job.attempt, job.outcome, job.started_at = 1, "completed", job.ended_at
    job.message = "the newest training episodes of each variation"
    session.flush()
    record_event(session, WHO, "measured", f"{job.key}: {job.message}", run_id=run.id, job_id=job.id)
