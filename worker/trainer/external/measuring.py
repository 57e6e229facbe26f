"""Evaluations and demonstrations by a trainer of somebody's own: an order each, of a checkpoint that it saved."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from gsl.config.step_budget import affordable_rounds
from gsl.protocol.jobs import JobSpec
from gsl.protocol.keeping import keeping_of
from gsl.protocol.reports import DemonstrationCount, EvaluationReport
from gsl.seeds import derive
from gsl.worker.job.checkpoint import State
from gsl.worker.job.declared_trainers import Declared
from gsl.worker.trainer.external.episodes import check_kept, check_numbers, checked
from gsl.worker.trainer.external.orders import file_in, order_for
from gsl.worker.trainer.external.process import ExternalProcess, TrainerError, emptied
from gsl.worker.trainer.external.protocol import Answer, EpisodesLine, Order, PlayedEpisode


def evaluate(
    spec: JobSpec, trainer: Declared, folder: Path, source: State | None, epoch: int,
    on_wait: Callable[[], None], max_steps: int | None = None,
) -> EvaluationReport:  # fmt: skip
    """As `gsl.worker.rollout.evaluate.evaluate` measures GSL Lab's own learners. Raises TrainerError."""
    started, config = time.monotonic(), spec.config
    asked = config.evaluation.episodes
    rounds = affordable_rounds(config, len(spec.variations), max_steps)
    order = order_for(
        spec, work="evaluate", checkpoint=file_in(source, emptied(folder), "checkpoint"), episodes=rounds,
        held_out=spec.held_out, held_out_episodes=asked if spec.held_out else 0,
        seed=derive(spec.seed, "evaluation", epoch) % 2**31, deterministic=config.evaluation.deterministic,
    )  # fmt: skip
    played = _played(trainer, folder, order, on_wait)
    training = [one for one in played if one.variation in set(spec.variations)]
    held_out = [one for one in played if one.variation not in set(spec.variations)]
    check_numbers(training, spec.variations, rounds, "training")
    check_numbers(held_out, spec.held_out, asked, "held-out")
    of_training = checked(training, spec.variations, config.suite)
    of_held_out = checked(held_out, spec.held_out, config.suite)
    steps, measured = int(of_training.length.sum()), int(of_held_out.length.sum())
    counted = steps if spec.evaluations_count else 0
    return EvaluationReport(
        epoch=epoch, steps=counted, measurement_steps=steps + measured - counted, rounds=rounds, rounds_asked=asked,
        seconds=time.monotonic() - started, training=of_training.by_variation(), held_out=of_held_out.by_variation(),
    )  # fmt: skip


def demonstrate(
    spec: JobSpec, trainer: Declared, folder: Path, source: State, on_wait: Callable[[], None]
) -> tuple[Path, int, tuple[DemonstrationCount, ...]]:
    """The file of demonstrations, the steps that they took, and how many were kept. Raises TrainerError."""
    keeping, file = keeping_of(spec), folder / "demonstrations"
    order = order_for(
        spec, work="demonstrate", checkpoint=file_in(source, emptied(folder), "checkpoint"), keeping=keeping,
        file=file.name, deterministic=spec.config.demonstrations.deterministic,
    )  # fmt: skip
    played = _played(trainer, folder, order, on_wait)
    steps = int(checked(played, spec.variations, spec.config.suite).length.sum())
    check_kept(played, keeping)
    if not file.is_file():
        raise TrainerError(f"wrote no file {file.name}, not even an empty one, for its demonstrations")
    return file, steps, tuple(_count(variation, played) for variation in spec.variations)


def _count(variation: int, played: Sequence[PlayedEpisode]) -> DemonstrationCount:
    tried = [one for one in played if one.variation == variation]
    kept = [one.total for one in tried if one.kept]
    mean = float(np.mean(kept)) if kept else None
    return DemonstrationCount(variation=variation, kept=len(kept), tried=len(tried), mean_return=mean)


def _played(trainer: Declared, folder: Path, order: Order, on_wait: Callable[[], None]) -> list[PlayedEpisode]:
    """All that it plays until it exits."""
    played: list[PlayedEpisode] = []
    with ExternalProcess(trainer, folder, order, on_wait) as process:
        while (line := process.next()) is not None:
            if not isinstance(line, EpisodesLine):
                raise process.error(f"said {line.type!r} while it was to {order.work}")
            played.extend(line.episodes)
            process.answer(Answer(do="go"))
    return played
