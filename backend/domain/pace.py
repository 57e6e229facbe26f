"""Measured times of jobs: how long they wait, start up, train, roll out and end. Pure.

Each figure is the median over this run's jobs, or, where it has none yet, over recent jobs of the same suite.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from gsl.backend.domain.run_steps import JobProgress
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.protocol.jobs import JobKind

TRAINING: tuple[JobKind, ...] = ("generalist", "specialist", "finetune")
Figure = Callable[[JobProgress], float | None]


@dataclass(frozen=True)
class Pace:
    """Medians of jobs by kind, the run's own before those of others; seconds, and steps per second."""

    own: tuple[JobProgress, ...] = ()
    others: tuple[JobProgress, ...] = ()
    fallback: float | None = None  # training speed that live workers measured on the suite
    _known: dict[tuple[Figure, JobKind | None], float | None] = field(default_factory=dict, compare=False, repr=False)

    def speed(self, kind: JobKind) -> float | None:
        """Of training, periodic evaluations included."""
        return self._median(_training_speed, kind, TRAINING) or self.fallback

    def startup(self, kind: JobKind) -> float | None:
        """From the claim to the first step."""
        return self._median(_startup, kind, TRAINING)

    def closing(self, kind: JobKind) -> float:
        """From the end of the last epoch to the end of the job: a last evaluation, and uploads."""
        return self._median(_closing, kind, TRAINING) or 0.0

    def whole(self, kind: JobKind) -> float | None:
        """From the claim to the end, of a job that only evaluates or demonstrates."""
        return self._median(_duration, kind, ())

    def wait(self) -> float:
        """From being queued to the claim."""
        return self._median(_wait, None, ()) or 0.0

    def job(self) -> float | None:
        """From the claim to the end, of any job of any run."""
        known = [seconds for job in (*self.own, *self.others) if (seconds := _duration(job)) is not None]
        return median(known) if known else None

    def _median(self, figure: Figure, kind: JobKind | None, instead: Sequence[JobKind]) -> float | None:
        """Of the kind in this run, in others, then of the kinds `instead`; of all kinds if `kind` is None.

        Computed once: each step of a run needs several of them.
        """
        if (figure, kind) not in self._known:
            self._known[figure, kind] = self._measured(figure, kind, instead)
        return self._known[figure, kind]

    def _measured(self, figure: Figure, kind: JobKind | None, instead: Sequence[JobKind]) -> float | None:
        for kinds in ((kind,), instead):
            for jobs in (self.own, self.others):
                found = [figure(job) for job in jobs if kind is None or job.kind in kinds]
                if known := [value for value in found if value is not None]:
                    return median(known)
        return None


def recent(jobs: Iterable[JobProgress]) -> tuple[JobProgress, ...]:
    """Those whose times say something: claimed once, so that no pause is between their start and their end."""
    return tuple(job for job in jobs if job.attempt == 1 and job.started_at is not None)


def _startup(job: JobProgress) -> float | None:
    return _seconds(job.started_at, job.first_at) if job.kind in TRAINING else None


def _closing(job: JobProgress) -> float | None:
    return _seconds(job.last_at, job.ended_at) if job.kind in TRAINING else None


def _duration(job: JobProgress) -> float | None:
    return _seconds(job.started_at, job.ended_at) if job.status == "succeeded" else None


def _wait(job: JobProgress) -> float | None:
    """Of a job that is alone in its step: others wait for each other, which is counted apart."""
    if job.kind in ("specialist", "demonstrations") or job.key == BEFORE_EVALUATION:
        return None
    return _seconds(job.queued_at, job.started_at)


def _training_speed(job: JobProgress) -> float | None:
    """Over the wall clock where there are several epochs: their own seconds leave out periodic evaluations."""
    seconds = _seconds(job.first_at, job.last_at)
    if job.kind not in TRAINING or not job.trained:
        return None
    return job.trained / seconds if seconds and job.epochs > 1 else job.speed


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else max(0.0, (end - start).total_seconds())
