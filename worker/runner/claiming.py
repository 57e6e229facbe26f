"""Claims the job whose turn it is, and what trains as one with it, and has a runner for each."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from gsl.client.errors import ApiError, Refused
from gsl.protocol.lease import ClaimedJob
from gsl.worker.job.alike import why_alone
from gsl.worker.runner.job_runner import JobRunner, RunnerContext
from gsl.worker.runner.retry import Aborted, RetryUntil
from gsl.worker.runner.shared_trainer import SharedTrainer
from gsl.worker.runner.workspace import disk_trouble, job_folder

logger = logging.getLogger(__name__)

_CHECK_DISK_EVERY_S = 2.0
_CLAIM_FOR_S = 30.0


def run_next(context: RunnerContext, wait: float = 0.0) -> bool:
    """Claim the job whose turn it is and run it to its end. Returns False if there is none for `wait` seconds.

    While this machine's disk cannot hold a job's files, nothing is claimed; the jobs stay queued for others.
    """
    while trouble := disk_trouble(context.worker_dir):
        if context.slot.closing:
            return False
        logger.warning("jobs have to wait: %s", trouble)
        time.sleep(_CHECK_DISK_EVERY_S)
    claim = None if context.slot.closing else _claim(context, wait)
    if claim is None:
        return False
    try:
        _run_together([claim, *_members_of(claim, context)], context)
    finally:
        context.launcher.warm_up()
    return True


def _run_together(claims: Sequence[ClaimedJob], context: RunnerContext) -> None:
    """Run the jobs to their ends. Raises what the first of the failing runners raised."""
    folders = [job_folder(context.worker_dir, claim.job_id) for claim in claims]
    trainer = SharedTrainer(context.launcher, folders, context.slot.trainer_log, context.stall_seconds)
    runners = [JobRunner(claim, context, member) for claim, member in zip(claims, trainer.members, strict=True)]
    try:
        with ThreadPoolExecutor(len(runners), thread_name_prefix="runner") as threads:
            running = [threads.submit(runner.run) for runner in runners]
        for each in running:
            each.result()
    finally:
        trainer.close()


def _claim(context: RunnerContext, wait: float) -> ClaimedJob | None:
    deadline = time.monotonic() + _CLAIM_FOR_S
    retry = RetryUntil(lambda: context.slot.closing or time.monotonic() > deadline)
    try:
        able = (context.suites, context.labels, context.videos)
        return retry.call(lambda: context.api.claim_next(context.worker, *able, wait=wait))
    except Refused as refused:
        logger.error("no job could be claimed: %s", refused)
    except Aborted:
        logger.warning("no job could be claimed; those that are queued are announced again")
    return None


def _members_of(claim: ClaimedJob, context: RunnerContext) -> list[ClaimedJob]:
    """Further jobs that train as one with this one, if that pays."""
    settings = claim.spec.config.learner
    on_cpu = settings.device == "cpu" or context.device == "cpu"
    if claim.spec.kind != "specialist" or context.members < 2 or why_alone(claim.spec, on_cpu):
        return []
    try:
        return context.api.claim_members(claim.job_id, claim.attempt, context.worker, context.members - 1)
    except ApiError as error:  # also of a server that does not know the question
        logger.warning("job %d trains by itself, as no further jobs could be claimed: %s", claim.job_id, error)
        return []
