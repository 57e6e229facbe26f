"""The learner of a job: fresh, cloned from its source, or as a checkpoint left it."""

from gsl.protocol.jobs import JobSpec
from gsl.seeds import derive
from gsl.worker import plugins
from gsl.worker.guides import Guide
from gsl.worker.job.checkpoint import State
from gsl.worker.learners import Learner, Overrides
from gsl.worker.learners.base import Replayer, RewardScaler
from gsl.worker.spaces import Spaces
from gsl.worker.trainer.device import choose_device


def init_learner(spec: JobSpec, spaces: Spaces, source: State | None) -> Learner:
    """The learner of a training job before its first epoch. Raises ValueError if its source is missing or unfit."""
    learner = _fresh(spec, spaces, _overrides(spec))
    if spec.start != "scratch":
        if source is None:
            raise ValueError(f"{spec.key} starts by {spec.start}, but has no source checkpoint")
        try:
            learner.clone(source["learner"], fresh_head=spec.start == "clone_fresh_head")
        except (RuntimeError, KeyError) as error:
            raise ValueError(f"{spec.key} does not fit its checkpoint, whose networks differ: {error}") from error
        if spec.start == "resume" and isinstance(learner, Replayer):
            learner.take_over(source["learner"].get("handed_on", {}))
    return learner


def load_learner(spec: JobSpec, source: State | None) -> Learner:
    """The learner in a checkpoint, for evaluation, demonstrations or teaching. Raises ValueError if it is missing."""
    if source is None:
        raise ValueError(f"{spec.key} is a job of kind {spec.kind} and needs a source checkpoint")
    learner = _fresh(spec, Spaces.restored(source["spaces"]), None)
    learner.clone(source["learner"])
    return learner


def reward_origin(spec: JobSpec, guide: Guide) -> str:
    """What changes the rewards that this job learns from; empty if they are the environment's own.

    A guide that learns from demonstrations or teachers is a different one in each job.
    """
    settings = spec.config.guide
    if "reward" not in settings.hooks or type(guide) is Guide:
        return ""
    return settings.name if settings.learns_from == "nothing" else f"{settings.name} of {spec.key}"


def adopt_reward_scale(learner: Learner, source: State | None, origin: str) -> None:
    """Keep the reward scale that came with the source, unless the source learned from rewards of another origin."""
    if source is not None and source.get("paid_by", "") != origin and isinstance(learner, RewardScaler):
        learner.restart_reward_scale()


def _fresh(spec: JobSpec, spaces: Spaces, overrides: Overrides | None) -> Learner:
    settings = spec.config.learner
    spaces = plugins.spaces_for(spec.config.suite, spaces)
    make = plugins.load(settings)
    learner: Learner = make(settings, spaces, derive(spec.seed, "learner"), choose_device(settings), overrides)
    return learner


def _overrides(spec: JobSpec) -> Overrides:
    if spec.kind == "specialist":
        specialists = spec.config.specialists
        return Overrides(specialists.ent_coef, specialists.learning_rate)
    if spec.kind == "finetune":
        return Overrides(spec.config.finetune.ent_coef, spec.config.finetune.learning_rate)
    return Overrides()
