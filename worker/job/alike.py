"""Whether a training job can train as one network with others, and gains by it, as its specification says; no torch."""

from gsl.config.guides import GuideSettings
from gsl.config.learners import PPO
from gsl.config.networks import MLP
from gsl.config.suites import MetaWorldSuite
from gsl.protocol.jobs import JobSpec

CPU_LIMIT = 20_000_000
"""On a CPU, weights times samples of a minibatch above which products, not their calls, take the time: measured."""


def why_alone(spec: JobSpec, on_cpu: bool, weights: int | None = None) -> str | None:
    """Why this job cannot be part of a population, or should not; None if it can.

    `weights`: how many its network has. If empty, those between hidden layers count, which are most of them.
    """
    learner, suite = spec.config.learner, spec.config.suite
    if not isinstance(learner, PPO):
        return f"{learner.title} trains by itself"
    if not isinstance(learner.network, MLP):
        return f"the network {learner.network.name} trains by itself"
    if learner.compile:
        return "its network is compiled"
    if isinstance(suite, MetaWorldSuite) and suite.processes != 1:
        return "its environments fill all cores with processes of their own"
    if _guided(spec, spec.config.guide):
        return f"it learns with {spec.config.guide.name}"
    samples = learner.batch_size // learner.num_minibatches
    if on_cpu and (weights or _hidden_weights(learner.network)) * samples > CPU_LIMIT:
        return f"minibatches of {samples} samples are large enough to keep a processor busy"
    return None


def _guided(spec: JobSpec, guide: GuideSettings) -> bool:
    has = {"nothing": True, "demonstrations": bool(spec.demonstrations), "teachers": bool(spec.teachers)}
    return bool(guide.hooks) and has[guide.learns_from]


def _hidden_weights(network: MLP) -> int:
    """Of the policy's layers and of the value's."""
    return 2 * (network.depth - 1) * network.width**2
