"""How many environment steps each job may spend, so that the jobs of a run never exceed its total.

The generalist has its budget, each cycle has that of its specialists (and pi^g_low) and of the evaluation that selects
them, and the cycles divide the rest equally for demonstrations and fine-tuning. If something takes longer, for example
because a gate sent the generalist back to training, later cycles shrink. Measurements such as the final evaluation have
no budget and do not count towards the total.
"""

from collections.abc import Sequence
from dataclasses import replace

from gsl.config.run import RunConfig
from gsl.config.step_budget import (
    demonstration_floor,
    evaluation_reserve,
    longest_evaluation,
    round_steps,
    rung_floor,
    specialist_floor,
)
from gsl.phases import keys
from gsl.phases.state import JobView, RunState, TrainingOn


def free_steps(config: RunConfig, state: RunState) -> int:
    """Steps that are neither spent nor in a job's budget."""
    return max(0, config.budget.total_steps - state.committed)


def segment_steps(config: RunConfig, state: RunState, cycle: int) -> int:
    """Budget of the generalist's next segment; less than an epoch means that there is no further segment.

    The rest of its budget in this cycle, or the same budget again once that is used up, as far as the evaluation that
    follows remains affordable.
    """
    affordable = free_steps(config, state)
    if config.arm == "generalist":
        return affordable
    share = config.budget.generalist_steps
    mine = [job for job in state.jobs if job.kind == "generalist" and keys.place_of(job.key)[0] == cycle]
    left_of_share = share - sum(job.spent for job in mine) % share
    budget = left_of_share if left_of_share >= config.learner.batch_size else share
    return min(budget, affordable - evaluation_reserve(config))


def segment_training(config: RunConfig, state: RunState, cycle: int) -> int:
    """Most steps that the generalist's next segment can train: the whole epochs of its budget."""
    epoch = config.learner.batch_size
    return max(0, segment_steps(config, state, cycle)) // epoch * epoch


def training_on(config: RunConfig, state: RunState, cycle: int) -> TrainingOn | None:
    """What another segment of the generalist and its evaluation would cost; None if no epoch is affordable."""
    steps = segment_training(config, state, cycle)
    if not steps:
        return None
    spent = steps + evaluation_reserve(config)
    after = replace(state, jobs=(*state.jobs, JobView("", "generalist", "succeeded", budget=spent, spent=spent)))
    count, each = specialist_steps(config, after)
    return TrainingOn(steps, count, each, free_steps(config, after) - count * each)


def evaluation_steps(config: RunConfig, state: RunState, cycle: int) -> int:
    """Budget of the evaluation before the cycle's gate: the longest one that leaves all specialists their budget.

    Steps beyond its reserve come from fine-tuning; the first round always runs whole.
    """
    free, training = free_steps(config, state), len(config.suite.training_variations())
    reserve, later = evaluation_reserve(config), _later(config, cycle)
    spare = free - (later + 1) * (_specialists(config) + _cycle_floor(config)) - later * reserve
    budget = min(free, longest_evaluation(config, training), max(spare, reserve))
    return max(budget, round_steps(config, training))


def another_cycle_fits(config: RunConfig, state: RunState) -> bool:
    """Whether the free steps suffice for another evaluation, one specialist, its demonstrations and fine-tuning."""
    least = evaluation_reserve(config) + _specialist_floor(config) + _cycle_floor(config)
    return free_steps(config, state) >= least


def specialist_steps(config: RunConfig, state: RunState) -> tuple[int, int]:
    """How many of the configured specialists are affordable, and the steps of each; (0, 0) if none is."""
    affordable = free_steps(config, state) - _cycle_floor(config) - config.specialists.lowest_steps
    count = min(config.specialists.count, max(0, affordable) // _specialist_floor(config))
    return (count, min(config.specialists.steps, affordable // count)) if count else (0, 0)


def lowest_steps(config: RunConfig, state: RunState, planned_specialists: int) -> int:
    """Budget of the generalist's training on the lowest variations; 0 if it is not configured or not affordable.

    `planned_specialists` are the steps of the specialists that follow.
    """
    affordable = free_steps(config, state) - planned_specialists - _cycle_floor(config)
    steps = min(config.specialists.lowest_steps, affordable)
    lowest = config.specialists.count * config.specialists.variations_each
    return steps if steps >= rung_floor(config, lowest) else 0


def demonstration_steps(config: RunConfig, pool: int, variations: Sequence[int], unplanned: int) -> int:
    """Budget of one demonstrations job: the share of the pool for its variations among all `unplanned` ones.

    At most what all allowed tries can take. Histories were recorded while specialists learnt, so they cost nothing.
    """
    if config.demonstrations.record == "history":
        return 0
    longest = config.demonstrations.max_tries * len(variations) * config.suite.max_episode_steps
    return min(longest, pool * len(variations) // max(1, unplanned))


def demonstration_pool(config: RunConfig, state: RunState, cycle: int, planned_specialists: int = 0) -> int:
    """Steps for the cycle's unplanned demonstrations: at most half of what they and fine-tuning have together.

    `planned_specialists` are the steps of specialists planned at the same time.
    """
    committed = _demonstrated(state, cycle)
    free = free_steps(config, state) - planned_specialists + committed
    rest = _share(config, free, cycle) - config.learner.batch_size
    pool = max(rest // 2, min(rest, demonstration_floor(config)))
    return max(0, min(pool, rest) - committed)


def finetune_steps(config: RunConfig, state: RunState, cycle: int) -> int:
    """Budget of the cycle's fine-tuning; less than an epoch means that it is skipped."""
    free, demonstrated = free_steps(config, state), _demonstrated(state, cycle)
    budget = config.cycles.finetune_steps
    if budget is None or cycle >= config.cycles.count:
        budget = _share(config, free + demonstrated, cycle) - demonstrated
    return min(budget, free) if budget >= config.learner.batch_size else free


def _share(config: RunConfig, free: int, cycle: int) -> int:
    """What this cycle's demonstrations and fine-tuning together have of `free` steps.

    An equal share among this and the later cycles, after reserving the evaluations and specialists of later cycles;
    these are not reserved if that would leave too little for each share.
    """
    later = _later(config, cycle)
    unreserved = free - later * (_specialists(config) + evaluation_reserve(config))
    enough = unreserved >= (later + 1) * _cycle_floor(config)
    return (unreserved if enough else free) // (later + 1)


def _demonstrated(state: RunState, cycle: int) -> int:
    """Steps of the cycle's demonstrations, spent or in a job's budget."""
    prefix = keys.demonstrations(cycle, 0)[:-1]
    return sum(job.committed for job in state.jobs if job.key.startswith(prefix))


def _later(config: RunConfig, cycle: int) -> int:
    return max(0, config.cycles.count - cycle)


def _specialists(config: RunConfig) -> int:
    """Steps of a cycle's specialists, and of the generalist on the lowest variations before them."""
    return config.specialists.count * config.specialists.steps + config.specialists.lowest_steps


def _specialist_floor(config: RunConfig) -> int:
    """Fewest steps of a specialist with the configured number of variations."""
    return specialist_floor(config, config.specialists.variations_each)


def _cycle_floor(config: RunConfig) -> int:
    """Fewest steps of a cycle's demonstrations and fine-tuning."""
    return config.learner.batch_size + demonstration_floor(config)
