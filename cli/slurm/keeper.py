"""Looks at the server and at Slurm, and acts: submits workers, cancels those that nobody needs, waits if refused."""

import fcntl
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gsl import __version__
from gsl.cli.outcomes import Failure
from gsl.cli.slurm import batch
from gsl.cli.slurm.batch import SlurmError, Submitted
from gsl.cli.slurm.demand import Demand, Kind, demand
from gsl.cli.slurm.job import WorkerJob
from gsl.cli.text import many
from gsl.client.api import Client
from gsl.client.worker_api import WorkerApi
from gsl.protocol.lease import WorkerInfo

FIRST_PAUSE_S, LONGEST_PAUSE_S = 30.0, 600.0


class Keeper:
    """One look after the other. What it knows is at the server and in Slurm, so that it may be started again."""

    def __init__(
        self, api: Client, kind: Kind, job: WorkerJob, token: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`token`: of the workers."""
        self._api, self._kind, self._job, self._clock = api, kind, job, clock
        self._settings, self._worker_api = {"GSL_WORKER_TOKEN": token}, WorkerApi(api.url, token)
        self._pause, self._not_before = FIRST_PAUSE_S, 0.0
        self.refusal = ""
        """What `sbatch` said when it last refused a worker; empty once it has taken one."""

    def look(self) -> str:
        """Do what there is to do; what there is to say about it. Raises SlurmError and the client's errors."""
        try:
            said = self._act()
        except SlurmError as error:
            self._announce(str(error))
            raise
        self._announce(self.refusal)
        return said

    def close(self) -> None:
        self._worker_api.close()

    def _announce(self, trouble: str) -> None:
        """Among the workers of the page, as something that starts them, and with what keeps it from that."""
        self._worker_api.announce(
            WorkerInfo(
                name=f"{self._kind.name} (gsl slurm)", host=socket.gethostname(), device="Slurm", suites=(),
                version=__version__, labels=tuple(self._kind.labels), trouble=trouble[:500] or None,
            )
        )  # fmt: skip

    def _act(self) -> str:
        wanted = demand(self._kind, self._api.queue(), self._api.workers(), ours := batch.submitted(self._kind.name))
        batch.cancel_pending(wanted.cancel)
        new = self._submit(wanted.submit)
        return _said(wanted, ours, new, self.refusal if wanted.submit > new else "")

    def _submit(self, number: int) -> int:
        """How many of so many workers `sbatch` took. After a refusal it is asked again after a pause, which grows."""
        if not number or self._clock() < self._not_before:
            return 0
        for done in range(number):
            try:
                batch.submit(self._job.options, self._job.script, self._settings)
            except batch.SubmissionError as error:
                self._not_before = self._clock() + self._pause
                self.refusal = f"{error}; it is asked again in {self._pause:.0f} s"
                self._pause = min(2 * self._pause, LONGEST_PAUSE_S)
                return done
            self._pause, self._not_before, self.refusal = FIRST_PAUSE_S, 0.0, ""
        return number


def _said(wanted: Demand, ours: list[Submitted], new: int, refusal: str) -> str:
    """Example: 5 jobs wait; 2 workers started, 1 pending (Resources); submitted 2."""
    parts = [f"{many(wanted.jobs, 'job')} {'waits' if wanted.jobs == 1 else 'wait'}; {_described(ours)}"]
    parts += [f"submitted {new}"] if new else []
    parts += [f"cancelled {len(wanted.cancel)} that nobody needs"] if wanted.cancel else []
    parts += [f"{many(number, 'job')} for {need} left alone" for need, number in wanted.foreign.items()]
    parts += [refusal] if refusal else []
    return "; ".join(parts)


def _described(ours: list[Submitted]) -> str:
    if not ours:
        return "no workers"
    pending = [job for job in ours if job.pending]
    started = many(len(ours) - len(pending), "worker") + " started"
    reasons = ", ".join(f"{number} pending ({reason})" for reason, number in Counter(j.reason for j in pending).items())
    return f"{started}, {reasons}" if reasons else started


def state_folder() -> Path:
    """Of what programs of this user leave behind, and which home folders share between machines."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "gsl-lab"


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Nobody else keeps workers of this name meanwhile. Raises Failure if somebody does."""
    file = state_folder() / f"{name}.lock"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            opened.seek(0)
            raise Failure(
                f"`gsl slurm` keeps workers named {name} already ({opened.read().strip() or 'another process'}). "
                "Give this one another --name, or stop that one."
            ) from None
        opened.truncate(0)
        opened.write(f"process {os.getpid()} on {os.uname().nodename}")
        opened.flush()
        yield
