"""A training job's evaluations: when one is due, what budget it needs, and what a specialist's score decides."""

from collections.abc import Callable, Sequence

from gsl.config.step_budget import longest_evaluation, specialist_reserve
from gsl.method.score import score
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import EvaluationReport, VariationReturn
from gsl.worker.learners import Learner
from gsl.worker.rollout.evaluate import evaluate
from gsl.worker.trainer.progress import Progress


class Evaluations:
    """Measures the policy as scheduled and keeps `progress`: counted steps, a specialist's best score, solved."""

    def __init__(self, spec: JobSpec, progress: Progress) -> None:
        self._spec, self._progress = spec, progress
        self._is_specialist = spec.kind == "specialist"
        variations = len(spec.variations)
        self.reserve = specialist_reserve(spec.config, variations, spec.budget_steps) if self._is_specialist else 0
        """Environment steps kept back for a specialist's last evaluation, which selects its best checkpoint."""
        counted = (self.reserve or longest_evaluation(spec.config, variations)) if spec.evaluations_count else 0
        self.longest = counted
        """Environment steps of one evaluation at most, as far as they count."""

    def due(self) -> bool:
        """Whether the schedule asks for an evaluation now, and the budget allows it."""
        every, progress = self._spec.config.evaluation.every_epochs, self._progress
        if not every or progress.epoch % every or progress.evaluated_epoch == progress.epoch:
            return False
        if not self._spec.evaluations_count:
            return True
        return progress.job_steps + self.longest + self.reserve <= self._spec.budget_steps

    def run(self, learner: Learner, on_step: Callable[[], None]) -> EvaluationReport:
        """Evaluate now. All evaluations of a specialist have as many rounds as its last one, so scores compare."""
        return self.note(evaluate(self._spec, learner, self._progress.epoch, on_step, self.reserve or None))

    def note(self, report: EvaluationReport) -> EvaluationReport:
        """What has just been measured counts from now on."""
        self._progress.job_steps += report.steps
        self._progress.evaluated_epoch = report.epoch
        return report

    def is_best(self, report: EvaluationReport) -> bool:
        """Whether a specialist has its best score so far, which is noted. Of equal scores the later counts as best."""
        best, reached = self._progress.best_score, score(self._spec.config.suite, report.training)
        if not self._is_specialist or reached is None or (best is not None and reached < best):
            return False
        self._progress.best_score, self._progress.best_epoch = reached, report.epoch
        return True

    def check_solved(self, returns: Sequence[VariationReturn]) -> None:
        """End a specialist whose score is high enough: that of its evaluations, or of training if none is scheduled."""
        solved_at = self._spec.config.specialists.solved_at
        if not self._is_specialist or solved_at is None or self._progress.outcome is not None:
            return
        reached = score(self._spec.config.suite, returns)
        if reached is not None and reached >= solved_at:
            self._progress.outcome = "solved"
