"""One whole run over REST with automatic approval: `make demo`, or `python -m gsl.client.demo --preset forkmaze`.

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

from gsl.client.api import Client
from gsl.client.before_after import result_of
from gsl.client.errors import ApiError
from gsl.client.models import Gate, Run
from gsl.client.temporary_server import is_up, temporary_server

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


def _address() -> str:
    return os.environ.get("GSL_API_URL") or f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gsl.client.demo", description=__doc__)
    parser.add_argument("--preset", default="forkmaze", help="preset to run (default: forkmaze)")
    parser.add_argument("--url", help="address of the server")
    given = parser.parse_args(arguments)
    load_dotenv(Path.cwd() / ".env")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # so that progress is shown immediately through a pipe too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the temporary server is cleaned up
    try:
        with ExitStack() as stack:
            address, token = given.url or _address(), None
            if not is_up(address):
                print(f"No server answers at {address}; starting a temporary one")
                address, token = stack.enter_context(temporary_server())
            api = stack.enter_context(Client(address, token))
            run = demo(api, given.preset)
            print(*result_of(api, run), sep="\n")
    except (ApiError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0 if run.status == "succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
