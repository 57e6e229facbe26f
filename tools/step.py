"""Runs one step of the installation: prints its title and duration, and its output only if it fails.

python tools/step.py TITLE COMMAND [ARGUMENT ...]
"""

import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHOWN_LINES = 40
SPEAK_EVERY_S = 10.0


def main(title: str, command: list[str]) -> int:
    """The command's exit status."""
    started = time.monotonic()
    print(f"{title} ...", flush=True)
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        _wait(title, process, Path(log.name), started)
        lines = Path(log.name).read_text(errors="replace").splitlines()
    if process.returncode:
        print(f"{title} failed: {shlex.join(command)}\n" + "\n".join(lines[-SHOWN_LINES:]), file=sys.stderr)
    else:
        print(f"{title}: done in {time.monotonic() - started:.0f} s", flush=True)
    return process.returncode


def _wait(title: str, process: "subprocess.Popen[bytes]", log: Path, started: float) -> None:
    """Waits for the end, and prints the newest line of output every few seconds."""
    while True:
        try:
            process.wait(timeout=SPEAK_EVERY_S)
            return
        except subprocess.TimeoutExpired:
            print(f"{title}: {time.monotonic() - started:.0f} s  {_last_line(log)}".rstrip(), flush=True)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:100] if lines else ""


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2:]))
    except KeyboardInterrupt:
        sys.exit(130)
