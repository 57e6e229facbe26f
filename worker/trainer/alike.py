"""Which training jobs can train as one, and whether that is faster than one after another."""

from collections.abc import Hashable

from gsl.config.learners import PPO as PPOSettings
from gsl.config.suites import MetaWorldSuite
from worker.guides import Guide
from worker.learners.ppo import PPO
from worker.nets.actor_critic import VectorActorCritic
from worker.trainer.training import Training

CPU_LIMIT = 20_000_000
"""On a CPU, weights times samples of a minibatch above which products, not their calls, take the time: measured."""


def why_alone(training: Training) -> str | None:
    """Why this job cannot be part of a population, or should not; None if it can."""
    settings, suite, learner = training.spec.config.learner, training.spec.config.suite, training.learner
    if not isinstance(settings, PPOSettings) or not isinstance(learner, PPO):
        return f"{settings.title} trains one policy at a time"
    if not isinstance(learner.network, VectorActorCritic):
        return f"the network {settings.network.name} trains by itself"
    if settings.compile:
        return "its network is compiled"
    if isinstance(suite, MetaWorldSuite) and suite.processes != 1:
        return "its environments fill all cores with processes of their own"
    if type(training.guide) is not Guide:
        return f"it learns with {training.spec.config.guide.name}"
    weights = sum(parameter.numel() for parameter in learner.network.parameters())
    samples = settings.batch_size // settings.num_minibatches
    if learner.device.type == "cpu" and weights * samples > CPU_LIMIT:
        return f"minibatches of {samples} samples are large enough to keep a processor busy"
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
