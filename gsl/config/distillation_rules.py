"""Rules for distillation into a sequence model; each names the field to change and what would be valid."""

from collections.abc import Iterator

from gsl.config.errors import counted
from gsl.config.guides.distillation import Distillation
from gsl.config.learners.sequence import SequenceModel
from gsl.config.parts import RunParts

BrokenRule = tuple[tuple[str, ...], str]
"""The field to change and the reason."""

EPISODES_SEEN = 2
"""Episodes that a context must hold so that one can be better than the one before."""


def distillation_rules(config: RunParts) -> Iterator[BrokenRule]:
    """For every arm but the plain generalist."""
    if config.demonstrations.record == "history":
        yield from _history_has_a_use(config)
    if isinstance(config.guide, Distillation):
        yield from _there_is_something_to_tell_apart(config)
        yield from _nothing_trains_afterwards(config)
    if isinstance(config.guide, Distillation) and isinstance(config.learner, SequenceModel):
        yield from _context_is_long_enough(config, config.learner)


def _history_has_a_use(config: RunParts) -> Iterator[BrokenRule]:
    demonstrations = config.demonstrations
    if not isinstance(config.guide, Distillation):
        reason = f"must be episodes: {config.guide.title} would learn from what specialists did before they were good"
        yield ("demonstrations", "record"), reason
        return
    if demonstrations.generalist_per_variation:
        reason = "must be 0 with record: history, because the generalist keeps no history of single variations"
        yield ("demonstrations", "generalist_per_variation"), reason
    if config.trial.episodes < EPISODES_SEEN:
        reason = "must be at least 2 with demonstrations.record: history, which shows how to improve between episodes"
        yield ("trial", "episodes"), reason
    if demonstrations.per_variation < EPISODES_SEEN:
        yield ("demonstrations", "per_variation"), "must be at least 2 with record: history"


def _there_is_something_to_tell_apart(config: RunParts) -> Iterator[BrokenRule]:
    available = len(config.suite.training_variations())
    if available < 2:
        reason = "needs at least two training variations, because the model learns to tell them apart by what it tried"
        yield ("guide", "name"), f"{config.guide.title} {reason}; the suite has {counted(available, 'variation')}"
    elif (
        config.specialists.count * config.specialists.variations_each < 2 and config.demonstrations.record == "history"
    ):
        reason = "must be at least 2: histories of one variation teach nothing about others"
        yield ("specialists", "count"), reason


def _nothing_trains_afterwards(config: RunParts) -> Iterator[BrokenRule]:
    if config.cycles.count > 1:
        reason = (
            f"must be 1: {config.guide.title} ends with a policy that learns within trials, not by further training"
        )
        yield ("cycles", "count"), reason


def _context_is_long_enough(config: RunParts, learner: SequenceModel) -> Iterator[BrokenRule]:
    longest = config.suite.max_episode_steps
    if config.trial.episodes > 1 and learner.context < EPISODES_SEEN * longest:
        seen = f"the {EPISODES_SEEN} episodes of up to {longest} steps that one can be compared with"
        yield ("learner", "context"), f"must be at least {EPISODES_SEEN * longest}, so that it holds {seen}"
