"""How runs ended, and the file that remembers them, one line a run."""

import fcntl
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import Annotated

from pydantic import Field, TypeAdapter, WrapValidator

from benchmarks.method.study import Case, Metric
from gsl.atomic_file import write_text
from gsl.config.base import as_stored
from gsl.config.run import RunConfig
from gsl.phases import keys
from gsl.protocol.reports import EpochReport, EvaluationReport, VariationReturn, Wire
from gsl.worker.local_run import LocalRun

POINTS = 100
"""Of a learning curve."""


class Measured(Wire):
    """An evaluation: the deciding figure of each variation that ended an episode."""

    training: Mapping[int, float] = Field(default={})
    held_out: Mapping[int, float] = Field(default={})

    @property
    def training_mean(self) -> float | None:
        return fmean(self.training.values()) if self.training else None

    @property
    def held_out_mean(self) -> float | None:
        return fmean(self.held_out.values()) if self.held_out else None


class GateSummary(Wire):
    """What a gate saw and who the specialists became."""

    cycle: int
    fired: str
    steps: int = Field(description="Counted steps that the run had spent.")
    figure: float | None = Field(description="Of the evaluation that selected.")
    partition: tuple[tuple[int, ...], ...]
    specialist_steps: int


class Outcome(Wire):
    """How one run ended; one that failed counts, with the figure 0."""

    case: str
    arm: str
    seed: int
    metric: Metric
    status: str
    message: str
    error: str = ""
    final: Measured
    before: Measured = Field(description="The policy at the gate, measured afresh where that was done.")
    gates: tuple[GateSummary, ...] = ()
    specialists: Mapping[int, float] = Field(
        default={}, description="The deciding figure of each specialist's variations at its own last evaluation."
    )
    steps: int = Field(description="Counted environment steps, shared jobs too.")
    measured_steps: int = Field(0, description="Steps of measurements from which nothing was learned, not counted.")
    ledger: dict[str, int] = Field(default={}, description="Environment steps by phase and purpose.")
    curve: tuple[float | None, ...] = Field(
        description="The generalist's training figure in equal parts of the run's total steps; null where it rests."
    )
    seconds: float = Field(description="What this run took itself, without jobs that an earlier arm had done.")
    config: Annotated[RunConfig, WrapValidator(as_stored)]

    @property
    def key(self) -> tuple[str, str, int]:
        return self.case, self.arm, self.seed

    @property
    def figure(self) -> float:
        """Mean over training variations at the end; 0 of a failed run."""
        return self.final.training_mean or 0.0

    @property
    def held_out_figure(self) -> float:
        return self.final.held_out_mean or 0.0


OUTCOMES: TypeAdapter[list[Outcome]] = TypeAdapter(list[Outcome])


def outcome_of(case: Case, arm: str, this: LocalRun, seconds: float, error: str = "") -> Outcome:
    """What is kept of a run that ended, or of one that `error` ended."""
    reports = this.evaluations
    before = reports.get(keys.BEFORE_EVALUATION) or reports.get(keys.evaluation(1, 1))
    return Outcome(
        case=case.name,
        arm=arm,
        seed=this.config.seed,
        metric=case.metric,
        status="failed" if error else this.status,
        message=error.strip().rpartition("\n")[2] if error else this.message,
        error=error[-4000:],
        final=_measured(reports.get(keys.LAST_EVALUATION) if not error else None, case.metric),
        before=_measured(before, case.metric),
        gates=tuple(_gates(case, this)),
        specialists=_specialists(this, case.metric),
        steps=this.spent,
        measured_steps=sum(this.ledger.values()) - this.spent,
        ledger={f"{phase} {purpose}": steps for (phase, purpose), steps in this.ledger.items()},
        curve=_curve(this, case.metric),
        seconds=round(seconds, 1),
        config=this.config,
    )


def read(file: Path) -> list[Outcome]:
    return OUTCOMES.validate_json(file.read_bytes()) if file.exists() else []


def add(file: Path, outcome: Outcome) -> None:
    """Put one outcome into the file, in the place of what was known of this run; several commands may do so at once."""
    with locked(file.parent):
        others = [known for known in read(file) if known.key != outcome.key]
        write(file, [*others, outcome])


def write(file: Path, outcomes: Iterable[Outcome]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(outcomes, key=lambda outcome: outcome.key)
    write_text(file, "[\n" + ",\n".join(outcome.model_dump_json() for outcome in ordered) + "\n]\n")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait until no other process holds the folder, which is made where it is not."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _measured(report: EvaluationReport | None, metric: Metric) -> Measured:
    if report is None:
        return Measured()
    return Measured(training=_figures(report.training, metric), held_out=_figures(report.held_out, metric))


def _figures(returns: Sequence[VariationReturn], metric: Metric) -> dict[int, float]:
    known = {entry.variation: entry.success_rate if metric == "success" else entry.mean_return for entry in returns}
    return {variation: round(figure, 6) for variation, figure in known.items() if figure is not None}


def _specialists(this: LocalRun, metric: Metric) -> dict[int, float]:
    found: dict[int, float] = {}
    for key, report in this.evaluations.items():
        if this.specs[key].kind == "specialist":  # in order, so that a later rung replaces an earlier one
            found |= _figures(report.training, metric)
    return found


def _gates(case: Case, this: LocalRun) -> Iterator[GateSummary]:
    for opening in this.openings:
        yield GateSummary(
            cycle=opening.cycle,
            fired=opening.fired,
            steps=opening.spent_steps,
            figure=opening.success_rate if case.metric == "success" else opening.mean_return,
            partition=opening.proposal.partition,
            specialist_steps=opening.proposal.specialist_steps,
        )


def _curve(this: LocalRun, metric: Metric) -> tuple[float | None, ...]:
    """Epochs of generalist and fine-tuning, at the steps that the whole run had spent by then."""
    part = this.config.budget.total_steps / POINTS
    found: list[list[float]] = [[] for _ in range(POINTS)]
    for job in this.jobs:
        before = this.starts[job.key]
        for line in this.lines(job.key) if job.kind in ("generalist", "finetune") else ():
            figure = None if not isinstance(line, EpochReport) else _of_epoch(line, metric)
            if isinstance(line, EpochReport) and figure is not None:
                place = math.ceil((before + line.job_steps) / part) - 1
                found[min(place, POINTS - 1)].append(figure)
    return tuple(round(fmean(figures), 4) if figures else None for figures in found)


def _of_epoch(line: EpochReport, metric: Metric) -> float | None:
    return line.success_rate if metric == "success" else line.mean_return
