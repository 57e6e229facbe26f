"""How a job's learner starts: with the settings of its kind, and fresh, cloned or as its source left it."""

from dataclasses import replace

from gsl.jobs import JobSpec
from gsl.seeds import derive
from worker import learners
from worker.checkpoint import State
from worker.device import choose_device
from worker.learners import Learner, Overrides
from worker.spaces import Spaces


def make_learner(spec: JobSpec, spaces: Spaces, source: State | None) -> Learner:
    """The learner of a training job at its first epoch. Raises ValueError when its source is missing."""
    learner = _learner(spec, spaces, _overrides(spec))
    if spec.start != "scratch":
        if source is None:
            raise ValueError(f"{spec.key} starts by {spec.start}, but has no source checkpoint")
        learner.clone(source["learner"], fresh_head=spec.start == "clone_fresh_head")
    return learner


def recall_learner(spec: JobSpec, source: State | None) -> Learner:
    """The learner a checkpoint holds, to be evaluated or to demonstrate. Raises ValueError when it is missing."""
    if source is None:
        raise ValueError(f"{spec.key} is a job of kind {spec.kind} and needs a source checkpoint")
    learner = _learner(spec, Spaces.restored(source["spaces"]), None)
    learner.clone(source["learner"])
    return learner


def _learner(spec: JobSpec, spaces: Spaces, overrides: Overrides | None) -> Learner:
    settings, seed = spec.config.learner, derive(spec.seed, "learner")
    spaces = replace(spaces, variations=spec.config.suite.training_variations())
    return learners.make_learner(settings, spaces, seed, choose_device(settings), overrides)


def _overrides(spec: JobSpec) -> Overrides:
    if spec.kind == "specialist":
        specialists = spec.config.specialists
        return Overrides(specialists.ent_coef, specialists.learning_rate)
    if spec.kind == "finetune":
        return Overrides(spec.config.finetune.ent_coef, spec.config.finetune.learning_rate)
    return Overrides()
