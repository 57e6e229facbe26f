"""How many workers there should be: a pure function of what waits, of what Slurm has, and of what the workers do."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gsl.cli.slurm.batch import Submitted
from gsl.client.models import Queue, Worker
from gsl.protocol.api import WaitingPublic
from gsl.protocol.dispatch import Need, meets


@dataclass(frozen=True)
class Kind:
    """The workers that are kept: how many at most, and what they can run as far as that is known."""

    name: str
    most: int
    slots: int = 1
    labels: Sequence[str] = ()
    suites: Sequence[str] = ()
    """If empty: what those that have been there could run, or anything if there were none."""
    idle_seconds: float = 60.0


@dataclass(frozen=True)
class Demand:
    """What waits for workers of a kind, and what is to be done about it."""

    jobs: int
    foreign: dict[str, int]
    """Jobs that such workers cannot run, by what they need."""
    submit: int
    cancel: Sequence[Submitted]


def demand(kind: Kind, queue: Queue, workers: Sequence[Worker], ours: Sequence[Submitted]) -> Demand:
    """Jobs that have yet to start, and workers without work, count as workers that will take what waits."""
    known = {worker.name: number for worker in workers if (number := job_of(worker.name, kind.name)) is not None}
    mine = [worker for worker in workers if worker.name in known]
    waiting = Counter({str(_need(one)): one.ready for one in queue.waiting if one.ready and _can(kind, mine, one)})
    foreign = {str(_need(one)): one.ready for one in queue.waiting if one.ready and str(_need(one)) not in waiting}
    busy = Counter(known[worker.name] for worker in mine if worker.live and _takes_nothing(worker))
    free = sum(max(0, kind.slots - busy[job.id]) for job in ours)
    jobs = waiting.total()
    missing = -(-max(0, jobs - free) // kind.slots)
    return Demand(jobs, foreign, min(missing, max(0, kind.most - len(ours))), _superfluous(kind, ours, free - jobs))


def _superfluous(kind: Kind, ours: Sequence[Submitted], spare: int) -> Sequence[Submitted]:
    """The newest of those that have not started: beyond `most`, or without work for as long as a worker would wait."""
    pending = [job for job in reversed(ours) if job.pending]
    beyond = max(0, len(ours) - kind.most)
    idle = [job for job in pending if job.age_s > kind.idle_seconds][: max(0, spare) // kind.slots]
    return max(pending[:beyond], idle, key=len)


def _takes_nothing(worker: Worker) -> bool:
    return worker.job_id is not None or worker.draining or worker.trouble is not None


def _need(waiting: WaitingPublic) -> Need:
    return Need(waiting.suite, waiting.worker_label, waiting.video)


@dataclass(frozen=True)
class _Assumed:
    """A worker that has not been seen yet."""

    suites: Sequence[str]
    labels: Sequence[str]
    videos: Sequence[str]


def _can(kind: Kind, seen: Sequence[Worker], waiting: WaitingPublic) -> bool:
    """Whether workers of this kind can run it. Those that are submitted now have the labels of now."""
    need = _need(waiting)
    if kind.suites or not seen:
        suites = kind.suites or (need.suite,)
        return meets(_Assumed(suites, kind.labels, suites), need)
    return any(meets(_Assumed(worker.suites, kind.labels, worker.videos), need) for worker in seen)


def job_of(worker: str, name: str) -> int | None:
    """The number of the Slurm job that a worker of this name is, if it is one of ours."""
    found = re.match(rf"{re.escape(name)}-(\d+)@", worker)
    return int(found[1]) if found else None
