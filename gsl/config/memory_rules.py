"""Rules about learners that remember, adapt or plan; each names the field to change and what would be valid."""

from collections.abc import Iterator

from gsl.config.errors import BrokenRule, counted
from gsl.config.parts import SUITES, RunParts


def trials_fit(config: RunParts) -> Iterator[BrokenRule]:
    learner, trial, longest = config.learner, config.trial, config.suite.max_episode_steps
    if not learner.has_memory or learner.remembers == "episode":
        has = "a memory that lasts for an episode" if learner.has_memory else "no memory that a trial could fill"
        for name, least in (("episodes", 1), ("scored", 0)):
            if getattr(trial, name) > least:
                yield ("trial", name), f"must be {least}: {learner.title} has {has}"
    if not learner.has_memory:
        return
    if learner.overlap:
        yield ("learner", "overlap"), f"must be off: {learner.title} remembers what each environment did last"
    if trial.episodes < learner.fewest_episodes:
        before = counted(learner.fewest_episodes - 1, "episode")
        yield (
            ("trial", "episodes"),
            f"must be at least {learner.fewest_episodes}: {learner.title} plays {before} before it adapts",
        )
    in_training = learner.remembers == "trial" and learner.rollout_holds_trials
    if in_training and trial.episodes > 1 and trial.episodes * longest > learner.num_steps:
        yield (
            ("trial", "episodes"),
            f"must be at most {max(1, learner.num_steps // longest)}: a trial of {trial.episodes} episodes takes up to "
            f"{trial.episodes * longest} steps, more than learner.num_steps ({learner.num_steps})",
        )
    if config.arm != "generalist" and config.specialists.partition == "clustered":
        reason = f"must be random or balanced: what {learner.title} makes of a step depends on its memory"
        yield ("specialists", "partition"), reason
    if config.arm != "generalist" and config.demonstrations.max_tries < (least := config.episodes_in_a_row):
        reason = f"must be at least {least}: demonstrations are recorded in whole trials"
        yield ("demonstrations", "max_tries"), reason


def can_plan(config: RunParts) -> Iterator[BrokenRule]:
    learner, suite = config.learner, config.suite
    if learner.plans and suite.reward_function is None:
        fitting = " or ".join(name for name, known in SUITES.items() if known.reward_function is not None)
        reason = f"{learner.title} plans with the suite's reward function, and {suite.name} has none"
        yield ("learner", "name"), f"{reason}; choose another learner, or the suite {fitting}"
    if learner.plans and config.arm != "generalist" and config.specialists.start == "clone_fresh_head":
        yield ("specialists", "start"), f"must be clone or scratch: {learner.title} plans, so it has no policy head"
    for name in ("history", "future") if learner.remembers == "episode" else ():
        if getattr(learner, name, 0) > suite.max_episode_steps:
            reason = f"must be at most {suite.max_episode_steps}: an episode of {suite.name} is not longer"
            yield ("learner", name), reason


def variations_can_be_compared(config: RunParts) -> Iterator[BrokenRule]:
    learner, variations = config.learner, len(config.suite.training_variations())
    if learner.compares_variations and variations < 2:
        yield (
            ("learner", "name"),
            f"{learner.title} needs at least two training variations, because it learns how they differ; the suite has "
            f"{counted(variations, 'variation')}",
        )
