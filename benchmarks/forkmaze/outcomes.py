"""How runs ended, and the file that remembers them, one line a run."""

import math
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from pydantic import Field, TypeAdapter

from gsl.config.run import RunConfig
from gsl.reports import EpochReport, Wire
from worker.alone import RunAlone
from worker.job_folder import write_atomically

POINTS = 100
"""Of a learning curve."""


class Outcome(Wire):
    """How one run ended. A run that failed counts as success 0."""

    arm: str
    seed: int
    status: str
    message: str
    final_success: float
    final_by_goal: tuple[float, ...] = ()
    gate_success: float | None = None
    gate_by_goal: tuple[float, ...] = ()
    steps: int = Field(description="Environment steps, everything counted, shared jobs too.")
    ledger: dict[str, int] = Field(default={}, description="Environment steps by phase and purpose.")
    curve: tuple[float | None, ...] = Field(
        description="The generalist's training success in equal parts of the run's total steps; null where it rests."
    )
    seconds: float = Field(description="What this run took itself, without jobs that an earlier arm had done.")
    config: RunConfig


OUTCOMES: TypeAdapter[list[Outcome]] = TypeAdapter(list[Outcome])


def outcome_of(arm: str, this: RunAlone, seconds: float) -> Outcome:
    """What is kept of a run that ended."""
    final, gate = this.success_by_variation("evaluation-final"), this.success_by_variation("evaluation-1")
    return Outcome(
        arm=arm,
        seed=this.config.seed,
        status=this.status,
        message=this.message,
        final_success=fmean(final) if final else 0.0,
        final_by_goal=final,
        gate_success=fmean(gate) if gate else None,
        gate_by_goal=gate,
        steps=sum(this.ledger.values()),
        ledger={f"{phase} {purpose}": steps for (phase, purpose), steps in this.ledger.items()},
        curve=_curve(this),
        seconds=round(seconds, 1),
        config=this.config,
    )


def read(file: Path) -> list[Outcome]:
    return OUTCOMES.validate_json(file.read_bytes()) if file.exists() else []


def write(file: Path, outcomes: Iterable[Outcome]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(outcomes, key=lambda outcome: (outcome.arm, outcome.seed))
    write_atomically(file, "[\n" + ",\n".join(outcome.model_dump_json() for outcome in ordered) + "\n]\n")


def _curve(this: RunAlone) -> tuple[float | None, ...]:
    """Epochs of generalist and fine-tuning, at the steps that the whole run had spent by then."""
    part = this.config.budget.total_steps / POINTS
    found: list[list[float]] = [[] for _ in range(POINTS)]
    before = 0
    for job in this.jobs:
        for line in this.lines(job.key) if job.kind in ("generalist", "finetune") else ():
            if isinstance(line, EpochReport) and line.success_rate is not None:
                place = math.ceil((before + line.job_steps) / part) - 1
                found[min(place, POINTS - 1)].append(line.success_rate)
        before += job.spent
    return tuple(round(fmean(rates), 4) if rates else None for rates in found)
