"""What a trainer of somebody's own is told, from a job's specification and its files."""

from pathlib import Path
from typing import Any

import numpy as np

from gsl.config.learners.external import ExternalLearner
from gsl.protocol.jobs import JobSpec
from gsl.worker.job.checkpoint import State
from gsl.worker.trainer.external.process import TrainerError
from gsl.worker.trainer.external.protocol import Order

Kept = dict[str, Any]
"""A file that the trainer saved, in a checkpoint of GSL Lab's."""


def learner_of(spec: JobSpec) -> ExternalLearner:
    learner = spec.config.learner
    if not isinstance(learner, ExternalLearner):
        raise TypeError(f"{spec.key} has the learner {learner.name}")
    return learner


def kept_file(path: Path) -> Kept:
    """A file that the trainer has just saved. Raises TrainerError if it is not there or empty."""
    if not path.is_file() or path.stat().st_size == 0:
        raise TrainerError(f"said that it had saved, but {path.name} is {'empty' if path.exists() else 'not there'}")
    return {"file": np.frombuffer(path.read_bytes(), np.uint8)}


def file_in(state: State | None, folder: Path, name: str) -> str | None:
    """Write the trainer's file in a checkpoint into the folder; its name. None without a checkpoint."""
    if state is None:
        return None
    if "file" not in state["learner"]:
        raise TrainerError("cannot continue from a checkpoint of another learner")
    (folder / name).write_bytes(state["learner"]["file"].tobytes())
    return name


def order_for(spec: JobSpec, **work: Any) -> Order:
    """The order of a job, with what is particular to its work."""
    learner, suite = learner_of(spec), spec.config.suite
    everything = (*work.get("variations", spec.variations), *work.get("held_out", ()))
    common = {
        "job": spec.key, "kind": spec.kind, "variations": spec.variations, "seed": spec.seed,
        "names": {variation: suite.variation_name(variation) for variation in everything},
        "suite": suite.model_dump(mode="json"), "num_envs": learner.num_envs, "device": learner.device,
        "arguments": learner.arguments,
    }  # fmt: skip
    return Order.model_validate(common | work)


def training_order(spec: JobSpec, *, checkpoint: str | None, epoch: int, steps: int, resume: bool) -> Order:
    learner = learner_of(spec)
    overrides = {
        "specialist": (spec.config.specialists.learning_rate, spec.config.specialists.ent_coef),
        "finetune": (spec.config.finetune.learning_rate, spec.config.finetune.ent_coef),
    }
    learning_rate, ent_coef = overrides.get(spec.kind, (None, None))
    return order_for(
        spec,
        work="train",
        checkpoint=checkpoint,
        resume=resume,
        fresh_head=spec.start == "clone_fresh_head" and not resume,
        epoch=epoch,
        steps=steps,
        budget_steps=spec.budget_steps,
        epoch_steps=learner.batch_size,
        learning_rate=learner.learning_rate if learning_rate is None else learning_rate,
        ent_coef=ent_coef,
    )
