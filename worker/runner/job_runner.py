"""Holds one job from claim to finish: folder, trainer, heartbeat, reports, log, end."""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from client.errors import Refused, Stale
from client.worker_api import WorkerApi
from gsl.protocol.jobs import ENDED
from gsl.protocol.lease import ClaimedJob, FinishRequest
from worker.job.folder import rewind_spool
from worker.runner.exit_status import Reason, ending, failure
from worker.runner.heartbeat import Heartbeat
from worker.runner.log_sender import LogShipper
from worker.runner.offsets import Sent
from worker.runner.report_sender import Reporter, SpoolError
from worker.runner.retry import GaveUp, Patience
from worker.runner.slot import Slot
from worker.runner.trainer_process import TrainerProcess
from worker.runner.workspace import FolderBusy, fill, forget, is_kept, job_folder, locked, wipe

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.1
_CLAIM_FOR_S = 30.0
SEND_AFTER_STOP_S = 10.0
"""How long a worker that shuts down goes on sending what a trainer that was stopped has left."""


def trainer_command(folder: Path) -> Sequence[str]:
    return [sys.executable, "-m", "worker.trainer", str(folder)]


@dataclass(frozen=True)
class Surroundings:
    """What a supervisor works with."""

    api: WorkerApi
    api_url: str
    slot: Slot
    worker: str
    worker_dir: Path
    stop_seconds: float
    command: Callable[[Path], Sequence[str]] = trainer_command


def run_job(job_id: int, around: Surroundings) -> None:
    """Answer one ring of the doorbell: claim the job and see it to its end, or leave it to whoever has it."""
    claim = _claim(job_id, around)
    if claim is None:
        return
    try:
        Supervisor(claim, around).run()
    finally:
        around.slot.release()


def _claim(job_id: int, around: Surroundings) -> ClaimedJob | None:
    deadline = time.monotonic() + _CLAIM_FOR_S
    patience = Patience(lambda: around.slot.stopping or time.monotonic() > deadline)
    try:
        return patience.call(lambda: around.api.claim(job_id, around.worker))
    except Stale as stale:
        logger.info("job %d is not for us: %s", job_id, stale.detail)
    except Refused as refused:
        logger.error("job %d could not be claimed: %s", job_id, refused)
    except GaveUp:
        logger.warning("job %d could not be claimed; the doorbell rings again when it is still queued", job_id)
    return None


class Supervisor:
    """One claimed job on this slot."""

    def __init__(self, claim: ClaimedJob, around: Surroundings) -> None:
        self._claim, self._around = claim, around
        self._folder = job_folder(around.worker_dir, claim.job_id)
        self._beat = Heartbeat(around.api, claim, around.worker)
        self._stop_at: float | None = None
        self._reason: Reason | None = None

    def run(self) -> None:
        logger.info("job %d (%s) attempt %d starts", self._claim.job_id, self._claim.spec.key, self._claim.attempt)
        patience = Patience(self._must_give_up)
        with ThreadPoolExecutor(max_workers=3, thread_name_prefix="job") as threads:
            beating = threads.submit(self._beat.run)
            try:
                with locked(self._folder, patience) as lock:
                    self._hold(lock, threads, patience)
            except FolderBusy as busy:
                self._finish(FinishRequest(attempt=self._claim.attempt, status="lost", error=str(busy)), patience)
            except GaveUp:
                logger.warning("job %d is left to its lease; its folder stays", self._claim.job_id)
            finally:
                self._beat.end()
            beating.result()

    def _hold(self, lock: int, threads: ThreadPoolExecutor, patience: Patience) -> None:
        try:
            self._finish(self._work(lock, threads, patience), patience)
        except Stale as stale:
            logger.warning("job %d is no longer ours: %s", self._claim.job_id, stale.detail)
            if stale.gone:
                forget(self._folder)

    def _work(self, lock: int, threads: ThreadPoolExecutor, patience: Patience) -> FinishRequest:
        """Everything up to the end of the trainer and its last report. What is wrong here fails the job, in words."""
        try:
            self._around.slot.hold(self._claim.job_id)
            sent = self._prepare(patience)
            code = self._train(lock, threads, sent, patience)
            result = self._folder.read_result() if code == 0 else None
            return ending(self._claim.attempt, code, self._reason, result, self._folder.log)
        except Stale:
            raise
        except (Refused, SpoolError, OSError, ValueError) as error:
            logger.exception("job %d fails", self._claim.job_id)
            return failure(self._claim.attempt, error, self._folder.log)

    def _prepare(self, patience: Patience) -> Sent:
        """The folder, ready for a trainer; what an earlier attempt here said and nobody heard is sent first."""
        kept = is_kept(self._folder, self._claim, self._around.api_url)
        if not kept:
            wipe(self._folder)
        fill(self._around.api, self._claim, self._folder, self._around.api_url, patience)
        sent = Sent(self._folder.path)
        if kept:
            self._reporter(sent, patience).drain()
        if not self._folder.result.exists():
            sent.note(spool=min(sent.spool, rewind_spool(self._folder)))
        return sent

    def _train(self, lock: int, threads: ThreadPoolExecutor, sent: Sent, patience: Patience) -> int:
        """Start the trainer, wait for its end, and for everything it said to arrive. Returns its exit code."""
        reporter = self._reporter(sent, patience)
        shipper = LogShipper(self._around.api, self._claim, self._folder, sent, patience)
        self._head_log()
        trainer = TrainerProcess(self._around.command(self._folder.path), self._folder.log, lock)
        carriers = [threads.submit(reporter.run), threads.submit(shipper.run)]
        try:
            code = self._watch(trainer, carriers)
        finally:
            trainer.kill()
            reporter.close()
            shipper.close()
        for carrier in carriers:
            carrier.result()
        return code

    def _watch(self, trainer: TrainerProcess, carriers: list[Future[None]]) -> int:
        while (code := trainer.poll()) is None:
            try:
                self._check(carriers)
            except Stale as stale:
                # Lost while the API was away, the job may come back to this folder: then the checkpoint is worth it.
                trainer.end(0 if stale.gone else self._around.stop_seconds)
                raise
            if reason := self._reason_to_stop():
                self._reason = reason if reason == "cancel" else self._reason or reason
                trainer.stop(self._around.stop_seconds)
            time.sleep(_LOOK_EVERY_S)
        return code

    def _check(self, carriers: list[Future[None]]) -> None:
        if self._beat.stale:
            raise self._beat.stale
        for carrier in carriers:
            if carrier.done():
                carrier.result()  # only an error ends a carrier before it is closed

    def _head_log(self) -> None:
        with self._folder.log.open("a") as log:
            log.write(f"== {self._claim.spec.key}, attempt {self._claim.attempt}, on {self._around.worker}\n")

    def _reason_to_stop(self) -> Reason | None:
        if self._beat.desired_state != "run":
            return self._beat.desired_state
        return "shutdown" if self._around.slot.stopping else None

    def _must_give_up(self) -> bool:
        """Whether asking on makes no sense: the job was taken over, or the worker's time to shut down is over."""
        if self._beat.stale:
            raise self._beat.stale
        if not self._around.slot.stopping:
            return False
        if self._stop_at is None:
            self._stop_at = time.monotonic() + self._around.stop_seconds + SEND_AFTER_STOP_S
        return time.monotonic() > self._stop_at

    def _reporter(self, sent: Sent, patience: Patience) -> Reporter:
        suite = self._claim.spec.config.suite.name
        return Reporter(
            self._around.api, self._claim, self._folder, sent, patience,
            on_speed=lambda steps_per_second: self._around.slot.note_speed(suite, steps_per_second),
        )  # fmt: skip

    def _finish(self, request: FinishRequest, patience: Patience) -> None:
        """Tell the API; keep the folder only if the job may go on here."""
        patience.call(lambda: self._around.api.finish(self._claim.job_id, request))
        logger.info("job %d (%s) %s", self._claim.job_id, self._claim.spec.key, request.status)
        if request.status in ENDED:
            forget(self._folder)
