"""A run whose jobs take known times on a clock of its own, watched while it goes on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from gsl.backend.domain.line import Line
from gsl.backend.domain.pace import TRAINING, Pace, recent
from gsl.backend.domain.run_progress import RunProgress
from gsl.backend.domain.run_steps import GateProgress, JobProgress
from gsl.backend.store.jobs.status import PHASE_OF
from gsl.config.run import RunConfig
from gsl.protocol.jobs import ENDED
from tests.gsl.phases.runs import World, returns

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SPEED = 2000.0  # steps per second
WAIT, STARTUP, CLOSING = 1.0, 12.0, 3.0  # seconds
WHOLE = {"evaluation": 9.0, "demonstrations": 7.0}


@dataclass
class SimulatedRun:
    """`decide` answers each open gate at once; `stops` are the keys of jobs that are stopped once, at half time."""

    config: RunConfig
    slots: int = 2
    decide: Callable[[World], None] = lambda world: None
    stops: set[str] = field(default_factory=set)
    others: tuple[JobProgress, ...] = ()
    second: float = 0.0
    jobs: dict[str, JobProgress] = field(default_factory=dict)
    resumed_at: dict[str, float] = field(default_factory=dict)
    trained_before: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stops = set(self.stops)
        self.world = World(self.config, measures=False)
        self.world.advance()
        self.phase = "generalist"

    def watch(self) -> Iterator[RunProgress]:
        """The run's progress in each second until it has ended."""
        while self.world.plan.status not in ENDED:
            self._plan()
            self._claim()
            self._work()
            self._plan()
            yield self.progress()
            self.second += 1.0

    def progress(self) -> RunProgress:
        started = any(job.attempt for job in self.jobs.values())
        status = self.world.plan.status if started else "queued"
        self.phase = PHASE_OF.get(status, self.phase)
        return RunProgress(
            config=self.config, status=status, phase=self.phase, jobs=tuple(self.jobs.values()), gates=self._gates(),
            pace=Pace(recent(self.jobs.values()), self.others), now=self._now(), line=Line(self.slots),
        )  # fmt: skip

    def _gates(self) -> tuple[GateProgress, ...]:
        found = []
        for gate, opening in zip(self.world.gates, self.world.openings, strict=True):
            split = gate.decision or opening.proposal
            found.append(GateProgress(gate.cycle, gate.segment, len(split.partition), split.specialist_steps))
        return tuple(found)

    def _now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.second)

    def _plan(self) -> None:
        while self.world.gates and self.world.gates[-1].status == "open":
            self.decide(self.world)
        for key, view in self.world.jobs.items():
            if key not in self.jobs:
                self.jobs[key] = JobProgress(
                    key, view.kind, "queued", self.world.specs[key].cycle, budget=view.budget, queued_at=self._now()
                )

    def _claim(self) -> None:
        free = self.slots - sum(job.status == "running" for job in self.jobs.values())
        for key, job in self.jobs.items():
            if free and job.status == "queued" and self._since(job.queued_at) >= WAIT:
                free -= 1
                started = job.started_at or self._now()
                self.jobs[key] = replace(job, status="running", attempt=job.attempt + 1, started_at=started, worker="w")
                self.world.jobs[key] = replace(self.world.jobs[key], status="running", attempt=job.attempt + 1)
                self.resumed_at[key] = self.second
                self.trained_before[key] = job.trained

    def _work(self) -> None:
        for key, job in list(self.jobs.items()):
            if job.status == "running":
                elapsed = self.second - self.resumed_at[key]
                done = self._train(job, elapsed) if job.kind in TRAINING else elapsed >= WHOLE[job.kind]
                if done:
                    self._end(key)

    def _train(self, job: JobProgress, elapsed: float) -> bool:
        """Add the epochs that have ended by now; whether the job has ended too."""
        epoch = self.config.learner.batch_size
        all_epochs = job.budget // epoch
        before = self.trained_before[job.key] // epoch
        epochs = min(all_epochs, before + max(0, int((elapsed - STARTUP) * SPEED / epoch)))
        begun = BEGIN + timedelta(seconds=self.resumed_at[job.key] + STARTUP)
        if epochs > before:
            last = begun + timedelta(seconds=(epochs - before) * epoch / SPEED)
            self.jobs[job.key] = replace(
                job, epochs=epochs, spent=epochs * epoch, trained=epochs * epoch, speed=SPEED,
                first_at=job.first_at or begun, last_at=last,
            )  # fmt: skip
        if job.key in self.stops and epochs >= all_epochs // 2:
            self.stops.discard(job.key)
            self._stop(job.key)
            return False
        return elapsed >= STARTUP + (all_epochs - before) * epoch / SPEED + CLOSING

    def _stop(self, key: str) -> None:
        self.jobs[key] = replace(self.jobs[key], status="queued", queued_at=self._now())
        self.world.jobs[key] = replace(self.world.jobs[key], status="queued")

    def _end(self, key: str) -> None:
        job = self.jobs[key]
        self.jobs[key] = replace(job, status="succeeded", ended_at=self._now())
        if job.kind == "specialist":
            better = {v: 0.5 + 0.1 * v for v in self.world.specs[key].variations}
            self.world.evaluations[key] = returns(self.config, better)
        self.world.finish(key, spent=job.spent)

    def _since(self, moment: datetime | None) -> float:
        return (self._now() - moment).total_seconds() if moment else 0.0
