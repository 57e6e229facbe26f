"""Which training jobs can train as one, and whether that is faster than one after another."""

from collections.abc import Hashable

from worker.guides import Guide
from worker.job import alike
from worker.learners.ppo import PPO
from worker.nets.actor_critic import VectorActorCritic
from worker.trainer.training import Training


def why_alone(training: Training) -> str | None:
    """Why this job cannot be part of a population, or should not; None if it can."""
    learner, spec = training.learner, training.spec
    on_cpu = learner.device.type == "cpu"
    if reason := alike.why_alone(spec, on_cpu, sum(each.numel() for each in learner.network.parameters())):
        return reason
    if not isinstance(learner, PPO) or not isinstance(learner.network, VectorActorCritic):
        return f"{spec.config.learner.title} has code of its own"
    if type(training.guide) is not Guide:
        return f"it learns with {spec.config.guide.name}"
    return None


def what_must_agree(training: Training) -> dict[str, Hashable]:
    """What jobs that train as one have in common, by the names for messages."""
    learner, spec = training.learner, training.spec
    shapes = tuple((name, tuple(one.shape)) for name, one in learner.network.named_parameters())
    own = (learner.ent_coef, learner.learning_rate) if isinstance(learner, PPO) else ()
    return {
        "suite": spec.config.suite.model_dump_json(),
        "learner": spec.config.learner.model_dump_json(),
        "entropy bonus or learning rate": own,
        "network": shapes,
        "device": str(learner.device),
    }
