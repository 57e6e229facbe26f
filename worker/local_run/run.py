"""A whole run without a server: the state machine and the trainer in this process.

Jobs run one after another; specialists that are alike train as one (worker/trainer/jobs.py).

    LocalRun(config, folder).finish()

For trying out a suite, learner or guide of your own; tests and benchmarks use it too.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from gsl.config.run import RunConfig
from gsl.method.outlook import History, history_of
from gsl.phases import GateOpening, GateView, JobView, RunState, plan
from gsl.phases.keys import BEFORE_EVALUATION, LAST_EVALUATION
from gsl.protocol.jobs import ENDED, CheckpointSource, JobSpec, Phase, Purpose
from gsl.protocol.reports import DemonstrationsReport, EpochReport, EvaluationReport, JobResult, SpoolLine
from gsl.protocol.rounds import Rounds
from gsl.worker.job.folder import EXIT_ENDED, JobFile, JobFolder, TeacherFile
from gsl.worker.job.spool import read_all
from gsl.worker.local_run.shared_start import begin_with, methods_start
from gsl.worker.trainer.jobs import run_jobs
from gsl.worker.trainer.population import Outcome
from gsl.worker.trainer.stop import StopRequest


@dataclass
class LocalRun:
    """One run whose jobs have their folders in `folder`; its gates are approved as proposed.

    Runs with the same folder share equal jobs, for example those before fine-tuning if only the guide differs: such a
    job is done once, and counts in the ledger of every run that plans it. The plain generalist resumes from where the
    method's generalist reached the gate, if both train in the same way (`shared_start`). An interrupted run resumes.

    `specs` and `starts` contain every job, failed ones too: its specification, and the steps that the run had spent
    before it.
    """

    config: RunConfig
    folder: Path
    status: str = "queued"
    message: str = ""
    jobs: list[JobView] = field(default_factory=list)
    gates: list[GateView] = field(default_factory=list)
    openings: list[GateOpening] = field(default_factory=list)
    specs: dict[str, JobSpec] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    evaluations: dict[str, EvaluationReport] = field(default_factory=dict)
    rounds: dict[str, Rounds] = field(default_factory=dict)
    ledger: dict[tuple[Phase, Purpose], int] = field(default_factory=dict)
    _folders: dict[str, JobFolder] = field(default_factory=dict)

    def finish(self) -> "LocalRun":
        """Run every phase. Raises what a trainer raises, and RuntimeError if the state machine plans nothing."""
        while self.status not in ENDED:
            step = plan(self.config, self._state())
            self.status, self.message = step.status, step.message
            if step.gate is not None:
                self._approve(step.gate)
            elif not step.jobs and self.status not in ENDED:
                raise RuntimeError(f"the run cannot continue: {self.message}")
            spent = sum(job.spent for job in self.jobs)
            for _, alike in groupby(step.jobs, lambda spec: spec.kind):
                specs = list(alike)
                for some in [specs] if specs[0].kind == "specialist" else [[spec] for spec in specs]:
                    self.specs |= {spec.key: spec for spec in some}
                    self.starts |= {spec.key: spent for spec in some}
                    self._do(some)
        return self

    def _state(self) -> RunState:
        reports = self.evaluations.items()
        return RunState(
            tuple(self.jobs),
            tuple(self.gates),
            {key: report.training for key, report in reports},
            features={key: {one.variation: one.features for one in report.features} for key, report in reports},
            rounds=self.rounds,
            history=self._history(),
        )

    def _approve(self, gate: GateOpening) -> None:
        self.openings.append(gate)
        self.gates.append(GateView(gate.segment, "approved", gate.cycle, gate.reason_asked, "approve", gate.proposal))

    def _history(self) -> History:
        """Training of the newest generalist by variation, if the newest job is its evaluation before a gate."""
        if (
            not self.jobs
            or self.jobs[-1].kind != "evaluation"
            or self.jobs[-1].key in (BEFORE_EVALUATION, LAST_EVALUATION)
        ):
            return {}
        key = next(job.key for job in reversed(self.jobs) if job.kind in ("generalist", "finetune"))
        return history_of([line for line in self.lines(key) if isinstance(line, EpochReport)])

    @property
    def spent(self) -> int:
        """Environment steps that count; the ledger lists measurements separately."""
        return sum(steps for (_, purpose), steps in self.ledger.items() if purpose != "measurement")

    def lines(self, key: str) -> list[SpoolLine]:
        """The reports and artifacts of a job; none if it could not begin."""
        folder = self._folders.get(key)
        return [] if folder is None else read_all(folder.spool)

    def result(self, key: str) -> JobResult | None:
        """The result of a job; None if it did not complete."""
        folder = self._folders.get(key)
        return None if folder is None else folder.read_result()

    def success_by_variation(self, key: str) -> tuple[float, ...]:
        """Success rates of an evaluation job in the order of the variations; empty if it has no report."""
        report = self.evaluations.get(key)
        rates = [entry.success_rate for entry in report.training] if report else []
        return tuple(rate for rate in rates if rate is not None)

    def _do(self, specs: Sequence[JobSpec]) -> None:
        """Run jobs to their ends: one, or several that may train as one."""
        folders = [self._prepare(spec) for spec in specs]
        try:
            outcomes = run_jobs(folders, [StopRequest() for _ in folders])
        finally:  # the steps of a failed job count too
            for spec in specs:
                self._note(spec, self.lines(spec.key))
        for spec, folder, outcome in zip(specs, folders, outcomes, strict=True):
            self.jobs.append(self._ended(spec, folder, outcome))

    def _prepare(self, spec: JobSpec) -> JobFolder:
        """The job's folder, with its inputs."""
        shown = tuple(str(self._folders[key].path / f"{key}.npz") for key in spec.demonstrations)
        teachers = tuple(
            TeacherFile(path=self._checkpoint(each.checkpoint), variations=each.variations) for each in spec.teachers
        )
        source = None if spec.source is None else self._checkpoint(spec.source)
        job = JobFile(spec=spec, source=source, demonstrations=shown, teachers=teachers)
        folder = self._folders[spec.key] = self._folder_of(job)
        if (twin := methods_start(spec)) is not None:
            begin_with(folder, self._folder_of(JobFile(spec=twin)), spec)
        folder.write_job(job)
        return folder

    def _ended(self, spec: JobSpec, folder: JobFolder, outcome: Outcome) -> JobView:
        """The job as the state machine sees it. Raises what its trainer raised."""
        if isinstance(outcome, Exception):
            raise outcome
        result = folder.read_result()
        if outcome != EXIT_ENDED or result is None:
            raise RuntimeError(f"{spec.key} ended with exit code {outcome}")
        reports = [line.counts for line in self.lines(spec.key) if isinstance(line, DemonstrationsReport)]
        return JobView(
            spec.key, spec.kind, "succeeded", spec.budget_steps, result.steps, 1, result.outcome,
            demonstrated=reports[-1] if reports else None,
        )  # fmt: skip

    def _folder_of(self, job: JobFile) -> JobFolder:
        return JobFolder(self.folder / f"{job.spec.key}-{_fingerprint(job)}")

    def _note(self, spec: JobSpec, lines: Iterable[SpoolLine]) -> None:
        for line in lines:
            if isinstance(line, EpochReport):
                self._spend(spec.phase, "training", line.steps)
            elif isinstance(line, EvaluationReport):
                self._spend(spec.phase, "evaluation", line.steps)
                self._spend(spec.phase, "measurement", line.measurement_steps)
                self.evaluations[spec.key], self.rounds[spec.key] = line, Rounds(line.rounds, line.rounds_asked)
            elif isinstance(line, DemonstrationsReport):
                self._spend(spec.phase, "demonstrations", line.steps)

    def _spend(self, phase: Phase, purpose: Purpose, steps: int) -> None:
        if steps:
            self.ledger[phase, purpose] = self.ledger.get((phase, purpose), 0) + steps

    def _checkpoint(self, source: CheckpointSource) -> str:
        folder = self._folders[source.job]
        named = {"best": "best-*.ckpt", "plateau": "plateau-*.ckpt"}.get(source.which)
        found = sorted(folder.checkpoints.glob(named)) if named else []
        return str(found[-1] if found else folder.resume)


def _fingerprint(job: JobFile) -> str:
    """Equal for equal jobs, because the paths of their inputs contain the fingerprints of the jobs that made them.

    The guide and the settings of fine-tuning are part of that job's fingerprint alone.
    """
    content = job.model_dump(mode="json")
    if job.spec.kind != "finetune":
        del content["spec"]["config"]["guide"], content["spec"]["config"]["finetune"]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
