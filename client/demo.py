"""One whole run over REST with automatic approval: `make demo`, or `python -m client.demo --preset forkmaze`.

Uses the server at GSL_API_URL (default: this machine, at PORT), or a temporary one if no server answers there.
Prints the progress and a before/after table; the exit status is 0 only if the run succeeded.
"""

import argparse
import io
import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from dotenv import load_dotenv

from client.api import Client
from client.before_after import before_after
from client.errors import ApiError
from client.models import Gate, Run, VariationEstimate
from client.temporary_server import is_up, temporary_server
from gsl.phases.keys import BEFORE_EVALUATION, LAST_EVALUATION

_POLL_EVERY_S = 1.0
_PRINT_EVERY_S = 15.0


def demo(api: Client, preset: str) -> Run:
    """Launches the preset and prints its progress until it has ended."""
    config = {"gate": {"mode": "auto"}}
    run = api.create_run(preset=preset, config=config, name=f"demo: {preset}", tags=["demo"])
    print(f"Run {run.id} ({preset}): {run.total_steps:,} steps in total")
    started = printed_at = time.monotonic()
    status = run.status
    gate_printed = False
    while not run.ended:
        time.sleep(_POLL_EVERY_S)
        run = api.run(run.id)
        now = time.monotonic()
        if run.status != status or now - printed_at >= _PRINT_EVERY_S:
            print(_progress(run, now - started))
            status, printed_at = run.status, now
        if not gate_printed:
            gate_printed = _print_gate(api.gate(run.id))
    return run


def _progress(run: Run, seconds: float) -> str:
    score = "" if run.score is None else f"  score {run.score:.2f}"
    left = "" if run.eta_seconds is None else f"  about {run.eta_seconds:.0f} s left"
    return f"{seconds:5.0f} s  {run.status:<17} {run.spent_steps:>10,} / {run.total_steps:,} steps{score}{left}"


def _print_gate(gate: Gate | None) -> bool:
    """Once the gate is decided, prints why it opened and what was decided; returns whether it did."""
    if gate is None or gate.status == "open":
        return False
    decision = gate.decision or gate.proposal
    print(f"         Gate: {gate.evidence.why}")
    print(f"         {gate.status}: {len(decision.partition)} specialists of {decision.specialist_steps:,} steps")
    for variations in decision.partition:
        print(f"           variations {', '.join(map(str, variations))}")
    return True


def print_result(api: Client, run: Run) -> None:
    print(f"Run {run.id} {run.status}. {run.message}".rstrip())
    for warning in run.warnings:
        print(f"  warning: {warning}")
    gate = api.gate(run.id)
    if run.status != "succeeded" or gate is None:
        return
    after, afresh = (_measured(api, run.id, key) for key in (LAST_EVALUATION, BEFORE_EVALUATION))
    print("Success rate, or return if the suite has no success signal:")
    print(before_after(afresh if afresh else gate.evidence.variations, after))
    if not afresh:
        print('"before" is the evaluation that selected the variations, so their gains are overstated')


def _measured(api: Client, run_id: int, key: str) -> tuple[VariationEstimate, ...]:
    """What the job with this key measured; empty if there is no such job."""
    jobs = [job.id for job in api.jobs(run_id) if job.key == key]
    return tuple(row for job in jobs for row in api.returns(run_id, source="evaluation", job=job).items)


def _address() -> str:
    return os.environ.get("GSL_API_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m client.demo", description=__doc__)
    parser.add_argument("--preset", default="forkmaze", help="preset to run (default: forkmaze)")
    preset = parser.parse_args(arguments).preset
    load_dotenv(Path.cwd() / ".env")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # so that progress is shown immediately through a pipe too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the temporary server is cleaned up
    try:
        with ExitStack() as stack:
            address, token = _address(), ""
            if not is_up(address):
                print(f"No server answers at {address}; starting a temporary one")
                address, token = stack.enter_context(temporary_server())
            api = stack.enter_context(Client(address, token))
            run = demo(api, preset)
            print_result(api, run)
    except (ApiError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0 if run.status == "succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
