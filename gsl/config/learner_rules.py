"""Rules of learners with something of their own: policies, value heads by variation, a trainer of somebody's own."""

from collections.abc import Iterator

from gsl.config.errors import BrokenRule, counted
from gsl.config.learners.external import ExternalLearner
from gsl.config.learners.ppo import PPO
from gsl.config.parts import RunParts
from gsl.config.suites.external import ExternalSuite

MOST_SCALES = 1024
"""Value heads of one network, each with a scale of its own."""


def external_rules(config: RunParts) -> Iterator[BrokenRule]:
    """What a trainer of somebody's own cannot be asked for, and what its environments cannot be used with."""
    if isinstance(config.learner, ExternalLearner):
        yield from _of_learner(config, config.learner)
    elif isinstance(config.suite, ExternalSuite):
        yield ("learner", "name"), f"must be external: {config.suite.title} come with your own trainer"


def _of_learner(config: RunParts, learner: ExternalLearner) -> Iterator[BrokenRule]:
    """It samples, steps and saves by itself, so what reaches into these is not to be had."""
    if learner.tracked:
        yield from _of_script(config, learner)
    elif not learner.trainer:
        yield ("learner", "trainer"), "must be the name under which a worker declares the trainer (docs/own-trainer.md)"
    if learner.overlap:
        yield ("learner", "overlap"), f"must be off: {learner.title} steps its environments itself"
    if config.sampling.name != "uniform":
        reason = f"must be uniform: {learner.title} chooses among the variations that it is given"
        yield ("sampling", "name"), reason
    if config.plateau.rewind:
        yield ("plateau", "rewind"), f"must be off: {learner.title} saves only when it is asked to"
    if config.arm != "generalist" and config.specialists.partition == "clustered":
        yield ("specialists", "partition"), f"must be random or balanced: {learner.title} reports no features"


def _of_script(config: RunParts, learner: ExternalLearner) -> Iterator[BrokenRule]:
    """It trains, and that is all that GSL Lab sees of it."""
    if learner.trainer:
        yield ("learner", "trainer"), "must be empty: the script that is tracked is started by nobody else"
    if not isinstance(config.suite, ExternalSuite):
        yield ("suite", "name"), "must be external: the script that is tracked brings its environments"
    if config.arm == "generalist_low":
        yield ("arm",), "must be gsl or generalist: specialists are trained by the script that is tracked"
    if config.cycles.count > 1:
        yield ("cycles", "count"), "must be 1: the script that is tracked does its own fine-tuning"


def members_fit(config: RunParts) -> Iterator[BrokenRule]:
    """A learner with several policies, whose samples of the variations must be able to differ."""
    learner, variations = config.learner, len(config.suite.training_variations())
    if config.sampling.name == "bootstrap" and learner.policies < 2:
        reason = f"bootstrap sampling is for the members of a learner, and {learner.title} has none; choose uniform"
        yield ("sampling", "name"), reason
    if learner.policies > 1 and variations < 2:
        yield (
            ("learner", "name"),
            f"{learner.title} needs at least two training variations, because its members differ in which they play; "
            f"the suite has {counted(variations, 'variation')}",
        )


def scales_are_few(config: RunParts) -> Iterator[BrokenRule]:
    variations = len(config.suite.training_variations())
    if isinstance(config.learner, PPO) and config.learner.popart and variations > MOST_SCALES:
        yield (
            ("learner", "popart"),
            f"must be off: PopArt needs a value head per variation and supports at most {MOST_SCALES}, but the suite "
            f"has {variations} training variations",
        )
