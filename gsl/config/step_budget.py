"""What evaluations that count may take, in environment steps; those from which nothing is selected have no budget."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gsl.config.run import RunConfig


def round_steps(config: "RunConfig", variations: int) -> int:
    """One round of an evaluation, an episode of each variation, in which all run into their time limit."""
    return variations * config.suite.max_episode_steps


def longest_evaluation(config: "RunConfig", variations: int) -> int:
    """All rounds of an evaluation in which every episode runs into its time limit."""
    return config.evaluation.episodes * round_steps(config, variations)


def evaluation_share(config: "RunConfig") -> int:
    """What a cycle keeps for the evaluation before its gate: its longest, but at most a tenth of the run's total.

    At least one round, which always runs whole. What it takes beyond this comes from fine-tuning.
    """
    variations = len(config.suite.training_variations())
    wanted = min(longest_evaluation(config, variations), config.budget.total_steps // 10)
    return max(round_steps(config, variations), wanted)


def specialist_reserve(config: "RunConfig", variations: int, budget: int) -> int:
    """What a specialist keeps of its `budget` for its last evaluation: its longest, but at most a fifth.

    At least one round, which always runs whole.
    """
    return max(round_steps(config, variations), min(longest_evaluation(config, variations), budget // 5))


def rung_floor(config: "RunConfig", variations: int) -> int:
    """Fewest steps of a specialist's job: one epoch, beside what its last evaluation keeps of that."""
    epoch = config.learner.batch_size
    fifth_of_both = (epoch - 1) // 4
    return epoch + max(round_steps(config, variations), min(longest_evaluation(config, variations), fifth_of_both))


def specialist_floor(config: "RunConfig", variations: int) -> int:
    """Fewest steps of a specialist: of a job in each rung."""
    return config.specialists.rungs * rung_floor(config, variations)


def specialist_training(config: "RunConfig", variations: int, budget: int) -> int:
    """Steps that a specialist's job with this budget trains: whole epochs, where it is evaluated at its end alone."""
    epoch = config.learner.batch_size
    return max(0, budget - specialist_reserve(config, variations, budget)) // epoch * epoch
