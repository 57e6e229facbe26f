"""A made-up experiment in a real database, as big as wanted: arms x seeds with curves and last evaluations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlmodel import Session

from gsl.backend.db.columns import now
from gsl.backend.db.evaluation_models import Evaluation
from gsl.backend.db.models import Epoch, Experiment, Job, Run
from gsl.backend.db.rollup_models import LatestReturn
from gsl.config.run import RunConfig

BATCH = 50_000


@dataclass(frozen=True)
class StoredArm:
    """An arm whose runs end at about `level`; seeds in `failed` break off halfway, those in `running` go on."""

    name: str
    level: float
    config: RunConfig
    failed: frozenset[int] = frozenset()
    running: frozenset[int] = frozenset()


def store_experiment(session: Session, arms: Sequence[StoredArm], seeds: Sequence[int], epochs: int = 20) -> int:
    """The experiment's id; every run has `epochs` before and after fine-tuning began, and one evaluation at the end."""
    experiment = Experiment(name="stored")
    session.add(experiment)
    session.flush()
    assert experiment.id is not None
    for arm in arms:
        for seed in seeds:
            _store_run(session, experiment.id, arm, seed, epochs)
    return experiment.id


def last_scores(arm: StoredArm, seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Success on each variation, as the run's last evaluation measured it; shape (variations,)."""
    count = len(arm.config.suite.training_variations())
    own = np.random.default_rng([seed, *arm.name.encode()])
    hard = np.linspace(0.25, -0.25, count)
    return np.clip(arm.level + hard + own.normal(0, 0.02) + own.normal(0, 0.03, count), 0, 1).round(2)


def _store_run(session: Session, experiment_id: int, arm: StoredArm, seed: int, epochs: int) -> None:
    status = "failed" if seed in arm.failed else "finetune" if seed in arm.running else "succeeded"
    steps, suite = 1000, arm.config.suite
    config = arm.config.model_copy(update={"seed": seed})
    run = Run(
        name=f"{arm.name} seed {seed}", experiment_id=experiment_id, suite=suite.name, arm=config.arm,
        arm_name=arm.name, seed=seed, config=config.model_dump(mode="json"), status=status,
        total_steps=3 * epochs * steps, spent_steps=(1 if status == "failed" else 3) * epochs * steps,
    )  # fmt: skip
    session.add(run)
    session.flush()
    assert run.id is not None
    luck = np.random.default_rng([seed, *arm.name.encode()]).normal(1, 0.05)
    levels = arm.level * luck * (1 - np.exp(-np.linspace(0.1, 4, 2 * epochs)))
    _store_training(session, run.id, "generalist", 0, levels[:epochs], steps, suite.score_range[1])
    if status == "failed":
        return
    # Between the two, specialists spent as much again.
    _store_training(session, run.id, "finetune", 2 * epochs * steps, levels[epochs:], steps, suite.score_range[1])
    if status == "succeeded":
        _store_evaluation(session, run.id, arm, seed, 3 * epochs * steps)


def _store_training(
    session: Session, run_id: int, kind: str, start: int, levels: Sequence[float], steps: int, top: float
) -> None:
    job_id = _job(session, run_id, f"{kind}-1", kind, start, len(levels))
    rows = [
        {
            "job_id": job_id, "epoch": number, "steps": steps, "job_steps": number * steps, "seconds": 1.0,
            "episodes": 9, "mean_return": float(level) * top, "success_rate": float(level), "mean_length": 30.0,
            "metrics": {}, "at": now(),
        }
        for number, level in enumerate(levels, start=1)
    ]  # fmt: skip
    _insert(session, Epoch, rows)


def _store_evaluation(session: Session, run_id: int, arm: StoredArm, seed: int, start: int) -> None:
    job_id = _job(session, run_id, "evaluation-final", "evaluation", start, 0)
    suite = arm.config.suite
    scores = last_scores(arm, seed)
    low, high = suite.score_range
    measured: Mapping[str, Sequence[int]] = {
        "evaluation": suite.training_variations(), "held_out": suite.held_out_variations()[:100]
    }  # fmt: skip
    rows = [
        {
            "job_id": job_id, "source": source, "variation": int(variation), "run_id": run_id, "revision": 1,
            "epoch": 0, "episodes": 20, "mean_return": low + float(score) * share * (high - low), "std_return": 0.1,
            "success_rate": float(score) * share if suite.has_success else None, "mean_length": 30.0,
        }
        for source, share in (("evaluation", 1.0), ("held_out", 0.5))
        for variation, score in zip(measured[source], scores, strict=False)
    ]  # fmt: skip
    _insert(session, LatestReturn, rows)
    _insert(session, Evaluation, [{"job_id": job_id, "epoch": 0, "rounds": 20, "rounds_asked": 20}])


def _job(session: Session, run_id: int, key: str, kind: str, start: int, epochs: int) -> int:
    phase = kind if kind in ("generalist", "evaluation") else "finetune"
    job = Job(
        run_id=run_id, key=key, kind=kind, phase=phase, spec={"variations": []}, status="succeeded",
        start_steps=start, epochs=epochs, lost_at_steps=-1,
    )  # fmt: skip
    session.add(job)
    session.flush()
    assert job.id is not None
    return job.id


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    for place in range(0, len(rows), BATCH):
        session.execute(insert(table.__table__), rows[place : place + BATCH])
