"""The training loop of a generalist, a specialist or fine-tuning: epochs until plateau, solved or budget."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gsl.config.step_budget import longest_evaluation, specialist_reserve
from gsl.method.plateau import PlateauDetector
from gsl.method.score import score
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import EpochReport, JobResult, PlateauReport, StartedReport
from gsl.seeds import derive
from worker.envs.base import spaces_of
from worker.envs.sampling.prioritized import PrioritizedSampler
from worker.envs.sampling.samplers import training_sampler
from worker.experience import Rollout
from worker.guides import make_guide
from worker.job.folder import JobFolder
from worker.job.spool import Spool
from worker.learners.base import AdvantageEstimator, Replayer, finish_phase
from worker.rollout.alternating import make_loop
from worker.rollout.collect import collect
from worker.rollout.episodes import Episodes, finite
from worker.rollout.evaluate import evaluate
from worker.trainer import checkpoint
from worker.trainer.checkpoint import State
from worker.trainer.checkpoint_manager import Keeper
from worker.trainer.device import device_name
from worker.trainer.guide_inputs import Lessons, guide_inputs
from worker.trainer.learner import adopt_reward_scale, make_learner, payer
from worker.trainer.plateau_metric import watched
from worker.trainer.progress import Progress, log_epoch
from worker.trainer.stop import Stopped, StopRequest

PATIENCE_SECONDS = 5.0
"""An epoch that would go on longer than this after a wish to stop is abandoned; the last checkpoint stays."""


@dataclass(frozen=True)
class Inputs:
    """What a training job starts from, its own checkpoint aside."""

    source: State | None = None
    lessons: Lessons = field(default_factory=Lessons)


class Training:
    """One training job, at its start or where its newest checkpoint left it."""

    def __init__(self, spec: JobSpec, inputs: Inputs, folder: JobFolder, spool: Spool, stop: StopRequest) -> None:
        self.spec, self.progress = spec, Progress()
        self._settings = spec.config.learner
        self._folder, self._spool, self._stop = folder, spool, stop
        self._keeper = Keeper(folder, spool)
        rng = np.random.default_rng(derive(spec.seed, "sampler"))
        self._sampler = training_sampler(spec.config.suite, spec.variations, rng, spec.config.sampling)
        self._loop = make_loop(spec.config.suite, self._settings, self._sampler, derive(spec.seed, "env"))
        spaces, source = spaces_of(self._loop.env), inputs.source
        self.learner = make_learner(spec, spaces, source)
        lessons = guide_inputs(spec, inputs.lessons, spaces, self.learner.device)
        self._guide = make_guide(spec.config.guide, lessons)
        if lessons.demonstrations is not None and isinstance(self.learner, Replayer):
            self.learner.show(lessons.demonstrations)
        self._paid_by = payer(spec, self._guide)
        adopt_reward_scale(self.learner, source, self._paid_by)
        self._detector = PlateauDetector(spec.config.plateau)
        self._watched = watched(spec.config.plateau.metric, isinstance(self._sampler, PrioritizedSampler))
        if source is not None and spec.start == "resume" and spec.kind == "generalist":
            self._detector.restore(source["detector"])
            self._detector.rearm()
            self._watched.restore(source.get("watched", {}))
        self._epoch_started, self._epoch_seconds = time.monotonic(), float("inf")
        self._finished_phase = False  # since the newest epoch

    # The loop

    def run(self) -> JobResult:
        """Train to the end. Raises Stopped when asked to stop; `resume.ckpt` is then where the job goes on."""
        self._begin()
        try:
            while not self._ended():
                self._epoch()
            if self.progress.evaluated_epoch != self.progress.epoch:  # what was measured stays as it was measured
                self._finish_phase()
                if self.spec.kind == "specialist":
                    self._evaluate()
        except Stopped:
            self._keeper.announce()
            raise
        return self._end()

    def close(self) -> None:
        """Let go of the environments, some of which have processes of their own."""
        self._loop.close()

    def _begin(self) -> None:
        resumed = self._folder.resume.exists()
        if resumed:
            self._restore(checkpoint.load(self._folder.resume))
        self._spool.say(
            StartedReport(
                epoch=self.progress.epoch, device=device_name(self.learner.device), num_envs=self._settings.num_envs
            )
        )
        if resumed:
            self._keeper.resumed(self.progress.epoch)
        else:
            said = self._guide.before_training(self.learner.network, self._stop.check)
            self.progress.message = ", ".join(f"{name} {figure:.4g}" for name, figure in said.items())
            if self._guide.offline:
                self.progress.outcome = "completed"
            self._keeper.write(0, self._state())

    def _epoch(self) -> None:
        self._epoch_started, self._finished_phase = time.monotonic(), False
        rollout, episodes = collect(self._loop, self.learner, self._settings.num_steps, self._between)
        metrics = self._guide.observe(rollout)
        share = self.spec.share_spent(self.progress.job_steps)
        metrics |= self.learner.update(rollout, self._guide, progress=share, between=self._between)
        self._prioritize(rollout)
        self._guide.end_epoch()
        self._epoch_seconds = time.monotonic() - self._epoch_started
        self.progress.epoch += 1
        self.progress.job_steps += self._settings.batch_size
        self._spool.say(report := self._report(episodes, metrics, self._watch_for_plateau(episodes)))
        log_epoch(report)
        if self.spec.config.evaluation.every_epochs == 0:
            self._look_whether_solved(score(self.spec.config.suite, report.returns))
        self._keep()

    def _finish_phase(self) -> None:
        """Let a learner that learns in phases end the one under way: no later epoch would."""
        self._epoch_started = time.monotonic()
        self._finished_phase = finish_phase(self.learner, self._between)

    def _prioritize(self, rollout: Rollout) -> None:
        """Tell the sampler, where it asks, on which variations the values were how far off."""
        if isinstance(self._sampler, PrioritizedSampler) and isinstance(self.learner, AdvantageEstimator):
            self._sampler.learn(rollout.variation.flatten().numpy(), self.learner.advantage.cpu().numpy())

    def _ended(self) -> bool:
        """Evaluate if that is due; then whether there is an outcome, or no further epoch fits the budget."""
        if self._evaluation_due():
            if self.progress.outcome is not None or not self._fits_epoch(after=self._longest_evaluation()):
                self._finish_phase()  # it may be the last that is measured
            self._evaluate()
        if self.progress.outcome is None and not self._fits_epoch():
            self.progress.outcome = "budget"
        return self.progress.outcome is not None

    def _fits_epoch(self, after: int = 0) -> bool:
        """Whether the budget holds one more epoch, after so many other steps."""
        return self.progress.job_steps + after + self._settings.batch_size + self._reserve() <= self.spec.budget_steps

    def _reserve(self) -> int:
        """Steps kept back for a specialist's last evaluation, which selects its best checkpoint."""
        if self.spec.kind != "specialist":
            return 0
        return specialist_reserve(self.spec.config, len(self.spec.variations), self.spec.budget_steps)

    def _between(self) -> None:
        """Between two steps: abandon the epoch if a stop is wanted and the epoch's end is far."""
        if self._stop.wanted:
            elapsed = time.monotonic() - self._epoch_started
            if self._epoch_seconds - elapsed > PATIENCE_SECONDS:
                raise Stopped

    # What an epoch means

    def _watch_for_plateau(self, episodes: Episodes) -> PlateauReport | None:
        """Criterion H is about the generalist before the gate, and about whatever it is to end."""
        if self.spec.kind != "generalist" and not self.spec.stop_at_plateau:
            return None
        figure = self._watched.take(episodes)
        plateau = self._detector.update(self.progress.epoch, figure, len(episodes))
        if plateau is not None and self.spec.stop_at_plateau:
            self.progress.outcome = "plateau"
            if self.spec.config.plateau.rewind:
                self._keeper.rewind_to(plateau.start_epoch)
        return plateau

    def _report(self, episodes: Episodes, metrics: dict[str, float], plateau: PlateauReport | None) -> EpochReport:
        return EpochReport(
            epoch=self.progress.epoch,
            steps=self._settings.batch_size,
            job_steps=self.progress.job_steps,
            seconds=self._epoch_seconds,
            episodes=len(episodes),
            mean_return=episodes.mean_return,
            success_rate=episodes.success_rate,
            mean_length=episodes.mean_length,
            metrics={name: finite(value) for name, value in metrics.items()},
            returns=episodes.by_variation(),
            plateau=plateau,
        )

    def _evaluation_due(self) -> bool:
        every, progress = self.spec.config.evaluation.every_epochs, self.progress
        if not every or progress.epoch % every or progress.evaluated_epoch == progress.epoch:
            return False
        if not self.spec.evaluations_count:
            return True
        return progress.job_steps + self._longest_evaluation() + self._reserve() <= self.spec.budget_steps

    def _longest_evaluation(self) -> int:
        """Steps of one, as far as they count."""
        if not self.spec.evaluations_count:
            return 0
        return self._reserve() or longest_evaluation(self.spec.config, len(self.spec.variations))

    def _evaluate(self) -> None:
        """A specialist's evaluations all have the rounds that its last one surely affords: their scores compare."""
        most = self._reserve() or None
        report = evaluate(self.spec, self.learner, self.progress.epoch, self._stop.check, most)
        self.progress.job_steps += report.steps
        self.progress.evaluated_epoch = report.epoch
        self._spool.say(report)
        if self.spec.kind == "specialist":
            figure = score(self.spec.config.suite, report.training)
            self._remember_best(figure, report.epoch)
            self._look_whether_solved(figure)

    def _remember_best(self, figure: float | None, epoch: int) -> None:
        """Of equal scores the later one, which has trained longer."""
        best = self.progress.best_score
        if figure is not None and (best is None or figure >= best):
            self.progress.best_score, self.progress.best_epoch = figure, epoch
            self._keeper.best(epoch, self._state())

    def _look_whether_solved(self, figure: float | None) -> None:
        """A specialist's score: of its evaluations, or of training's own episodes where no evaluation is scheduled."""
        solved_at = self.spec.config.specialists.solved_at
        reached = figure is not None and solved_at is not None and figure >= solved_at
        if self.spec.kind == "specialist" and reached and self.progress.outcome is None:
            self.progress.outcome = "solved"

    # Keeping

    def _keep(self) -> None:
        epoch, plateau = self.progress.epoch, self.spec.config.plateau
        if plateau.rewind and self.spec.stop_at_plateau and self.progress.outcome is None:
            self._keeper.candidate(epoch, self._state(), plateau.window)
        self._keeper.after_epoch(epoch, self._state)
        if self._stop.wanted:
            self._keeper.write(epoch, self._state())
            raise Stopped

    def _end(self) -> JobResult:
        progress = self.progress
        if progress.outcome is None:
            raise AssertionError("a job ends with an outcome")
        state = self._state()
        if self.spec.kind != "specialist" and isinstance(self.learner, Replayer):
            state["learner"]["handed_on"] = self.learner.handed_on()
        self._keeper.last(progress.epoch, state, learned=self._finished_phase)
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
            "spaces": spaces_of(self._loop.env).state(),
            "progress": dict(vars(self.progress)),
            "paid_by": self._paid_by,
            "learner": self.learner.state(),
            "guide": self._guide.state(),
            "loop": self._loop.state(),
            "sampler": self._sampler.state(),
            "detector": dict(self._detector.state()),
            "watched": self._watched.state(),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.progress = Progress(**state["progress"])
        self.learner.restore(state["learner"])
        self._guide.restore(state["guide"])
        self._loop.restore(state["loop"])
        self._sampler.restore(state["sampler"])
        self._detector.restore(state["detector"])
        self._watched.restore(state.get("watched", {}))
