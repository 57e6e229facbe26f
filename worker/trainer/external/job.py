"""One job of a run whose trainer is somebody's own, by its kind."""

import time

from gsl.protocol.jobs import VIDEO
from gsl.protocol.reports import DemonstrationsReport, JobResult
from gsl.worker.job import checkpoint
from gsl.worker.job.declared_trainers import named
from gsl.worker.job.folder import JobFile, JobFolder
from gsl.worker.job.spool import SpoolWriter
from gsl.worker.trainer.device import choose_device
from gsl.worker.trainer.external.measuring import demonstrate, evaluate
from gsl.worker.trainer.external.orders import learner_of
from gsl.worker.trainer.external.process import TrainerError
from gsl.worker.trainer.external.training import ExternalTraining
from gsl.worker.trainer.job import demonstrated
from gsl.worker.trainer.provenance import start_reports
from gsl.worker.trainer.stop import StopRequest


def external_job(job: JobFile, folder: JobFolder, spool: SpoolWriter, stop: StopRequest) -> JobResult:
    """Do what the folder's job asks for. Raises Stopped, TrainerError and DeclarationError."""
    spec = job.spec
    if spec.kind == VIDEO:
        raise TrainerError("only policies of GSL Lab's own learners can be filmed")
    if spec.kind not in ("evaluation", "demonstrations"):
        return ExternalTraining(job, folder, spool, stop).run()
    if job.source is None:
        raise TrainerError(f"{spec.key} needs a checkpoint")
    source, trainer = checkpoint.load(folder.path / job.source), named(learner_of(spec).trainer)
    for report in start_reports(spec, choose_device(spec.config.learner), epoch=0):
        spool.write(report)
    if spec.kind == "evaluation":
        budget = spec.budget_steps if spec.evaluations_count and spec.budget_steps else None
        measured = evaluate(spec, trainer, folder.path / "own", source, source["epoch"], stop.check_in_silence, budget)
        spool.write(measured)
        return JobResult(outcome="completed", epochs=0, steps=measured.steps)
    started = time.monotonic()
    file, steps, counts = demonstrate(spec, trainer, folder.path / "own", source, stop.check_in_silence)
    path = file.rename(folder.path / f"{spec.key}.npz")
    return demonstrated(
        path, DemonstrationsReport(steps=steps, seconds=time.monotonic() - started, counts=counts), spool
    )
