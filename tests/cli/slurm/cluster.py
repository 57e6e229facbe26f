"""A stand-in for Slurm: `sbatch`, `squeue` and `scancel` over nodes of this machine, whose jobs are real processes.

It keeps the promises of the real one that workers depend on: a job's limit, the signal before it, SIGTERM and then
SIGKILL to all of a job's processes, and a node that dies with everything on it. Its minutes may be shorter.
"""

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

_CLIENT = """#!{python}
import json, os, socket, sys
program = os.path.basename(sys.argv[0])
given = sys.stdin.read() if program == "sbatch" else ""
asked = {{"program": program, "arguments": sys.argv[1:], "given": given, "environment": dict(os.environ)}}
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect({path!r})
    connection.sendall(json.dumps(asked).encode())
    connection.shutdown(socket.SHUT_WR)
    answer = json.loads(b"".join(iter(lambda: connection.recv(65536), b"")))
sys.stdout.write(answer["out"])
sys.stderr.write(answer["err"])
sys.exit(answer["code"])
"""
_HOSTNAME = "#!/bin/sh\necho $SLURMD_NODENAME\n"
_KILL_WAIT_S = 4.0
_TICK_S = 0.05


class _Refused(Exception):
    """What a command says on stderr."""


@dataclass
class Job:
    id: int
    name: str
    options: dict[str, str]
    script: str
    environment: dict[str, str]
    state: str = "PENDING"
    at: datetime = field(default_factory=datetime.now)
    node: str = ""
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    warned: bool = False
    kill_at: float | None = None


class Cluster:
    """`nodes`: how many jobs each holds at once. `minute`: seconds that one of its minutes takes."""

    def __init__(self, folder: Path, nodes: dict[str, int], minute: float = 60.0) -> None:
        self.bin, self._socket = folder / "bin", folder / "ctl"
        self.nodes, self.minute = nodes, minute
        self.down: set[str] = set()
        self.jobs: dict[int, Job] = {}
        self.refuses: dict[str, str] = {}
        """By command: what it says instead of doing anything."""
        self.calls: list[list[str]] = []
        self.environment = {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}
        self._lock, self._closed = threading.RLock(), threading.Event()
        self._install()

    def _install(self) -> None:
        self.bin.mkdir()
        for program in ("sbatch", "squeue", "scancel", "hostname"):
            text = _HOSTNAME if program == "hostname" else _CLIENT.format(python=sys.executable, path=str(self._socket))
            (self.bin / program).write_text(text)
            (self.bin / program).chmod(0o755)

    @contextmanager
    def running(self) -> Iterator["Cluster"]:
        cluster = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(json.dumps(cluster._answer(json.loads(self.rfile.read()))).encode())

        with socketserver.ThreadingUnixStreamServer(str(self._socket), Handler) as server:
            threads = [threading.Thread(target=server.serve_forever, args=(0.05,)), threading.Thread(target=self._run)]
            for thread in threads:
                thread.start()
            try:
                yield self
            finally:
                self._closed.set()
                server.shutdown()
                for thread in threads:
                    thread.join()
                self._kill([*self.jobs.values()])

    # What a test asks and does

    def going(self, *states: str) -> list[Job]:
        """Jobs that have not ended, in one of these states if any is given."""
        with self._lock:
            going = [job for job in self.jobs.values() if job.state in ("PENDING", "RUNNING", "COMPLETING")]
        return [job for job in going if not states or job.state in states]

    def jobs_on(self, node: str) -> list[int]:
        return [job.id for job in self.going() if job.node == node]

    def kill_node(self, node: str) -> None:
        """Everything on it dies at once, and nothing starts there again."""
        with self._lock:
            self.down.add(node)
            lost = [job for job in self.going() if job.node == node]
            self._kill(lost)
            for job in lost:
                job.state = "NODE_FAIL"

    def end_time(self, job: int) -> None:
        """Its limit is over now: SIGTERM to all of it, and SIGKILL a little later."""
        with self._lock:
            self._end(self.jobs[job])

    # The three commands

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        program = asked["program"]
        with self._lock:
            self.calls.append([program, *asked["arguments"]])
            try:
                if program in self.refuses:
                    raise _Refused(self.refuses[program])
                options, words = _split(asked["arguments"])
                out = getattr(self, f"_{program}")(options, words, asked)
            except _Refused as refused:
                return {"code": 1, "out": "", "err": f"{program}: error: {refused}\n"}
        return {"code": 0, "out": out, "err": ""}

    def _sbatch(self, options: dict[str, str], words: list[str], asked: dict[str, Any]) -> str:
        if not asked["given"].startswith("#!"):
            raise _Refused("This does not look like a batch script.")
        if options.get("partition", "all") not in ("all", "gpu"):
            raise _Refused("Batch job submission failed: Invalid partition name specified")
        number = max(self.jobs, default=0) + 1
        self.jobs[number] = Job(number, options["job-name"], options, asked["given"], asked["environment"])
        return f"{number};cluster\n"

    def _squeue(self, options: dict[str, str], words: list[str], asked: dict[str, Any]) -> str:
        assert options["format"] == "%i|%T|%V|%N|%r"
        named = [job for job in self.jobs.values() if job.name == options["name"]]
        reason = {"PENDING": "Resources"}
        lines = (
            f"{job.id}|{job.state}|{job.at:%Y-%m-%dT%H:%M:%S}|{job.node}|{reason.get(job.state, 'None')}"
            for job in named
        )
        return "".join(f"{line}\n" for line in lines)

    def _scancel(self, options: dict[str, str], words: list[str], asked: dict[str, Any]) -> str:
        for job in (self.jobs[int(word)] for word in words):
            if job.state == "PENDING":
                job.state = "CANCELLED"
            elif job.state == "RUNNING" and "state" not in options:
                self._end(job)
        return ""

    # Time

    def _run(self) -> None:
        while not self._closed.wait(_TICK_S):
            with self._lock:
                for job in self.going("RUNNING", "COMPLETING"):
                    self._look(job)
                for job in self.going("PENDING"):
                    self._start(job)

    def _start(self, job: Job) -> None:
        for node, places in self.nodes.items():
            if (
                node not in self.down
                and sum(each.node == node for each in self.going("RUNNING", "COMPLETING")) < places
            ):
                break
        else:
            return
        path = f"{self.bin}{os.pathsep}{job.environment['PATH']}"
        own = {"SLURM_JOB_ID": str(job.id), "SLURMD_NODENAME": node, "PATH": path, "STAND_IN": str(self._socket)}
        script = self.bin.parent / f"script-{job.id}"
        script.write_text(job.script)
        script.chmod(0o755)
        with Path(job.options["output"].replace("%j", str(job.id))).open("wb") as log:
            job.process = subprocess.Popen(
                [script], env={**job.environment, **own}, stdout=log, stderr=log, start_new_session=True
            )
        job.node, job.state, job.started = node, "RUNNING", time.monotonic()

    def _look(self, job: Job) -> None:
        assert job.process is not None
        if job.process.poll() is not None:
            self._signal([job], signal.SIGKILL)
            job.state = "COMPLETED" if job.state == "RUNNING" else "TIMEOUT"
            return
        age, limit = time.monotonic() - job.started, int(job.options["time"]) * self.minute
        warned_s = int(job.options["signal"].removeprefix("B:TERM@")) / 60 * self.minute
        if age > limit - warned_s and not job.warned:
            job.warned = True
            job.process.terminate()  # B: the script alone
        if age > limit and job.kill_at is None:
            self._end(job)
        if job.kill_at is not None and time.monotonic() > job.kill_at:
            self._signal([job], signal.SIGKILL)

    def _end(self, job: Job) -> None:
        job.state, job.kill_at = "COMPLETING", time.monotonic() + _KILL_WAIT_S
        self._signal([job], signal.SIGTERM)

    def _kill(self, jobs: Sequence[Job]) -> None:
        self._signal(jobs, signal.SIGKILL)
        for job in jobs:
            if job.process is not None:
                job.process.wait(10)

    def _signal(self, jobs: Sequence[Job], number: signal.Signals) -> None:
        """To all processes of these jobs, as Slurm's process tracking finds them."""
        ids = {str(job.id) for job in jobs}
        for process in psutil.process_iter(["environ"]) if ids else ():
            environment = process.info["environ"] or {}
            if environment.get("STAND_IN") == str(self._socket) and environment.get("SLURM_JOB_ID") in ids:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(number)


def _split(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Options by name, the last one counting, and the other words."""
    given = (word[2:].partition("=") for word in arguments if word.startswith("--"))
    options = {name: value for name, _, value in given}
    return options, [word for word in arguments if not word.startswith("--")]
