"""One job from its folder to its result; the only place that distinguishes the kinds of job."""

import hashlib
import logging
import time
from pathlib import Path

from gsl.protocol.jobs import VIDEO, JobSpec
from gsl.protocol.reports import ArtifactReport, DemonstrationCount, DemonstrationsReport, JobResult, VideoReport
from gsl.worker import plugins
from gsl.worker.job import checkpoint
from gsl.worker.job.checkpoint import State
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED, JobFile, JobFolder
from gsl.worker.job.spool import SpoolWriter, rewind
from gsl.worker.learners.base import Learner
from gsl.worker.rollout import demonstration_file
from gsl.worker.rollout.collect import observers
from gsl.worker.rollout.demonstrate import harvest
from gsl.worker.rollout.demonstration_file import Episode, Provenance
from gsl.worker.rollout.evaluate import evaluate
from gsl.worker.rollout.features import FeatureObserver
from gsl.worker.rollout.history import HistoryRecorder, counts_of
from gsl.worker.rollout.pictures import path_observer
from gsl.worker.trainer.device import keep_freed_memory, limit_threads, share_cores
from gsl.worker.trainer.guide_inputs import guide_files
from gsl.worker.trainer.learner import load_learner
from gsl.worker.trainer.provenance import start_reports
from gsl.worker.trainer.stop import Stopped, StopRequest
from gsl.worker.trainer.training import StartState, Training

log = logging.getLogger(__name__)


def run(folder: JobFolder, stop: StopRequest, *, echo: bool = False) -> int:
    """Run the folder's job, or resume it. Returns the exit code. `echo` prints the reports."""
    if folder.result.exists():
        return EXIT_ENDED
    rewind(folder)
    spool = SpoolWriter(folder.spool, echo=echo)
    try:
        result = run_job(folder, spool, stop)
    except Stopped:
        log.info("stopped on request")
        return EXIT_STOPPED
    finally:
        spool.close()
    folder.write_result(result)
    log.info("completed (%s) after %d epochs and %d steps", result.outcome, result.epochs, result.steps)
    return EXIT_ENDED


def run_job(folder: JobFolder, spool: SpoolWriter, stop: StopRequest) -> JobResult:
    """Do what the folder's job asks for. Raises Stopped."""
    job = folder.read_job()
    if job.spec.config.learner.is_external:
        result: JobResult = plugins.load(job.spec.config.learner)(job, folder, spool, stop)
        return result
    share_cores(folder, job.threads)
    limit_threads(job.spec.config.learner)
    keep_freed_memory()
    if job.spec.kind == "evaluation":
        return _evaluate(job.spec, _source(job, folder), folder, spool, stop)
    if job.spec.kind == VIDEO:
        return _film(job, _source(job, folder), folder, spool, stop)
    if job.spec.kind == "demonstrations":
        return _demonstrate(job, _source(job, folder), folder, spool, stop)
    training = training_of(job, folder, spool, stop)
    try:
        return training.run()
    finally:
        training.close()


def training_of(job: JobFile, folder: JobFolder, spool: SpoolWriter, stop: StopRequest) -> Training:
    """The training of a job's folder, before its first epoch."""
    return Training(job.spec, StartState(_source(job, folder), guide_files(job, folder)), folder, spool, stop)


def _source(job: JobFile, folder: JobFolder) -> State | None:
    return checkpoint.load(folder.path / job.source) if job.source else None


def _evaluate(
    spec: JobSpec, source: State | None, folder: JobFolder, spool: SpoolWriter, stop: StopRequest
) -> JobResult:
    learner = load_learner(spec, source)
    epoch = source["epoch"] if source else 0
    _report_start(spec, learner, spool)
    paths = path_observer(spec.config.suite)
    clustered = spec.config.specialists.partition == "clustered" and spec.config.arm == "gsl"
    features = FeatureObserver(learner.network, learner.device) if clustered else None
    budget = spec.budget_steps if spec.evaluations_count and spec.budget_steps else None
    report = evaluate(spec, learner, epoch, stop.check, budget, observers(paths, features))
    spool.write(report if features is None else report.model_copy(update={"features": features.report()}))
    if paths is not None:
        picture = folder.path / "policy.svg"
        paths.draw(picture)
        spool.write(ArtifactReport(kind="picture", name=picture.name, epoch=epoch, path=picture.name))
    return JobResult(outcome="completed", epochs=0, steps=report.steps)


def _demonstrate(
    job: JobFile, source: State | None, folder: JobFolder, spool: SpoolWriter, stop: StopRequest
) -> JobResult:
    spec, started = job.spec, time.monotonic()
    learner = load_learner(spec, source)
    _report_start(spec, learner, spool)
    path = folder.path / f"{spec.key}.npz"
    episodes, counts, steps = _recorded(spec, learner, source, stop)
    demonstration_file.save(path, episodes, _provenance(job, source, folder))
    return demonstrated(
        path, DemonstrationsReport(steps=steps, seconds=time.monotonic() - started, counts=counts), spool
    )


def demonstrated(path: Path, report: DemonstrationsReport, spool: SpoolWriter) -> JobResult:
    """Reports a file of demonstrations in the job's folder; the result says of which variations there are none."""
    spool.write(report)
    spool.write(ArtifactReport(kind="demonstrations", name=path.name, epoch=0, path=path.name))
    missing = [str(count.variation) for count in report.counts if not count.kept]
    message = f"No episode was kept of {len(missing)} variations: {_listed(missing)}." if missing else ""
    return JobResult(outcome="completed", epochs=0, steps=report.steps, message=message)


def _recorded(
    spec: JobSpec, learner: Learner, source: State | None, stop: StopRequest
) -> tuple[list[Episode], tuple[DemonstrationCount, ...], int]:
    """Episodes, their numbers by variation, and the environment steps that they took now: none for histories."""
    if spec.config.demonstrations.record == "episodes":
        harvested = harvest(spec, learner, stop.check)
        kept = [episode for episodes in harvested.kept.values() for episode in episodes]
        return kept, harvested.counts(), harvested.steps
    if source is None or "history" not in source:
        raise ValueError(
            f"{spec.key} needs a checkpoint with a learning history: demonstrations.record was not history"
        )
    recorder = HistoryRecorder(spec.config.demonstrations.histories, spec.config.demonstrations.per_variation)
    recorder.restore(source["history"])
    episodes = list(recorder.episodes())
    return episodes, counts_of(episodes, spec.variations), 0


def _film(job: JobFile, source: State | None, folder: JobFolder, spool: SpoolWriter, stop: StopRequest) -> JobResult:
    from gsl.worker.rollout.film import film  # its package is only needed for videos

    spec, started = job.spec, time.monotonic()
    if source is None or job.source is None:
        raise ValueError("the checkpoint was removed before the video was made")
    learner = load_learner(spec, source)
    spool.write(start_reports(spec, learner.device, epoch=0)[0])
    video, trace = folder.path / f"{spec.key}.mp4", folder.path / f"{spec.key}.json"
    shown = film(spec, learner, video, stop.check)
    shown.write_trace(
        trace, {"work": spec.work.model_dump(mode="json"), "job": source["job"], "epoch": source["epoch"]}
    )
    episodes = tuple(episode.summary() for episode in shown.episodes)
    spool.write(VideoReport(steps=shown.steps, seconds=time.monotonic() - started, episodes=episodes))
    spool.write(ArtifactReport(kind="trace", name=trace.name, epoch=source["epoch"], path=trace.name))
    spool.write(ArtifactReport(kind="video", name=video.name, epoch=source["epoch"], path=video.name))
    return JobResult(outcome="completed", epochs=0, steps=0)


def _listed(names: list[str], most: int = 20) -> str:
    return ", ".join(names[:most]) + (" and others" if len(names) > most else "")


def _provenance(job: JobFile, source: State | None, folder: JobFolder) -> Provenance:
    settings = job.spec.config.demonstrations
    if source is None or job.source is None:
        raise ValueError(f"{job.spec.key} has no source checkpoint")
    return Provenance(
        job=job.spec.key,
        source_job=source["job"],
        checkpoint_sha256=hashlib.sha256((folder.path / job.source).read_bytes()).hexdigest(),
        checkpoint_epoch=source["epoch"],
        seed=job.spec.seed,
        filter=settings.filter,
        deterministic=settings.deterministic,
        record=settings.record,
        suite=job.spec.config.suite.model_dump(mode="json"),
        spaces=source["spaces"],
    )


def _report_start(spec: JobSpec, learner: Learner, spool: SpoolWriter) -> None:
    for report in start_reports(spec, learner.device, epoch=0):
        spool.write(report)
