"""The training loop of a generalist, a specialist or fine-tuning: epochs until plateau, solved or budget."""

import time
from dataclasses import dataclass, field

import numpy as np

from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import JobResult
from gsl.seeds import derive
from gsl.worker.envs import training_trial
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.prioritized import PrioritizedSampler
from gsl.worker.envs.sampling.samplers import Sharing, training_sampler
from gsl.worker.guides import Guide, make_guide
from gsl.worker.job import checkpoint
from gsl.worker.job.checkpoint import State
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.spool import SpoolWriter
from gsl.worker.learners.base import AdvantageEstimator, Metrics, Replayer, finish_phase
from gsl.worker.nets.splitting import cores
from gsl.worker.rollout.alternating import make_loop
from gsl.worker.rollout.collect import Collected, collect
from gsl.worker.rollout.history import HistoryRecorder
from gsl.worker.trainer.checkpoint_manager import CheckpointManager
from gsl.worker.trainer.evaluations import Evaluations
from gsl.worker.trainer.guide_inputs import GuideFiles, guide_inputs
from gsl.worker.trainer.learner import adopt_reward_scale, init_learner, reward_origin
from gsl.worker.trainer.plateau_metric import PlateauWatch
from gsl.worker.trainer.process_use import of_this_process
from gsl.worker.trainer.progress import Progress, epoch_report, log_epoch
from gsl.worker.trainer.provenance import start_reports
from gsl.worker.trainer.stop import Stopped, StopRequest

STOP_WITHIN_SECONDS = 5.0
"""After a request to stop, an epoch that would take longer than this is abandoned; the last checkpoint stays."""


@dataclass(frozen=True)
class StartState:
    """What a training job starts from, apart from its own checkpoint."""

    source: State | None = None
    guide_files: GuideFiles = field(default_factory=GuideFiles)


@dataclass(frozen=True)
class Epoch:
    """What a rollout and the update after it gave, and the seconds that both took."""

    collected: Collected
    metrics: Metrics
    seconds: float


class Training:
    """One training job, at its start or at its newest checkpoint.

    `run` is the whole of it. Where several jobs train as one (population.py), others do what happens inside an epoch
    and call the same steps: `begin`, then `end_epoch` until `ended`, then `finish`; `stopped` after Stopped.
    """

    def __init__(
        self, spec: JobSpec, start: StartState, folder: JobFolder, spool: SpoolWriter, stop: StopRequest
    ) -> None:
        self.spec, self.progress = spec, Progress()
        self._settings = spec.config.learner
        self._folder, self._spool, self._stop = folder, spool, stop
        self.checkpoints = CheckpointManager(folder, spool)
        self._evaluations = Evaluations(spec, self.progress)
        rng = np.random.default_rng(derive(spec.seed, "sampler"))
        sharing = Sharing(self._settings.num_envs, self._settings.policies, spec.config.seed)
        self._sampler = training_sampler(spec.config.suite, spec.variations, rng, spec.config.sampling, sharing)
        trial = training_trial(spec.config)
        self.loop = make_loop(spec.config.suite, self._settings, self._sampler, derive(spec.seed, "env"), trial)
        self._plateau = PlateauWatch(spec, isinstance(self._sampler, PrioritizedSampler))
        self._history = _history_of(spec, start.source)
        self._init_learner(start)
        self._epoch_started, self._epoch_seconds = time.monotonic(), float("inf")
        self._finished_phase = False  # since the newest epoch

    def _init_learner(self, start: StartState) -> None:
        spec, spaces, source = self.spec, spaces_of(self.loop.env), start.source
        self.learner = init_learner(spec, spaces, source)
        inputs = guide_inputs(spec, start.guide_files, spaces, self.learner.device)
        self.guide: Guide = make_guide(spec.config.guide, inputs)
        if inputs.demonstrations is not None and isinstance(self.learner, Replayer):
            self.learner.show(inputs.demonstrations)
        self._reward_origin = reward_origin(spec, self.guide)
        adopt_reward_scale(self.learner, source, self._reward_origin)
        if source is not None and spec.start == "resume" and spec.kind == "generalist" and not spec.forked:
            self._plateau.restore(source)
            self._plateau.rearm()

    # The loop

    def run(self) -> JobResult:
        """Train to the end. Raises Stopped on a request to stop; the job then resumes from `resume.ckpt`."""
        self.begin()
        try:
            while not self.ended():
                self.end_epoch(self._epoch())
            return self.finish()
        except Stopped:
            self.stopped()
            raise

    def close(self) -> None:
        """Close the environments, some of which have processes of their own."""
        self.loop.close()

    def begin(self) -> None:
        """Resume, or do what comes before the first epoch."""
        of_this_process()  # what it takes counts from here
        resumed = self._folder.resume.exists()
        if resumed:
            self._restore(checkpoint.load(self._folder.resume))
        for report in start_reports(self.spec, self.learner.device, self.progress.epoch):
            self._spool.write(report)
        if resumed:
            self.checkpoints.resumed(self.progress.epoch)
            if not self.guide.unfinished:
                return
        self._finished_phase = resumed  # a checkpoint of this epoch may be published already
        metrics = self.guide.before_training(self.learner.network, self._between_updates)
        self.progress.message = ", ".join(f"{name} {value:.4g}" for name, value in metrics.items())
        if self.guide.offline:
            self.progress.outcome = "completed"
        self.checkpoints.write(0, self._state())

    def _between_updates(self) -> None:
        """Before the first epoch: save a guide that can go on from there, now and then and on a request to stop."""
        if self.guide.unfinished:
            self.checkpoints.within_epoch(self.progress.epoch, self._state)
            self.check_stop()
        else:
            self._stop.check()

    def _epoch(self) -> Epoch:
        self.begin_epoch()
        rollout, episodes = collect(self.loop, self.learner, self._settings.num_steps, self.on_step)
        metrics = self.guide.observe(rollout)
        metrics |= self.learner.update(rollout, self.guide, progress=self.share_spent, on_step=self.on_step)
        return Epoch((rollout, episodes), metrics, time.monotonic() - self._epoch_started)

    @property
    def share_spent(self) -> float:
        """Share of the run's steps spent so far, for schedules."""
        return self.spec.share_spent(self.progress.job_steps)

    def begin_epoch(self) -> None:
        """The rollout begins now."""
        self._epoch_started, self._finished_phase = time.monotonic(), False
        if self._settings.whole_trials:
            self.loop.restart()

    def end_epoch(self, epoch: Epoch) -> None:
        """Count, report and save an epoch. Raises Stopped if a stop is requested."""
        (rollout, episodes), self._epoch_seconds = epoch.collected, time.monotonic() - self._epoch_started
        if isinstance(self._sampler, PrioritizedSampler) and isinstance(self.learner, AdvantageEstimator):
            self._sampler.learn(rollout.variation.flatten().numpy(), self.learner.advantage.cpu().numpy())
        if self._history is not None:
            self._history.observe(rollout)
        self.guide.end_epoch()
        self.progress.epoch += 1
        self.progress.job_steps += self._settings.batch_size
        plateau = self._plateau.update(self.progress.epoch, episodes)
        report = epoch_report(self.progress, self._settings.batch_size, epoch.seconds, episodes, epoch.metrics, plateau)
        self._spool.write(report)
        log_epoch(report)
        if plateau is not None and self.spec.stop_at_plateau:
            self._end_at_plateau(plateau.start_epoch)
        if self.spec.config.evaluation.every_epochs == 0:
            self._evaluations.check_solved(report.returns)
        self._checkpoint()

    def ended(self) -> bool:
        """Evaluate if that is due; then whether there is an outcome, or no further epoch fits the budget."""
        if self._evaluations.due():
            if self.progress.outcome is not None or not self._fits_epoch(after=self._evaluations.longest):
                self._finish_phase()  # this may be the last evaluation
            self._evaluate()
        if self.progress.outcome is None and not self._fits_epoch():
            self.progress.outcome = "budget"
        return self.progress.outcome is not None

    def _fits_epoch(self, after: int = 0) -> bool:
        """Whether the budget allows one more epoch after so many other steps."""
        needed = after + self._settings.batch_size + self._evaluations.reserve
        return self.progress.job_steps + needed <= self.spec.budget_steps

    def _evaluate(self) -> None:
        report = self._evaluations.run(self.learner, self._stop.check)
        self._spool.write(report)
        if self._evaluations.is_best(report):
            self.checkpoints.best(report.epoch, self._state())
        self._evaluations.check_solved(report.training)

    def _finish_phase(self) -> None:
        """Let a learner that learns in phases complete the current one: no later epoch would."""
        self._epoch_started = time.monotonic()
        self._finished_phase = finish_phase(self.learner, self.on_step)

    def _end_at_plateau(self, start_epoch: int) -> None:
        self.progress.outcome = "plateau"
        if self.spec.config.plateau.rewind:
            self.checkpoints.rewind_to(start_epoch)

    def on_step(self) -> None:
        """Between two steps or updates: abandon the epoch if a stop is requested and its end is far."""
        if self._stop.requested:
            elapsed = time.monotonic() - self._epoch_started
            if self._epoch_seconds - elapsed > STOP_WITHIN_SECONDS:
                raise Stopped

    # Checkpoints

    def _checkpoint(self) -> None:
        epoch, plateau = self.progress.epoch, self.spec.config.plateau
        if plateau.rewind and self.spec.stop_at_plateau and self.progress.outcome is None:
            self.checkpoints.candidate(epoch, self._state(), plateau.window)
        self.checkpoints.after_epoch(epoch, self._state)
        self.check_stop()

    def check_stop(self) -> None:
        """Between two epochs: save this moment and raise Stopped if a stop is requested."""
        if self._stop.requested:
            self.checkpoints.write(self.progress.epoch, self._state())
            raise Stopped

    def stopped(self) -> None:
        """Hand over the newest checkpoint, from which the job resumes."""
        self.checkpoints.publish()

    def finish(self) -> JobResult:
        """After the last epoch: what is left to learn, the last evaluation, and the result."""
        progress = self.progress
        # A policy that has just been evaluated must stay as it was measured.
        if progress.evaluated_epoch != progress.epoch:
            self._finish_phase()
            if self.spec.kind == "specialist":
                self._evaluate()
        if progress.outcome is None:
            raise AssertionError("a job ends with an outcome")
        state = self._state()
        if self.spec.kind != "specialist" and isinstance(self.learner, Replayer):
            state["learner"]["handed_on"] = self.learner.handed_on()
        self.checkpoints.last(progress.epoch, state, learned=self._finished_phase)
        return JobResult(
            outcome=progress.outcome,
            epochs=progress.epoch,
            steps=progress.job_steps,
            best_epoch=progress.best_epoch,
            message=progress.message,
        )

    def _state(self) -> State:
        return {
            "job": self.spec.key,
            "epoch": self.progress.epoch,
            "spaces": spaces_of(self.loop.env).state(),
            "settings": self.spec.config.model_dump(mode="json", include={"suite", "learner"}),
            "progress": self.progress.state(),
            "paid_by": self._reward_origin,
            "learner": self.learner.state(),
            "guide": self.guide.state(),
            "loop": self.loop.state(),
            "sampler": self._sampler.state(),
            "threads": cores(),
            **({} if self._history is None else {"history": self._history.state()}),
            **self._plateau.state(),
        }

    def _restore(self, state: State) -> None:
        self.progress.restore(state["progress"])
        self.learner.restore(state["learner"])
        self.guide.restore(state["guide"])
        self.loop.restore(state["loop"])
        self._sampler.restore(state["sampler"])
        self._plateau.restore(state)
        if self._history is not None:
            self._history.restore(state["history"])


def _history_of(spec: JobSpec, source: State | None) -> HistoryRecorder | None:
    """What records how a specialist learns, if that is asked for; with several rungs it goes on from the last one."""
    asked = spec.config.demonstrations
    if spec.kind != "specialist" or asked.record != "history":
        return None
    recorder = HistoryRecorder(asked.histories, asked.per_variation)
    if spec.start == "resume" and source is not None:
        recorder.restore(source["history"])
    return recorder
