"""A made-up finished run in a real database, as big as wanted; rows go in by bulk inserts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.evaluation_models import Evaluation
from gsl.backend.db.models import Epoch, Gate, Job, LedgerEntry, Plateau, Run, VariationReturn
from gsl.backend.db.rollup_models import LatestReturn
from gsl.backend.store.ingest.curve_rollups import roll_up
from gsl.config.run import RunConfig
from gsl.protocol.jobs import JobKind, Phase
from gsl.protocol.reports import DemonstrationCount

BATCH = 50_000
EVALUATION_EPISODES = 20


@dataclass(frozen=True)
class Size:
    """Epochs of each kind of job, how many variations end an episode in each epoch, and how often all are evaluated."""

    generalist: int
    specialist: int
    finetune: int
    seen: int
    evaluate_every: int


def store_run(session: Session, config: RunConfig, size: Size) -> int:
    """Generalist with a plateau, gate, specialists (the third failed), fine-tuning, last evaluation. Returns the id."""
    run = Run(
        name="stored", suite=config.suite.name, arm=config.arm, seed=config.seed, config=config.model_dump(mode="json"),
        status="succeeded", total_steps=config.budget.total_steps,
    )  # fmt: skip
    session.add(run)
    session.flush()
    assert run.id is not None
    story = _Story(session, run.id, config, size)
    story.tell()
    run.spent_steps = story.spent
    return run.id


class _Story:
    """What happened in the run, in order; `spent` counts its environment steps."""

    def __init__(self, session: Session, run_id: int, config: RunConfig, size: Size) -> None:
        self.session, self.run_id, self.config, self.size = session, run_id, config, size
        self.rng = np.random.default_rng(config.seed)
        self.variations = list(config.suite.training_variations())
        self.low = self.variations[: config.specialists.count * config.specialists.variations_each]
        self.top = config.suite.score_range[1]
        self.spent = 0

    def tell(self) -> None:
        epochs = self.size.generalist
        generalist = self._train("generalist-1", "generalist", "generalist", 0, self.variations, epochs, 0.45)
        self._plateau(generalist)
        self._evaluate("evaluation-1", 0.45)
        self._gate()
        branch = self.spent
        for number, members in enumerate(self._split(), start=1):
            key, start = f"specialist-1-{number}", branch
            self._train(key, "specialist", "specialists", number, members, self.size.specialist, 0.8, start=start)
        for index, members in enumerate(self._split(), start=1):
            self._demonstrate(index, members)
        self._train("finetune-1", "finetune", "finetune", 0, self.variations, self.size.finetune, 0.95)
        self._evaluate("evaluation-final", 0.95)

    def _split(self) -> list[list[int]]:
        each = self.config.specialists.variations_each
        return [self.low[place : place + each] for place in range(0, len(self.low), each)]

    def _job(
        self, key: str, kind: JobKind, phase: Phase, index: int, members: Sequence[int], epochs: int, start: int
    ) -> int:
        status = "failed" if key == "specialist-1-3" else "succeeded"
        job = Job(
            run_id=self.run_id, key=key, kind=kind, phase=phase, index=index, spec={"variations": list(members)},
            status=status, start_steps=start, epochs=epochs, lost_at_steps=-1,
        )  # fmt: skip
        self.session.add(job)
        self.session.flush()
        assert job.id is not None
        return job.id

    def _demonstrate(self, index: int, members: list[int]) -> None:
        """One of three episodes is kept; costs nothing."""
        made = self._job(f"demonstrations-1-{index}", "demonstrations", "specialists", index, members, 0, self.spent)
        job = self.session.get_one(Job, made)
        counts = (DemonstrationCount(variation=v, kept=1, tried=3, mean_return=self.top) for v in members)
        job.demonstrations = [count.model_dump() for count in counts]

    def _train(
        self, key: str, kind: JobKind, phase: Phase, index: int, members: list[int], epochs: int, end: float,
        start: int | None = None,
    ) -> int:  # fmt: skip
        job_id = self._job(key, kind, phase, index, members, epochs, self.spent if start is None else start)
        steps = self.config.learner.batch_size
        levels = end * (1 - np.exp(-np.linspace(0.05, 5, epochs))) + self.rng.normal(0, 0.02, epochs)
        rows, returns = [], []
        for number, level in enumerate(levels, start=1):
            rows.append(self._epoch(job_id, number, steps, float(level)))
            seen = self.rng.choice(members, min(self.size.seen, len(members)), replace=False)
            returns += self._returns(job_id, "training", number, seen.tolist(), float(level), 2)
            if number % self.size.evaluate_every == 0:
                returns += self._returns(job_id, "evaluation", number, members, float(level), EVALUATION_EPISODES)
        self._insert(Epoch, rows)
        self._insert(VariationReturn, returns)
        self._latest(returns)
        evaluated = range(self.size.evaluate_every, epochs + 1, self.size.evaluate_every)
        roll_up(self.session, job_id, range(1, epochs + 1), evaluated)
        entries = [self._entry(job_id, number, "training", phase, steps) for number in range(1, epochs + 1)]
        self._insert(LedgerEntry, entries)
        self.session.get_one(Job, job_id).steps = steps * epochs
        self.spent += steps * epochs
        return job_id

    def _evaluate(self, key: str, level: float) -> None:
        job_id = self._job(key, "evaluation", "evaluation", 0, self.variations, 0, self.spent)
        returns = self._returns(job_id, "evaluation", 0, self.variations, level, EVALUATION_EPISODES)
        held_out = list(self.config.suite.held_out_variations()[:20])
        returns += self._returns(job_id, "held_out", 0, held_out, level * 0.8, EVALUATION_EPISODES)
        self._insert(VariationReturn, returns)
        self._latest(returns)
        roll_up(self.session, job_id, (), [0])
        whole = {"job_id": job_id, "epoch": 0, "rounds": EVALUATION_EPISODES, "rounds_asked": EVALUATION_EPISODES}
        place = {"variations": len(self.variations), "mean_return": level, "std_return": 0.1, "success_rate": level}
        self._insert(Evaluation, [whole | {"trial": {"training": [place], "held_out": [place]}}])
        steps = 10 * len(returns)
        self._insert(LedgerEntry, [self._entry(job_id, 0, "evaluation", "evaluation", steps)])
        self.session.get_one(Job, job_id).steps = steps
        self.spent += steps

    def _epoch(self, job_id: int, number: int, steps: int, level: float) -> dict[str, Any]:
        success = level if self.config.suite.has_success else None
        return {
            "job_id": job_id, "epoch": number, "steps": steps, "job_steps": number * steps, "seconds": 1.0,
            "episodes": 9,
            "mean_return": level * self.top, "success_rate": success, "mean_length": 30.0, "metrics": {},
            "at": now(),
        }  # fmt: skip

    def _returns(
        self, job_id: int, source: str, epoch: int, members: Sequence[int], level: float, episodes: int
    ) -> list[dict[str, Any]]:
        """The first half of the variations lags behind the level, the second half is ahead of it."""
        middle = self.variations[len(self.variations) // 2]
        shares = np.clip([level * (0.4 if member < middle else 1.2) for member in members], 0, 1)
        success = shares if self.config.suite.has_success else [None] * len(members)
        return [
            {
                "job_id": job_id, "source": source, "epoch": epoch, "variation": int(member), "episodes": episodes,
                "mean_return": float(share) * self.top, "std_return": 0.1, "success_rate": rate, "mean_length": 30.0,
            }
            for member, share, rate in zip(members, shares, success, strict=True)
        ]  # fmt: skip

    def _entry(self, job_id: int, epoch: int, purpose: str, phase: str, steps: int) -> dict[str, Any]:
        return {
            "job_id": job_id, "epoch": epoch, "purpose": purpose, "run_id": self.run_id, "phase": phase, "steps": steps,
        }  # fmt: skip

    def _latest(self, returns: Sequence[dict[str, Any]]) -> None:
        newest = {(row["source"], row["variation"]): row | {"run_id": self.run_id, "revision": 1} for row in returns}
        self._insert(LatestReturn, list(newest.values()))

    def _plateau(self, job_id: int) -> None:
        start, found, steps = self.size.generalist // 2, self.size.generalist, self.config.learner.batch_size
        self.session.add(
            Plateau(
                run_id=self.run_id, job_id=job_id, start_epoch=start, detected_epoch=found, start_steps=start * steps,
                detected_steps=found * steps, value=0.4 * self.top, best_later=0.41 * self.top, margin=0.02,
                window=found - start, metric="return",
            )
        )  # fmt: skip

    def _gate(self) -> None:
        rows = self._returns(0, "evaluation", 0, self.variations, 0.45, EVALUATION_EPISODES)
        known = ("variation", "episodes", "mean_return", "success_rate")
        named = ({"name": self.config.suite.variation_name(row["variation"]), "lower_bound": 0.0} for row in rows)
        evidence = {
            "fired": "plateau", "why": "a plateau", "plateau": None, "mean_return": 0.45 * self.top,
            "success_rate": None, "spent_steps": self.spent, "left_steps": 0,
            "variations": [
                {name: row[name] for name in known} | more for row, more in zip(rows, named, strict=True)
            ],
        }  # fmt: skip
        self.session.add(
            Gate(
                run_id=self.run_id, status="approved", action="approve", evidence=evidence,
                proposal={"partition": self._split(), "specialist_steps": 16_384, "start": "clone"},
            )
        )  # fmt: skip

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        for place in range(0, len(rows), BATCH):
            self.session.execute(insert(table.__table__), rows[place : place + BATCH])
