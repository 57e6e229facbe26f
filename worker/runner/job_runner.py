"""Runs one job from claim to finish: folder, trainer, heartbeat, reports, log, result.

Specialists that were claimed together share a trainer (shared_trainer.py); each has a runner in a thread of its own.
"""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gsl.client.errors import Refused, Stale
from gsl.client.worker_api import WorkerApi
from gsl.protocol.jobs import ENDED
from gsl.protocol.lease import ClaimedJob, FinishRequest
from gsl.protocol.reports import JobResult
from gsl.worker.job.checkpoint import CheckpointError
from gsl.worker.job.spool import SpoolError, rewind
from gsl.worker.runner.exit_status import ATTEMPT, Reason, failure_request, finish_request
from gsl.worker.runner.file_follower import AckedOffsets
from gsl.worker.runner.heartbeat import Heartbeat
from gsl.worker.runner.launcher import Launcher, modules_of
from gsl.worker.runner.log_sender import LogSender
from gsl.worker.runner.report_sender import ReportSender
from gsl.worker.runner.retry import Aborted, RetryUntil
from gsl.worker.runner.shared_trainer import Member
from gsl.worker.runner.slot import Slot
from gsl.worker.runner.threads import cores, threads_of
from gsl.worker.runner.workspace import FolderBusy, clear, delete, is_reusable, locked, prepare

logger = logging.getLogger(__name__)

_CHECK_EVERY_S = 0.1


@dataclass(frozen=True)
class RunnerContext:
    """What a job runner works with."""

    api: WorkerApi
    api_url: str
    slot: Slot
    worker: str
    suites: Sequence[str]
    worker_dir: Path
    stop_seconds: float
    labels: Sequence[str] = ()
    videos: Sequence[str] = ()
    stall_seconds: float = 600.0
    launcher: Launcher = field(default_factory=Launcher)
    device: str = "cpu"
    members: int = 1
    """Most jobs that train as one."""


class JobRunner:
    """One claimed job on this slot."""

    def __init__(self, claim: ClaimedJob, context: RunnerContext, trainer: Member) -> None:
        self._claim, self._context, self._trainer = claim, context, trainer
        self._folder = trainer.folder
        self._heartbeat = Heartbeat(context.api, claim, context.worker)
        self._retry = RetryUntil(self._must_abort)
        self._abort_at: float | None = None
        self._reason: Reason | None = None
        self._note = ""

    def run(self) -> None:
        self._context.slot.hold(self._claim.job_id)
        try:
            self._run()
        finally:
            self._trainer.leave()
            self._context.slot.release(self._claim.job_id)

    def _run(self) -> None:
        logger.info("job %d (%s): attempt %d starts", self._claim.job_id, self._claim.spec.key, self._claim.attempt)
        with ThreadPoolExecutor(max_workers=3, thread_name_prefix="job") as threads:
            beating = threads.submit(self._heartbeat.run)
            try:
                with locked(self._folder, self._retry) as lock:
                    self._run_locked(lock, threads)
            except OSError as error:
                self._finish(failure_request(self._claim.attempt, error, self._folder.log))
            except FolderBusy as busy:
                self._finish(FinishRequest(attempt=self._claim.attempt, status="lost", error=str(busy)))
            except Aborted:
                logger.warning("job %d: stopped before the API had everything; the folder stays", self._claim.job_id)
            finally:
                self._heartbeat.end()
            beating.result()

    def _run_locked(self, lock: int, threads: ThreadPoolExecutor) -> None:
        try:
            self._finish(self._work(lock, threads))
        except Stale as stale:
            logger.warning("job %d is no longer held by this worker: %s", self._claim.job_id, stale.detail)
            if stale.gone:
                self._delete()

    def _work(self, lock: int, threads: ThreadPoolExecutor) -> FinishRequest:
        """Everything up to the end of the trainer and its last report. An error here fails the job, with a message."""
        try:
            acked = self._prepare()
            code = self._train(lock, threads, acked)
            result = self._noted(self._folder.read_result()) if code == 0 else None
            return finish_request(self._claim.attempt, code, self._reason, result, self._folder.log)
        except Stale:
            raise
        except (Refused, SpoolError, CheckpointError, OSError, ValueError) as error:
            logger.exception("job %d fails", self._claim.job_id)
            return failure_request(self._claim.attempt, error, self._folder.log)

    def _prepare(self) -> AckedOffsets:
        """Make the folder ready for a trainer; first send the reports that a previous attempt here did not send."""
        reusable = is_reusable(self._folder, self._claim, self._context.api_url)
        if not reusable:
            clear(self._folder)
        threads = threads_of(self._claim, self._retry.call(self._context.api.workers), self._context.worker, cores())
        prepare(self._context.api, self._claim, self._folder, self._context.api_url, self._retry, threads)
        acked = AckedOffsets(self._folder.path)
        if reusable:
            self._report_sender(acked).follower().drain()
        if not self._folder.result.exists():
            acked.commit(spool=min(acked.spool, rewind(self._folder)))
        return acked

    def _train(self, lock: int, threads: ThreadPoolExecutor, acked: AckedOffsets) -> int:
        """Start the trainer, wait until it has ended and all its reports have arrived. Returns its exit code."""
        log_sender = LogSender(self._context.api, self._claim, self._folder, acked, self._retry)
        followers = [self._report_sender(acked).follower(), log_sender.follower()]
        self._write_log(f"{ATTEMPT}{self._claim.spec.key}, attempt {self._claim.attempt}, on {self._context.worker}")
        self._note = self._trainer.start(lock, modules_of(self._claim.spec.config), self._slot_stops)
        self._write_log(self._note)
        sending = [threads.submit(follower.run) for follower in followers]
        try:
            code = self._watch(sending)
        finally:
            self._trainer.kill()
            for follower in followers:
                follower.close()
        for each in sending:
            each.result()
        return code

    def _watch(self, sending: list[Future[None]]) -> int:
        """Wait for the trainer's end, and stop it when there is a reason to; its exit code."""
        while (code := self._trainer.poll(_CHECK_EVERY_S)) is None:
            try:
                self._check(sending)
            except Stale as stale:
                # A job that was lost during an outage may come back to this folder; then a checkpoint is of use.
                self._trainer.end(0 if stale.gone else self._context.stop_seconds)
                raise
            if reason := self._reason_to_stop():
                self._reason = reason if reason == "cancel" else self._reason or reason
                self._trainer.stop(self._context.stop_seconds)
        return code

    def _check(self, sending: list[Future[None]]) -> None:
        if self._heartbeat.stale:
            raise self._heartbeat.stale
        for each in sending:
            if each.done():
                each.result()  # before its follower is closed, only an error ends it

    def _slot_stops(self) -> bool:
        return self._context.slot.stopping

    def _noted(self, result: JobResult | None) -> JobResult | None:
        """With what the job's message should say about its start."""
        if result is None or not self._note:
            return result
        return result.model_copy(update={"message": f"{result.message} {self._note}".strip()})

    def _write_log(self, line: str) -> None:
        if line:
            with self._folder.log.open("a") as log:
                log.write(f"{line}\n")

    def _reason_to_stop(self) -> Reason | None:
        if self._heartbeat.desired_state != "run":
            return self._heartbeat.desired_state
        slot = self._context.slot
        if slot.stopping:
            return "time" if slot.out_of_time and not slot.has_begun(self._claim.job_id) else "shutdown"
        return "stall" if self._trainer.stalled() else None

    def _must_abort(self) -> bool:
        """Whether retrying is pointless: the time that this worker has to shut down is over.

        Raises Stale if another worker has the job.
        """
        if self._heartbeat.stale:
            raise self._heartbeat.stale
        if not self._context.slot.stopping:
            return False
        if self._abort_at is None:
            self._abort_at = time.monotonic() + self._context.stop_seconds + self._context.slot.sending_seconds
        return time.monotonic() > self._abort_at

    def _report_sender(self, acked: AckedOffsets) -> ReportSender:
        suite = self._claim.spec.config.suite.name
        slot = self._context.slot
        on_speed = partial(slot.record_speed, self._claim.job_id, suite)
        return ReportSender(self._context.api, self._claim, self._folder, acked, self._retry, on_speed, slot.uploaded)

    def _finish(self, request: FinishRequest) -> None:
        """Report the end to the API; the folder stays only if the job may resume here."""
        self._retry.call(lambda: self._context.api.finish(self._claim.job_id, request))
        logger.info("job %d (%s): %s", self._claim.job_id, self._claim.spec.key, request.status)
        if request.status in ENDED:
            self._delete()

    def _delete(self) -> None:
        try:
            delete(self._folder)
        except OSError as error:
            logger.warning("the folder of job %d stays until it is pruned: %s", self._claim.job_id, error)
