"""A real Slurm of two nodes on this machine: its own munge, controller and two daemons, in a folder of the test."""

import getpass
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.browser.product import free_port

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "munged")
_MUNGE = "munge"
"""The user that munged runs as if this is root, who it refuses to be."""
_CONFIGURATION = """
ClusterName=gsl
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=0
SlurmdTimeout=10
KillWait=4
MinJobAge=30
JobAcctGatherType=jobacct_gather/none
{nodes}
PartitionName=all Nodes=node1,node2 Default=YES MaxTime=INFINITE State=UP
"""
_NODE = "NodeName={name} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs={cpus} State=UNKNOWN"


def installed() -> bool:
    return all(map(_program, PROGRAMS))


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


class RealSlurm:
    """Two nodes, each with room for so many jobs of one core."""

    def __init__(self, folder: Path, cpus: int) -> None:
        self._folder, self._daemons = folder, dict[str, "subprocess.Popen[bytes]"]()
        ports = {name: free_port() for name in ("node1", "node2")}
        nodes = "\n".join(_NODE.format(name=name, port=port, cpus=cpus) for name, port in ports.items())
        settings = {"folder": folder, "user": getpass.getuser(), "port": free_port(), "nodes": nodes}
        for part in ("munge", "state", "node1", "node2"):
            (folder / part).mkdir()
        (folder / "slurm.conf").write_text(_CONFIGURATION.format(**settings))
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}

    @contextmanager
    def running(self) -> Iterator["RealSlurm"]:
        try:
            self._start_munge()
            self._start("slurmctld", "-D")
            for node in ("node1", "node2"):
                self._start("slurmd", "-D", "-N", node, name=node)
            self._wait_for_nodes()
            yield self
            self._ask("scancel", f"--user={getpass.getuser()}")
            _wait_until(lambda: not any(map(self.jobs_on, ("node1", "node2"))))
        finally:
            self._kill(bool)
            for daemon in reversed(self._daemons.values()):
                daemon.terminate()
                daemon.wait(30)

    def jobs_on(self, node: str) -> list[int]:
        return [int(line) for line in self._ask("squeue", "-h", f"--nodelist={node}", "--format=%i").split()]

    def kill_node(self, node: str) -> None:
        """SIGKILL its daemon, the keepers of its jobs' steps and all that they started, as if its power had failed."""
        jobs = {str(job) for job in self.jobs_on(node)}
        self._daemons[node].kill()
        self._kill(lambda job: job in jobs)
        self._ask("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=killed")

    def _kill(self, chosen: Callable[[str], bool]) -> None:
        """SIGKILL everything that belongs to these jobs, and what keeps their steps."""
        for process in psutil.process_iter(["environ"]):
            told = process.info["environ"] or {}
            if told.get("SLURM_CONF") == self.environment["SLURM_CONF"] and chosen(told.get("SLURM_JOB_ID", "")):
                with suppress(psutil.NoSuchProcess):
                    keeper = process.parent()
                    if keeper is not None and keeper.name().startswith("slurmstepd"):
                        keeper.kill()
                    process.kill()

    def end_time(self, job: int) -> None:
        """Its limit is over now: Slurm sends SIGTERM to all of it, and SIGKILL a little later."""
        self._ask("scontrol", "update", f"JobId={job}", "TimeLimit=1")

    def _ask(self, *command: str) -> str:
        told = {**os.environ, **self.environment}
        return subprocess.run(command, env=told, check=True, capture_output=True, text=True).stdout

    def _start(self, program: str, *arguments: str, name: str = "", prefix: tuple[str, ...] = ()) -> None:
        command = [*prefix, _program(program) or program, *arguments]
        with (self._folder / f"{name or program}.out").open("wb") as log:
            told = {**os.environ, **self.environment}
            self._daemons[name or program] = subprocess.Popen(command, env=told, stdout=log, stderr=log)

    def _start_munge(self) -> None:
        folder = self._folder / "munge"
        (folder / "key").write_bytes(os.urandom(128))
        (folder / "key").chmod(0o400)
        as_other = ("setpriv", f"--reuid={_MUNGE}", f"--regid={_MUNGE}", "--clear-groups") if os.geteuid() == 0 else ()
        if as_other:
            self._folder.chmod(0o755)  # to reach its own
            for path in (folder, folder / "key"):
                shutil.chown(path, _MUNGE)
        files = [f"--{name}-file={folder / name}" for name in ("key", "pid", "log", "seed")]
        self._start("munged", "--foreground", f"--socket={folder}/socket", *files, prefix=as_other)
        _wait_until(lambda: (folder / "socket").exists())

    def _wait_for_nodes(self) -> None:
        told = {**os.environ, **self.environment}
        sinfo = ["sinfo", "-h", "--states=idle", "--format=%D"]
        _wait_until(lambda: subprocess.run(sinfo, env=told, check=False, capture_output=True).stdout.strip() == b"2")


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "Slurm did not do it in time"
        time.sleep(0.2)
