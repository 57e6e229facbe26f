"""One whole run over REST, approved by itself: `make demo`, or `python -m client.demo --preset forkmaze`.

Uses the server at GSL_API_URL (default: this machine's, at PORT), or a temporary one of its own when none answers.
Prints progress and the before/after table; the exit status is 0 only if the run succeeded.
"""

import argparse
import io
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from dotenv import load_dotenv

from client.api import Client
from client.errors import ApiError
from client.models import Gate, Run, VariationEstimate
from client.temporary_server import is_up, temporary_server

_LOOK_EVERY_S = 1.0
_SPEAK_EVERY_S = 15.0


def demo(api: Client, preset: str) -> Run:
    """Launches the preset and tells its progress until it ended."""
    config = {"gate": {"mode": "auto"}}
    run = api.create_run(preset=preset, config=config, name=f"demo: {preset}", tags=["demo"])
    print(f"Run {run.id} ({preset}): {run.total_steps:,} steps in all")
    started = spoke_at = time.monotonic()
    told = run.status
    gate_told = False
    while not run.ended:
        time.sleep(_LOOK_EVERY_S)
        run = api.run(run.id)
        now = time.monotonic()
        if run.status != told or now - spoke_at >= _SPEAK_EVERY_S:
            print(_progress(run, now - started))
            told, spoke_at = run.status, now
        if not gate_told:
            gate_told = _tell_gate(api.gate(run.id))
    return run


def _progress(run: Run, seconds: float) -> str:
    score = "" if run.score is None else f"  score {run.score:.2f}"
    left = "" if run.eta_seconds is None else f"  about {run.eta_seconds:.0f} s left"
    return f"{seconds:5.0f} s  {run.status:<17} {run.spent_steps:>10,} / {run.total_steps:,} steps{score}{left}"


def _tell_gate(gate: Gate | None) -> bool:
    """Says why the gate opened and what was decided, once it is decided."""
    if gate is None or gate.status == "open":
        return False
    decision = gate.decision or gate.proposal
    print(f"         Gate: {gate.evidence.why}")
    print(f"         {gate.status}: {len(decision.partition)} specialists of {decision.specialist_steps:,} steps")
    for variations in decision.partition:
        print(f"           variations {', '.join(map(str, variations))}")
    return True


def before_after(before: Iterable[tuple[int, float | None]], after: Iterable[VariationEstimate]) -> str:
    """A table of the score of each variation: generalist at the gate against the run's end, with the mean below."""
    earlier = dict(before)
    rows = [(row.name, earlier.get(row.variation), _score(row.success_rate, row.mean_return)) for row in after]
    rows.append(("mean", _mean(row[1] for row in rows), _mean(row[2] for row in rows)))
    width = max(len("variation"), *(len(name) for name, _, _ in rows))
    head = f"{'variation':<{width}}  {'before':>8}  {'after':>8}  {'change':>8}"
    return "\n".join([head, *(_row(name, old, new, width) for name, old, new in rows)])


def _row(name: str, old: float | None, new: float | None, width: int) -> str:
    change = None if old is None or new is None else new - old
    return f"{name:<{width}}  {_cell(old):>8}  {_cell(new):>8}  {_cell(change, '+'):>8}"


def _cell(value: float | None, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign}.2f}"


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _score(success_rate: float | None, mean_return: float | None) -> float | None:
    """Success where the suite has it, the return where it has not."""
    return mean_return if success_rate is None else success_rate


def _tell_end(api: Client, run: Run) -> None:
    print(f"Run {run.id} {run.status}. {run.message}".rstrip())
    for warning in run.warnings:
        print(f"  warning: {warning}")
    gate = api.gate(run.id)
    if run.status != "succeeded" or gate is None:
        return
    final = {job.id for job in api.jobs(run.id) if job.key == "evaluation-final"}
    after = [row for row in api.returns(run.id, source="evaluation").items if row.job_id in final]
    before = [(row.variation, _score(row.success_rate, row.mean_return)) for row in gate.evidence.variations]
    print("Success rate, or return where the suite has no success:")
    print(before_after(before, after))


def _address() -> str:
    return os.environ.get("GSL_API_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m client.demo", description=__doc__)
    parser.add_argument("--preset", default="forkmaze", help="which preset to run (default: forkmaze)")
    preset = parser.parse_args(arguments).preset
    load_dotenv(Path.cwd() / ".env")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # progress is seen at once through a pipe too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leaves through the temporary server's clean-up
    try:
        with ExitStack() as stack:
            address = _address()
            if not is_up(address):
                print(f"No server at {address}; starting a temporary one")
                address = stack.enter_context(temporary_server())
            api = stack.enter_context(Client(address))
            run = demo(api, preset)
            _tell_end(api, run)
    except (ApiError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0 if run.status == "succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
