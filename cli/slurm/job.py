"""What `sbatch` is given for a worker: its options, and the script that becomes the worker."""

import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gsl.cli.outcomes import Exit, Failure

WARNED_S = 90
"""Seconds before its end at which Slurm asks a worker to stop, in case that it has not stopped by itself."""
_ENDS_BEFORE_MIN = 2.0
"""A worker's own limit is so much earlier than Slurm's, which is looked at once a minute; scripts take a while, too."""
SHORTEST_MIN = 5
_PLACE = "exec {worker}"
_SCRIPT = f"#!/bin/sh\n{_PLACE}\n"


@dataclass(frozen=True)
class WorkerJob:
    """A worker as a job of Slurm's."""

    name: str
    server: str
    minutes: int
    idle_seconds: float
    slots: int | None = None
    labels: Sequence[str] = ()
    folder: str = "${XDG_CACHE_HOME:-$HOME/.cache}/gsl-lab/$(hostname -s)"
    """The node's shell reads it. A later worker on a node goes on with what an earlier one left in it."""
    logs: Path = Path()
    partition: str | None = None
    gpus: str | None = None
    cpus: int | None = None
    memory: str | None = None
    further: Sequence[str] = ()
    template: str = _SCRIPT

    @property
    def options(self) -> list[str]:
        """Those of `sbatch`. A worker that was lost with its node is not started again: there may be no work then."""
        given = {"partition": self.partition, "gres": self.gpus, "cpus-per-task": self.cpus, "mem": self.memory}
        return [
            f"--job-name={self.name}", f"--comment=gsl slurm, {self.server}", f"--time={self.minutes}",
            f"--signal=B:TERM@{WARNED_S}", "--no-requeue", "--export=ALL", "--ntasks=1",
            f"--output={self.logs}/{self.name}-%j.log",
            *(f"--{name}={value}" for name, value in given.items() if value), *self.further,
        ]  # fmt: skip

    @property
    def script(self) -> str:
        """Its shell is replaced by the worker, which so gets Slurm's signals itself."""
        return self.template.replace("{worker}", self._command)

    @property
    def _command(self) -> str:
        words = [sys.executable, "-P", "-m", "gsl.cli.main", "worker", "--server", self.server]
        words += ["--exit-when-idle", "--idle-seconds", f"{self.idle_seconds:g}"]
        words += ["--until", f"{self.minutes - _ENDS_BEFORE_MIN:g}"]
        words += ["--slots", str(self.slots)] if self.slots else []
        words += [word for label in self.labels for word in ("--label", label)]
        folder = re.sub(r'(["`\\])', r"\\\1", self.folder)
        return f'{shlex.join(words)} --folder "{folder}" --name "{self.name}-$SLURM_JOB_ID@$(hostname -s)"'


def template_of(file: Path | None) -> str:
    """A script of one's own, with `exec {worker}` where the worker shall start. Raises Failure."""
    if file is None:
        return _SCRIPT
    text = file.read_text()
    if not text.startswith("#!"):
        raise Failure(f"{file} must begin with a line like #!/bin/bash, as sbatch demands", Exit.USAGE)
    if text.count("{worker}") != 1 or _PLACE not in text:
        raise Failure(
            f"{file} must have `{_PLACE}` once, where the worker starts; with exec, Slurm's signals reach it.",
            Exit.USAGE,
        )
    return text
