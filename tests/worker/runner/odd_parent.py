"""Stands in for a warm parent without torch: `odd_parent.py CODE CONTROL GRACE` forks processes that run CODE."""

import socket
import sys

from gsl.worker.trainer.fork_server import wait_for_job
from gsl.worker.trainer.warm import imported

if __name__ == "__main__":
    code, control, grace = sys.argv[1:]
    arguments = wait_for_job(socket.socket(fileno=int(control)), float(grace), imported, lambda: "grows" not in code)
    if arguments is not None:
        sys.argv = ["-c", *arguments]
        exec(code, {})  # noqa: S102 - as `python -c` does
