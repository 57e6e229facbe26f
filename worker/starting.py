"""How a job's learner starts: with the settings of its kind, and fresh, cloned or as its source left it."""

from gsl.jobs import JobSpec
from gsl.seeds import derive
from worker.checkpoint import State
from worker.device import choose_device
from worker.learners import PPO, Overrides


def make_learner(spec: JobSpec, observation_shape: tuple[int, ...], num_actions: int, source: State | None) -> PPO:
    """The learner of a training job at its first epoch. Raises ValueError when its source is missing."""
    learner = PPO(
        spec.config.learner, observation_shape, num_actions,
        seed=derive(spec.seed, "learner"), device=choose_device(spec.config.learner), overrides=_overrides(spec),
    )  # fmt: skip
    if spec.start != "scratch":
        if source is None:
            raise ValueError(f"{spec.key} starts by {spec.start}, but has no source checkpoint")
        learner.clone(source["learner"], fresh_head=spec.start == "clone_fresh_head")
    return learner


def recall_learner(spec: JobSpec, source: State | None) -> PPO:
    """The learner a checkpoint holds, to be evaluated or to demonstrate. Raises ValueError when it is missing."""
    if source is None:
        raise ValueError(f"{spec.key} is a job of kind {spec.kind} and needs a source checkpoint")
    learner = PPO(
        spec.config.learner, tuple(source["observation_shape"]), source["num_actions"],
        seed=derive(spec.seed, "learner"), device=choose_device(spec.config.learner),
    )  # fmt: skip
    learner.clone(source["learner"])
    return learner


def _overrides(spec: JobSpec) -> Overrides:
    if spec.kind == "specialist":
        specialists = spec.config.specialists
        return Overrides(specialists.ent_coef, specialists.learning_rate)
    if spec.kind == "finetune":
        return Overrides(spec.config.finetune.ent_coef, spec.config.finetune.learning_rate)
    return Overrides()
