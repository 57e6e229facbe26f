"""The progress of a run: its phases with budget, steps and time left. Pure; `backend.store` gathers the input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gsl.config.run import RunConfig
from gsl.config.step_budget import evaluation_reserve, longest_evaluation
from gsl.protocol.api import PhaseProgress
from gsl.protocol.jobs import ENDED, Phase

State = Literal["pending", "active", "done", "skipped", "failed"]
ORDER: tuple[Phase, ...] = ("generalist", "evaluation", "gate", "specialists", "finetune")
_BASELINE: frozenset[Phase] = frozenset({"generalist", "evaluation"})


@dataclass(frozen=True)
class RunProgress:
    """What the state of a run's phases is derived from. `speed` is in environment steps per second of one job."""

    config: RunConfig
    status: str
    phase: str
    spent: Mapping[str, int] = field(default_factory=dict)
    jobs: Mapping[str, int] = field(default_factory=dict)  # number of jobs, by phase
    speed: float | None = None
    slots: int = 1  # live workers that can run the suite
    waits: str = ""  # what the run is waiting for while jobs are queued and none is running


def phases(run: RunProgress) -> list[PhaseProgress]:
    budgets = phase_budgets(run.config)
    states = {phase: _state(run, phase) for phase in ORDER}
    return [
        PhaseProgress(
            phase=phase,
            state=states[phase],
            budget_steps=budgets[phase],
            spent_steps=run.spent.get(phase, 0),
            eta_seconds=_eta(run, phase, states[phase], budgets[phase]),
        )
        for phase in ORDER
    ]


def eta(progress: Sequence[PhaseProgress]) -> float | None:
    """Seconds until the run ends; None if no speed has been measured."""
    parts = [phase.eta_seconds for phase in progress]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def phase_budgets(config: RunConfig) -> dict[Phase, int]:
    """The environment steps planned for each phase; fine-tuning gets the rest."""
    total = config.budget.total_steps
    if config.arm == "generalist":
        return {"generalist": total, "evaluation": 0, "gate": 0, "specialists": 0, "finetune": 0}
    generalist, cycles = config.budget.generalist_steps, config.cycles.count
    specialists = cycles * (config.specialists.count * config.specialists.steps + config.specialists.lowest_steps)
    finetune = max(0, total - generalist - specialists - cycles * evaluation_reserve(config))
    evaluation = total - generalist - specialists - finetune
    return {
        "generalist": generalist,
        "evaluation": evaluation,
        "gate": 0,
        "specialists": specialists,
        "finetune": finetune,
    }


def measurement_steps(config: RunConfig) -> int:
    """Upper bound of the steps measured outside the total: every episode runs to its time limit.

    Periodic evaluations are not included.
    """
    held_out = min(config.evaluation.held_out_sample, len(config.suite.held_out_variations()))
    last = longest_evaluation(config, len(config.suite.training_variations()) + held_out)
    if config.arm == "generalist":
        return last
    return 2 * last + config.cycles.count * longest_evaluation(config, held_out)


def job_count(config: RunConfig) -> int:
    """Number of jobs if all cycles take place and no gate is rejected."""
    if config.arm == "generalist":
        return 2  # the generalist and its last evaluation
    specialists = 1 if config.arm == "generalist_low" else config.specialists.count
    demonstrate = config.guide.learns_from == "demonstrations"
    before = 1 if config.specialists.lowest_steps else 0
    return 3 + config.cycles.count * (2 + before + specialists + (specialists + 1 if demonstrate else 0))


def _state(run: RunProgress, phase: Phase) -> State:
    if run.config.arm == "generalist" and phase not in _BASELINE:
        return "skipped"
    started = bool(run.jobs.get(phase)) or (phase == "gate" and bool(run.jobs.get("specialists")))
    if run.status == "succeeded":
        return "done" if started else "skipped"
    if phase == run.phase:
        return _active(run.status)
    if _is_before(run, phase):
        return "done" if started else "skipped"
    return "skipped" if run.status in ENDED else "pending"


def _active(status: str) -> State:
    if status == "queued":
        return "pending"
    if status in ENDED:
        return "failed" if status == "failed" else "skipped"
    return "active"


def _is_before(run: RunProgress, phase: Phase) -> bool:
    """Whether the run has passed the phase; the last evaluation comes after fine-tuning."""
    if run.phase == "evaluation" and run.jobs.get("finetune", 0) >= run.config.cycles.count:
        return True
    current = run.phase if run.phase in ORDER else "generalist"
    return ORDER.index(phase) < [str(name) for name in ORDER].index(current)


def _eta(run: RunProgress, phase: Phase, state: State, budget: int) -> float | None:
    left = max(0, budget - run.spent.get(phase, 0))
    if state in ("done", "skipped", "failed") or left == 0:
        return 0.0
    if not run.speed:
        return None
    side_by_side = min(run.config.specialists.count, max(1, run.slots)) if phase == "specialists" else 1
    return left / (run.speed * side_by_side)
