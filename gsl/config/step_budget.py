"""Environment steps that evaluations, specialists and demonstrations may take or need at least.

Only evaluations that select something count; measurements have no budget.
"""

from gsl.config.parts import RunParts


def round_steps(config: RunParts, variations: int) -> int:
    """The most that one round of an evaluation takes: a trial of each variation, all episodes up to the time limit.

    Nothing in a run that is tracked, which is measured by its newest training episodes.
    """
    if config.learner.is_tracked:
        return 0
    return variations * config.trial.evaluated * config.suite.max_episode_steps


def affordable_rounds(config: RunParts, variations: int, max_steps: int | None) -> int:
    """Rounds of an evaluation: as many as asked for, or as certainly fit into `max_steps`; at least one."""
    asked = config.evaluation.episodes
    return asked if max_steps is None else max(1, min(asked, max_steps // round_steps(config, variations)))


def longest_evaluation(config: RunParts, variations: int) -> int:
    """The most that a whole evaluation takes: every episode of every round runs into the time limit."""
    return config.evaluation.episodes * round_steps(config, variations)


def evaluation_reserve(config: RunParts) -> int:
    """What a cycle reserves for the evaluation before its gate: the longest one, but at most a tenth of the total.

    At least one round, which always runs whole. Steps beyond the reserve come from fine-tuning.
    """
    variations = len(config.suite.training_variations())
    affordable = min(longest_evaluation(config, variations), config.budget.total_steps // 10)
    return max(round_steps(config, variations), affordable)


def specialist_reserve(config: RunParts, variations: int, budget: int) -> int:
    """What a specialist reserves of its `budget` for its last evaluation: the longest one, but at most a fifth.

    At least one round, which always runs whole.
    """
    return max(round_steps(config, variations), min(longest_evaluation(config, variations), budget // 5))


def job_floor(config: RunParts, variations: int, training: int) -> int:
    """Fewest steps of a specialist's job that trains so many: those, and what its last evaluation then reserves."""
    fifth_of_both = (training - 1) // 4
    return training + max(round_steps(config, variations), min(longest_evaluation(config, variations), fifth_of_both))


def rung_floor(config: RunParts, variations: int) -> int:
    """Fewest steps of a specialist's job: one epoch, and what the last evaluation reserves of such a budget."""
    return job_floor(config, variations, config.learner.batch_size)


def specialist_floor(config: RunParts, variations: int) -> int:
    """Fewest steps of a specialist: one job in each rung."""
    return config.specialists.rungs * rung_floor(config, variations)


def specialist_training(config: RunParts, variations: int, budget: int) -> int:
    """Steps of a specialist's job with this budget that go into training, in whole epochs, if it has one evaluation."""
    epoch = config.learner.batch_size
    return max(0, budget - specialist_reserve(config, variations, budget)) // epoch * epoch


def another_epoch_from(config: RunParts, variations: int, steps: int) -> int:
    """Fewest steps of a specialist with which each of its jobs trains one epoch more than with these steps."""
    trained = specialist_training(config, variations, steps // config.specialists.rungs)
    return config.specialists.rungs * job_floor(config, variations, trained + config.learner.batch_size)


def demonstration_floor(config: RunParts) -> int:
    """Steps reserved for demonstrations: one trial up to the time limit of each demonstrated variation, if any."""
    if config.guide.learns_from != "demonstrations" or config.demonstrations.record == "history":
        return 0
    if config.learner.is_tracked:
        return 0
    lowest = config.specialists.count * config.specialists.variations_each
    rest = len(config.suite.training_variations()) - lowest
    demonstrated = lowest + (rest if config.demonstrations.generalist_per_variation else 0)
    return demonstrated * config.episodes_in_a_row * config.suite.max_episode_steps
