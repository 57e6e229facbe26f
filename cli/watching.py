"""Watching a run: its phases as they go on, until it has ended or waits for a decision."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Protocol

import typer
from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from gsl.cli import text
from gsl.cli.options import AsJson, RunId, connect
from gsl.cli.outcomes import Exit
from gsl.cli.output import console, emit_line, say
from gsl.cli.text import plain
from gsl.client.api import Client
from gsl.client.models import Gate, PhaseProgress, Run

UntilGate = Annotated[bool, typer.Option("--until-gate", help="Also end, with exit code 5, when it awaits approval.")]
_SAY_EVERY_S = 15.0
_MARKS = {"done": ("✓", "green"), "active": ("▶", "bold cyan"), "failed": ("✗", "red"), "skipped": ("–", "dim"),
          "pending": ("·", "dim")}  # fmt: skip
_LEFT_OUT = {"config", "notes", "sparkline"}


def watch(context: typer.Context, run: RunId, until_gate: UntilGate = False, as_json: AsJson = False) -> None:
    """Watch a run until it has ended; the exit code says how.

    With --json, one line for each change.
    """
    with connect(context) as api:
        follow(api, run, as_json=as_json, until_gate=until_gate)


def follow(api: Client, run_id: int, *, as_json: bool, until_gate: bool = False) -> None:
    """Show the run until it has ended, and exit by its outcome."""
    run: Run | None = None
    with _shown(as_json) as show:
        for run in api.watch(run_id):
            show(run, _open_gate(api, run))
            if until_gate and run.status == "awaiting_approval":
                break
    if run is None:
        raise AssertionError("a run that is watched is shown at least once")
    if run.ended and not as_json:
        say(*result_lines(api, run))
    raise typer.Exit(_code(run))


def result_lines(api: Client, run: Run) -> list[Text]:
    """How a run ended, and its variations before and after."""
    from gsl.client.before_after import result_of  # imports SciPy, which takes longer than all other commands

    return [Text(plain(line)) for line in result_of(api, run)]


def _code(run: Run) -> Exit:
    if run.status == "awaiting_approval":
        return Exit.AT_GATE
    return Exit.OK if run.status == "succeeded" else Exit.FAILED


def _open_gate(api: Client, run: Run) -> Gate | None:
    gate = api.gate(run.id) if run.status == "awaiting_approval" else None
    return gate if gate is not None and gate.status == "open" else None


class Show(Protocol):
    """Shows a state of the run, and its gate if one is open."""

    def __call__(self, run: Run, gate: Gate | None) -> None: ...


@contextmanager
def _shown(as_json: bool) -> Iterator[Show]:
    """JSON lines, a live picture in a terminal, or lines of text in a file."""
    if as_json:
        yield lambda run, gate: emit_line(run.model_dump(mode="json", exclude=_LEFT_OUT, warnings=False))
    elif not sys.stdout.isatty():
        yield _Lines()
    else:
        with Live(console=console(), refresh_per_second=4, transient=False) as live:
            yield lambda run, gate: live.update(picture(run, gate))


class _Lines:
    """A line for each change of status, and every quarter of a minute."""

    def __init__(self) -> None:
        self._said, self._at, self._started = "", float("-inf"), time.monotonic()

    def __call__(self, run: Run, gate: Gate | None) -> None:
        now = time.monotonic()
        if run.status == self._said and now - self._at < _SAY_EVERY_S:
            return
        if run.status != self._said and gate is not None:
            say(*map(str, gate_lines(run, gate)))
        self._said, self._at = run.status, now
        steps = f"{run.spent_steps:,} / {run.total_steps:,} steps"
        facts = [f"{now - self._started:5.0f} s", f"{text.status(run.status):<17}", steps, *_facts(run)]
        say("  ".join(facts))
        sys.stdout.flush()


def _facts(run: Run) -> list[str]:
    score = [] if run.score is None else [f"score {text.score(run.score)}"]
    left = [] if run.eta_seconds is None or run.ended else [f"about {text.duration(run.eta_seconds)} left"]
    return score + left


def picture(run: Run, gate: Gate | None) -> Group:
    """The run as a terminal shows it."""
    head = Text.assemble(
        (f"Run {run.id}  ", "bold"), plain(run.name), "  ", (text.status(run.status), text.style(run.status))
    )
    facts = Text("  ".join([f"{text.count(run.spent_steps)} of {text.count(run.total_steps)} steps", *_facts(run)]))
    phases = Table.grid(padding=(0, 2, 0, 0))
    for phase in run.phases:
        phases.add_row(*_phase(phase, several=run.cycle > 1))
    said = [] if run.ended or gate else [Text(plain(run.activity or run.message), style="dim")]
    warnings = [Text(f"Warning: {plain(warning)}", style="yellow") for warning in run.warnings]
    return Group(head, facts, phases, *said, *warnings, *([] if gate is None else gate_lines(run, gate)))


def _phase(phase: PhaseProgress, *, several: bool) -> list[Text | ProgressBar]:
    mark, style = _MARKS[phase.state]
    which = f" {phase.cycle}" if several else ""
    part = f" ({phase.segment})" if phase.segment > 1 else ""
    name = Text(f"{text.step(phase.phase)}{which}{part}", style="bold" if phase.state == "active" else "")
    if not phase.budget_steps:
        return [Text(mark, style), name, Text(""), Text(""), Text("")]
    share = min(1.0, phase.spent_steps / phase.budget_steps)
    bar = ProgressBar(total=1.0, completed=1.0 if phase.state == "done" else share, width=20)
    steps = Text(f"{text.count(phase.spent_steps)} of {text.count(phase.budget_steps)}", justify="right")
    left = text.duration(phase.eta_seconds) if phase.state == "active" and phase.eta_seconds is not None else ""
    return [Text(mark, style), name, bar, steps, Text(left, style="dim")]


def gate_lines(run: Run, gate: Gate) -> list[Text]:
    """Why the gate opened, what is proposed, and what one may do."""
    plan = gate.proposal
    number = text.many(len(plan.partition), "specialist")
    division = "; ".join(", ".join(map(str, variations)) for variations in plan.partition)
    return [
        Text(f"Gate: {plain(gate.evidence.why)}", style="yellow"),
        Text(f"Proposed: {number} of {text.count(plan.specialist_steps)} steps on variations {division}"),
        *_deadline(gate),
        Text(f"`gsl approve {run.id}`, `gsl keep-training {run.id}` or `gsl reject {run.id}`", style="bold"),
    ]


_AT_DEADLINE = {"approve": "approved as proposed", "reject": "rejected", "keep waiting": "announced again"}


def _deadline(gate: Gate) -> list[Text]:
    """What happens if nobody decides in time."""
    if gate.deadline_at is None or gate.at_deadline is None:
        return []
    left = (gate.deadline_at - datetime.now(UTC)).total_seconds()
    if left <= 0:
        return [Text("The deadline has passed.", style="yellow")]
    return [Text(f"{text.duration(left)} left; then it is {_AT_DEADLINE[gate.at_deadline]}", style="yellow")]
