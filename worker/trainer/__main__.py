"""The trainer: one process, one job, files in and files out.

    python -m worker.trainer FOLDER      works in a job's folder, as the supervisor starts it
    python -m worker.trainer job.json    works alone in a temporary folder and prints its reports

It never speaks to the network. Exit codes: 0 the job ended, 75 it stopped as asked and goes on from resume.ckpt (jobs
that only evaluate or demonstrate start anew), anything else is a failure with its traceback on stderr.
"""

import argparse
import hashlib
import logging
import sys
import tempfile
import time
from pathlib import Path

from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import ArtifactReport, DemonstrationsReport, JobResult, StartedReport
from worker.job.folder import EXIT_ENDED, EXIT_STOPPED, JobFile, JobFolder, rewind_spool
from worker.job.spool import Spool
from worker.rollout import demonstrate
from worker.rollout.collect import together
from worker.rollout.evaluate import evaluate
from worker.rollout.features import FeatureWatcher
from worker.rollout.pictures import sketch_of
from worker.trainer import checkpoint
from worker.trainer.checkpoint import State
from worker.trainer.device import device_name, limit_threads
from worker.trainer.guide_inputs import lessons_of
from worker.trainer.learner import recall_learner
from worker.trainer.memory import keep_freed_memory
from worker.trainer.stop import Stopped, StopRequest
from worker.trainer.training import Inputs, Training

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m worker.trainer", description=__doc__.split("\n", 1)[0])
    parser.add_argument("job", type=Path, help="a job's folder, or a job.json to work on alone")
    given: Path = parser.parse_args(arguments).job
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    alone = not given.is_dir()
    folder = _folder_for(given) if alone else JobFolder(given)
    stop = StopRequest(folder.stop)
    stop.listen()
    if not alone:
        stop.follow_parent()
    return run(folder, stop, echo=alone)


def run(folder: JobFolder, stop: StopRequest, *, echo: bool = False) -> int:
    """Do the folder's job, or go on with it. Returns the exit code."""
    if folder.result.exists():
        return EXIT_ENDED
    rewind_spool(folder)
    spool = Spool(folder.spool, echo=echo)
    try:
        result = run_job(folder, spool, stop)
    except Stopped:
        log.info("stopped as asked")
        return EXIT_STOPPED
    finally:
        spool.close()
    folder.write_result(result)
    log.info("ended: %s after %d epochs, %d steps", result.outcome, result.epochs, result.steps)
    return EXIT_ENDED


def run_job(folder: JobFolder, spool: Spool, stop: StopRequest) -> JobResult:
    """The one place that knows the kinds of job. Raises Stopped."""
    job = folder.read_job()
    limit_threads(job.spec.config.learner)
    keep_freed_memory()
    source = checkpoint.load(folder.path / job.source) if job.source else None
    if job.spec.kind == "evaluation":
        return _evaluate(job.spec, source, folder, spool, stop)
    if job.spec.kind == "demonstrations":
        return _demonstrate(job, source, folder, spool, stop)
    training = Training(job.spec, Inputs(source, lessons_of(job, folder)), folder, spool, stop)
    try:
        return training.run()
    finally:
        training.close()


def _evaluate(spec: JobSpec, source: State | None, folder: JobFolder, spool: Spool, stop: StopRequest) -> JobResult:
    learner = recall_learner(spec, source)
    epoch = source["epoch"] if source else 0
    _say_started(spec, device_name(learner.device), spool)
    sketch = sketch_of(spec.config.suite)
    clustered = spec.config.specialists.partition == "clustered" and spec.config.arm == "gsl"
    features = FeatureWatcher(learner.network, learner.device) if clustered else None
    budget = spec.budget_steps if spec.evaluations_count and spec.budget_steps else None
    report = evaluate(spec, learner, epoch, stop.check, budget, together(sketch, features))
    spool.say(report if features is None else report.model_copy(update={"features": features.report()}))
    if sketch is not None:
        picture = folder.path / "policy.svg"
        sketch.draw(picture)
        spool.say(ArtifactReport(kind="picture", name=picture.name, epoch=epoch, path=picture.name))
    return JobResult(outcome="completed", epochs=0, steps=report.steps)


def _demonstrate(job: JobFile, source: State | None, folder: JobFolder, spool: Spool, stop: StopRequest) -> JobResult:
    spec, started = job.spec, time.monotonic()
    learner = recall_learner(spec, source)
    _say_started(spec, device_name(learner.device), spool)
    harvest = demonstrate.harvest(spec, learner, stop.check)
    path = folder.path / f"{spec.key}.npz"
    episodes = [episode for kept in harvest.kept.values() for episode in kept]
    demonstrate.save(path, episodes, _provenance(job, source, folder))
    spool.say(DemonstrationsReport(steps=harvest.steps, seconds=time.monotonic() - started, counts=harvest.counts()))
    spool.say(ArtifactReport(kind="demonstrations", name=path.name, epoch=0, path=path.name))
    missing = [str(count.variation) for count in harvest.counts() if not count.kept]
    message = f"no episode kept of variations {', '.join(missing)}" if missing else ""
    return JobResult(outcome="completed", epochs=0, steps=harvest.steps, message=message)


def _provenance(job: JobFile, source: State | None, folder: JobFolder) -> demonstrate.Provenance:
    settings = job.spec.config.demonstrations
    if source is None or job.source is None:
        raise ValueError(f"{job.spec.key} has no source checkpoint")
    return demonstrate.Provenance(
        job=job.spec.key,
        source_job=source["job"],
        checkpoint_sha256=hashlib.sha256((folder.path / job.source).read_bytes()).hexdigest(),
        checkpoint_epoch=source["epoch"],
        seed=job.spec.seed,
        filter=settings.filter,
        deterministic=settings.deterministic,
        suite=job.spec.config.suite.model_dump(mode="json"),
        spaces=source["spaces"],
    )


def _say_started(spec: JobSpec, device: str, spool: Spool) -> None:
    spool.say(StartedReport(epoch=0, device=device, num_envs=spec.config.learner.num_envs))


def _folder_for(file: Path) -> JobFolder:
    """A temporary folder for a job.json on its own; its inputs stay where they are."""
    job = JobFile.model_validate_json(file.read_text())
    base = file.resolve().parent
    folder = JobFolder(Path(tempfile.mkdtemp(prefix="gsl-job-")))
    folder.write_job(
        job.model_copy(
            update={
                "source": str(base / job.source) if job.source else None,
                "demonstrations": tuple(str(base / name) for name in job.demonstrations),
                "teachers": tuple(each.model_copy(update={"path": str(base / each.path)}) for each in job.teachers),
            }
        )
    )
    log.info("working in %s", folder.path)
    return folder


if __name__ == "__main__":
    sys.exit(main())
