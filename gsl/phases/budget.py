"""How many environment steps each job may spend, so that the jobs of a run never exceed its total."""

from collections.abc import Sequence

from gsl.config.rules import demonstration_floor, longest_evaluation, specialist_floor
from gsl.config.run import RunConfig
from gsl.phases.state import RunState


def free_steps(config: RunConfig, state: RunState) -> int:
    """Steps that are neither spent nor promised to a job nor kept for the last evaluation."""
    return max(0, config.budget.total_steps - state.committed - config.evaluation_reserve)


def segment_steps(config: RunConfig, state: RunState) -> int:
    """Budget of the generalist's next segment; less than an epoch means that no segment is left.

    What is left of its share, or another share once that is used up, but no more than leaves an evaluation after it.
    """
    affordable = free_steps(config, state)
    if config.arm == "generalist":
        return affordable
    share = config.budget.generalist_steps
    used = sum(job.spent for job in state.jobs if job.kind == "generalist")
    left_of_share = share - used % share
    wanted = left_of_share if left_of_share >= config.learner.batch_size else share
    return min(wanted, affordable - config.evaluation_reserve)


def evaluation_steps(config: RunConfig, state: RunState) -> int:
    """Budget of the evaluation before the gate: its longest possible length, the specialists' share left alone."""
    free = free_steps(config, state)
    specialists = config.specialists.count * config.specialists.steps
    spare = free - specialists - config.learner.batch_size - demonstration_floor(config)
    return min(free, longest_evaluation(config), max(spare, config.evaluation_reserve))


def specialist_steps(config: RunConfig, state: RunState) -> tuple[int, int]:
    """How many specialists can be afforded (at most as many as are configured) and the steps of each; (0, 0): none."""
    epoch = config.learner.batch_size
    affordable = free_steps(config, state) - epoch - demonstration_floor(config)
    count = min(config.specialists.count, max(0, affordable) // specialist_floor(config))
    return (count, min(config.specialists.steps, affordable // count)) if count else (0, 0)


def demonstration_steps(config: RunConfig, pool: int, variations: Sequence[int], unplanned: int) -> int:
    """Budget of one demonstrations job: the share of its variations in what is left for all `unplanned` ones.

    Never more than every allowed try at its longest.
    """
    longest = config.demonstrations.max_tries * len(variations) * config.suite.max_episode_steps
    return min(longest, pool * len(variations) // max(1, unplanned))


def demonstration_pool(config: RunConfig, state: RunState, planned_specialists: int = 0) -> int:
    """Steps for the demonstrations still to plan: at most half of what fine-tuning and they have left together.

    `planned_specialists` are the steps of specialists planned in the same breath.
    """
    demonstrations = [job for job in state.jobs if job.kind == "demonstrations"]
    promised = sum(job.committed for job in demonstrations)
    rest = free_steps(config, state) - planned_specialists - config.learner.batch_size + promised
    pool = max(rest // 2, min(rest, demonstration_floor(config)))
    return max(0, min(pool, rest) - promised)
