"""Slurm's own commands: which of our jobs it has, submitting one, cancelling some."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

_ANSWERS_WITHIN_S = 60.0
_FIELDS = "%i|%T|%V|%N|%r"
_ENDING = ("COMPLETING", "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY")
_NOT_FOR_JOBS = ("GSL_TOKEN", "GSL_OWNER_TOKEN", "GSL_WORKER_NAME", "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
"""What whoever submits has set for itself. Slurm says which GPUs a job has."""

_TIMES = {"SLURM_TIME_FORMAT": "standard"}
"""For squeue: a user may prefer another."""


class SlurmError(RuntimeError):
    """One of Slurm's commands failed; the message says which, and what it said."""


class SubmissionError(SlurmError):
    """`sbatch` did not take a job."""


@dataclass(frozen=True)
class Submitted:
    """One of our jobs, as `squeue` lists it."""

    id: int
    state: str
    age_s: float
    """Seconds since it was submitted."""
    node: str = ""
    reason: str = ""

    @property
    def pending(self) -> bool:
        return self.state == "PENDING"


def submitted(name: str) -> list[Submitted]:
    """This user's jobs of that name which have not ended, oldest first. Raises SlurmError."""
    listed = _run(["squeue", "--noheader", "--me", f"--name={name}", "--states=all", f"--format={_FIELDS}"])
    found = [_parsed(line) for line in listed.splitlines() if line.strip()]
    return sorted((job for job in found if job.state not in _ENDING), key=lambda job: job.id)


def _parsed(line: str) -> Submitted:
    try:
        number, state, at, node, reason = line.strip().split("|", 4)
        age = datetime.now() - datetime.fromisoformat(at)  # both in this machine's time
        return Submitted(int(number), state, age.total_seconds(), node, reason)
    except ValueError:
        raise SlurmError(f"squeue lists a job in an unknown form: {line.strip()}") from None


def submit(options: Sequence[str], script: str, settings: Mapping[str, str]) -> int:
    """The number of a new job, whose environment is this one with `settings`. Raises SubmissionError."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_JOBS}
    try:
        answer = _run(["sbatch", "--parsable", *options], script, {**kept, **settings}).strip()
        return int(answer.splitlines()[-1].partition(";")[0])
    except (ValueError, IndexError):
        raise SubmissionError(f"sbatch did not answer with the number of a job, but: {answer[:200]}") from None
    except SlurmError as error:
        raise SubmissionError(str(error)) from None


def cancel_pending(jobs: Sequence[Submitted]) -> None:
    """Cancel jobs, unless they have started meanwhile. Raises SlurmError."""
    if jobs:
        _run(["scancel", "--state=PENDING", *(str(job.id) for job in jobs)])


def _run(command: Sequence[str], given: str = "", environment: Mapping[str, str] | None = None) -> str:
    """What a command prints. Raises SlurmError with what it says if it fails, hangs or is missing."""
    told = {**(environment or os.environ), **_TIMES}
    try:
        ended = subprocess.run(
            command, input=given, env=told, capture_output=True, text=True, check=False, timeout=_ANSWERS_WITHIN_S
        )
    except FileNotFoundError:
        raise SlurmError(f"{command[0]} is not installed here; run this where you run sbatch") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SlurmError(f"{command[0]}: {error}") from None
    if ended.returncode:
        said = " ".join((ended.stderr or ended.stdout).split())[:500]
        raise SlurmError(f"{command[0]} ended with code {ended.returncode}: {said or 'it said nothing'}")
    return ended.stdout
