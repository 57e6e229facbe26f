"""How a job's learner starts: with the settings of its kind, and fresh, cloned or as its source left it."""

from dataclasses import replace

from gsl.protocol.jobs import JobSpec
from gsl.seeds import derive
from worker import learners
from worker.guides import Guide
from worker.learners import Learner, Overrides
from worker.learners.base import Replayer, RewardScaler
from worker.spaces import Spaces
from worker.trainer.checkpoint import State
from worker.trainer.device import choose_device


def make_learner(spec: JobSpec, spaces: Spaces, source: State | None) -> Learner:
    """The learner of a training job at its first epoch. Raises ValueError when its source is missing."""
    learner = _learner(spec, spaces, _overrides(spec))
    if spec.start != "scratch":
        if source is None:
            raise ValueError(f"{spec.key} starts by {spec.start}, but has no source checkpoint")
        learner.clone(source["learner"], fresh_head=spec.start == "clone_fresh_head")
        if spec.start == "resume" and isinstance(learner, Replayer):
            learner.take_over(source["learner"].get("handed_on", {}))
    return learner


def recall_learner(spec: JobSpec, source: State | None) -> Learner:
    """The learner a checkpoint holds, to be evaluated or to demonstrate. Raises ValueError when it is missing."""
    if source is None:
        raise ValueError(f"{spec.key} is a job of kind {spec.kind} and needs a source checkpoint")
    learner = _learner(spec, Spaces.restored(source["spaces"]), None)
    learner.clone(source["learner"])
    return learner


def payer(spec: JobSpec, guide: Guide) -> str:
    """Who changes the rewards that this job learns from; empty where they are the environment's own.

    A guide that learns from demonstrations or teachers is another one in each job.
    """
    settings = spec.config.guide
    if "reward" not in settings.hooks or type(guide) is Guide:
        return ""
    return settings.name if settings.learns_from == "nothing" else f"{settings.name} of {spec.key}"


def adopt_reward_scale(learner: Learner, source: State | None, paid_by: str) -> None:
    """Keep the scale of rewards that came with the source, unless the source was paid by another."""
    if source is not None and source.get("paid_by", "") != paid_by and isinstance(learner, RewardScaler):
        learner.restart_reward_scale()


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
