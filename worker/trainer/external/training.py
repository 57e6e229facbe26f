"""Training by a trainer of somebody's own: it trains an epoch and says so, GSL Lab judges it and answers.

Everything that makes a run comparable stays here: the budget, criterion H, evaluations, which checkpoints are kept.
What the trainer saves, whatever it is, travels as bytes inside GSL Lab's own checkpoints.
"""

import time

from gsl.protocol.reports import JobResult
from gsl.worker.job import checkpoint
from gsl.worker.job.checkpoint import State
from gsl.worker.job.declared_trainers import named
from gsl.worker.job.folder import JobFile, JobFolder
from gsl.worker.job.spool import SpoolWriter
from gsl.worker.trainer.checkpoint_manager import CheckpointManager
from gsl.worker.trainer.device import choose_device
from gsl.worker.trainer.evaluations import Evaluations
from gsl.worker.trainer.external.episodes import checked
from gsl.worker.trainer.external.measuring import evaluate
from gsl.worker.trainer.external.orders import Kept, file_in, kept_file, learner_of, training_order
from gsl.worker.trainer.external.process import ExternalProcess, TrainerError, emptied
from gsl.worker.trainer.external.protocol import Answer, EpochLine, Line, SavedLine
from gsl.worker.trainer.plateau_metric import PlateauWatch
from gsl.worker.trainer.process_use import of_this_process
from gsl.worker.trainer.progress import Progress, epoch_report, log_epoch
from gsl.worker.trainer.provenance import start_reports
from gsl.worker.trainer.stop import Stopped, StopRequest

STOP_WITHIN_SECONDS = 10.0
"""After a request to stop, an epoch that takes longer than this is abandoned; the last checkpoint stays."""


class ExternalTraining:
    """One training job, at its start or at its newest checkpoint."""

    def __init__(self, job: JobFile, folder: JobFolder, spool: SpoolWriter, stop: StopRequest) -> None:
        self._job, self._spec, self._folder, self._spool, self._stop = job, job.spec, folder, spool, stop
        self._settings, self._declared = learner_of(job.spec), named(learner_of(job.spec).trainer)
        self._work, self._measuring = folder.path / "own", folder.path / "own-measuring"
        self._progress = Progress()
        self._checkpoints = CheckpointManager(folder, spool)
        self._evaluations = Evaluations(self._spec, self._progress)
        self._plateau = PlateauWatch(self._spec, prioritized=False)
        self._trainer: ExternalProcess | None = None
        self._kept: Kept = {}
        self._kept_epoch = -1
        self._stop_seen: float | None = None

    def run(self) -> JobResult:
        """Train to the end. Raises Stopped on a request to stop, and TrainerError."""
        of_this_process()  # what it takes counts from here
        source = self._begin()
        try:
            if not self._ended():
                self._train(source)
            return self._finish()
        except Stopped:
            self._checkpoints.publish()
            raise

    def _begin(self) -> State | None:
        """Restore what this job saved, or read what it starts from."""
        progress = self._progress
        if self._folder.resume.exists():
            state: State | None = self._restored()
        else:
            state = checkpoint.load(self._folder.path / self._job.source) if self._job.source else None
            if state is not None and self._spec.start == "resume" and self._is_generalist:
                self._plateau.restore(state)
                self._plateau.rearm()
        for report in start_reports(self._spec, choose_device(self._settings), progress.epoch):
            self._spool.write(report)
        if self._kept_epoch >= 0:
            self._checkpoints.resumed(progress.epoch)
        return state

    @property
    def _is_generalist(self) -> bool:
        """Of this run: only then does criterion H go on from where it was."""
        return self._spec.kind == "generalist" and not self._spec.forked

    def _restored(self) -> State:
        state = checkpoint.load(self._folder.resume)
        self._progress.restore(state["progress"])
        self._plateau.restore(state)
        self._kept, self._kept_epoch = state["learner"], self._progress.epoch
        return state

    def _train(self, source: State | None) -> None:
        emptied(self._work)
        resume = self._kept_epoch >= 0
        started = source if resume or self._spec.start != "scratch" else None
        order = training_order(
            self._spec, checkpoint=file_in(started, self._work, "start"), epoch=self._progress.epoch,
            steps=self._progress.job_steps, resume=resume,
        ).model_copy(update={"demonstrations": self._demonstrations()})  # fmt: skip
        with ExternalProcess(self._declared, self._work, order, self._wait) as self._trainer:
            began = time.monotonic()
            while True:
                line = self._trainer.next()
                if not isinstance(line, EpochLine):
                    raise self._unlike(line, "epoch")
                self._end_epoch(line, time.monotonic() - began)
                if self._ended():
                    break
                began = time.monotonic()
                self._trainer.answer(Answer(do="go"))
            self._state()
            self._trainer.end()
        self._trainer = None

    def _demonstrations(self) -> tuple[str, ...]:
        return tuple(str((self._folder.path / name).resolve()) for name in self._job.demonstrations)

    def _end_epoch(self, line: EpochLine, seconds: float) -> None:
        """Count, report and save an epoch. Raises Stopped and TrainerError."""
        progress, most = self._progress, self._settings.batch_size
        if line.steps > most:
            raise self._error(f"said that an epoch took {line.steps} steps; its order allows {most}")
        episodes = checked(line.episodes, frozenset(self._spec.variations), self._spec.config.suite)
        progress.epoch += 1
        progress.job_steps += line.steps
        plateau = self._plateau.update(progress.epoch, episodes)
        metrics = {name: float("nan") if value is None else value for name, value in line.metrics.items()}
        report = epoch_report(progress, line.steps, seconds, episodes, metrics, plateau)
        self._spool.write(report)
        log_epoch(report)
        if plateau is not None and self._spec.stop_at_plateau:
            progress.outcome = "plateau"
        if self._spec.config.evaluation.every_epochs == 0:
            self._evaluations.check_solved(report.returns)
        self._checkpoints.after_epoch(progress.epoch, self._state)
        if self._stop.requested:
            self._checkpoints.write(progress.epoch, self._state())
            raise Stopped

    def _ended(self) -> bool:
        """Evaluate if that is due; then whether there is an outcome, or no further epoch fits the budget."""
        if self._evaluations.due():
            self._evaluate()
        needed = self._settings.batch_size + self._evaluations.reserve
        if self._progress.outcome is None and self._progress.job_steps + needed > self._spec.budget_steps:
            self._progress.outcome = "budget"
        return self._progress.outcome is not None

    def _evaluate(self) -> None:
        epoch, state = self._progress.epoch, self._state()
        most = self._evaluations.reserve or None
        measured = evaluate(
            self._spec, self._declared, self._measuring, state, epoch, self._stop.check_in_silence, most
        )
        self._spool.write(self._evaluations.note(measured))
        if self._evaluations.is_best(measured):
            self._checkpoints.best(epoch, state)
        self._evaluations.check_solved(measured.training)

    def _finish(self) -> JobResult:
        progress = self._progress
        if self._spec.kind == "specialist" and progress.evaluated_epoch != progress.epoch:
            self._evaluate()
        if progress.outcome is None:
            raise AssertionError("a job ends with an outcome")
        self._checkpoints.last(progress.epoch, self._state())
        return JobResult(
            outcome=progress.outcome, epochs=progress.epoch, steps=progress.job_steps, best_epoch=progress.best_epoch
        )

    def _state(self) -> State:
        """This moment, for which the trainer is asked to save unless it has."""
        if self._kept_epoch != self._progress.epoch:
            self._save()
        return {
            "job": self._spec.key,
            "epoch": self._progress.epoch,
            "settings": self._spec.config.model_dump(mode="json", include={"suite", "learner"}),
            "progress": self._progress.state(),
            "learner": self._kept,
            **self._plateau.state(),
        }

    def _save(self) -> None:
        if self._trainer is None:
            raise TrainerError("no epoch fits the job's budget, so nothing was saved")
        path = f"epoch-{self._progress.epoch:06d}"
        self._trainer.answer(Answer(do="save", path=path))
        line = self._trainer.next()
        if not isinstance(line, SavedLine):
            raise self._unlike(line, "saved")
        self._kept, self._kept_epoch = kept_file(self._work / path), self._progress.epoch
        (self._work / path).unlink()

    def _unlike(self, line: Line | None, wanted: str) -> TrainerError:
        return self._error(
            "exited before it was told to end" if line is None else f"said {line.type!r}, not {wanted!r}"
        )

    def _error(self, what: str) -> TrainerError:
        return TrainerError(f"the trainer {self._declared.name} {what}")

    def _wait(self) -> None:
        """While an epoch takes its time. Raises Stopped if it takes too long after a request to stop."""
        if not self._stop.requested_in_silence:
            return
        self._stop_seen = self._stop_seen or time.monotonic()
        if time.monotonic() - self._stop_seen > STOP_WITHIN_SECONDS:
            raise Stopped
