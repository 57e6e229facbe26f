"""How many environment steps each job may spend, so that the jobs of a run never exceed its total.

Of the total, the generalist has its share, each cycle has its specialists' (and pi^g_low's) and the evaluation that
selects them, and what is left beside all that the cycles share evenly for their demonstrations and fine-tuning. Where
something went otherwise, as when a gate sent the generalist back to training, later cycles shrink. Measurements, as the
last evaluation, have no budget: they stand outside the total.
"""

from collections.abc import Sequence

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
from gsl.phases.state import RunState


def free_steps(config: RunConfig, state: RunState) -> int:
    """Steps that are neither spent nor promised to a job."""
    return max(0, config.budget.total_steps - state.committed)


def segment_steps(config: RunConfig, state: RunState, cycle: int) -> int:
    """Budget of the generalist's next segment; less than an epoch means that no segment is left.

    What is left of its share in this cycle, or another share once that is used up, but no more than leaves an
    evaluation after it.
    """
    affordable = free_steps(config, state)
    if config.arm == "generalist":
        return affordable
    share = config.budget.generalist_steps
    mine = [job for job in state.jobs if job.kind == "generalist" and keys.place_of(job.key)[0] == cycle]
    left_of_share = share - sum(job.spent for job in mine) % share
    wanted = left_of_share if left_of_share >= config.learner.batch_size else share
    return min(wanted, affordable - evaluation_reserve(config))


def segment_training(config: RunConfig, state: RunState, cycle: int) -> int:
    """Steps that the generalist's next segment trains at most: the whole epochs of its budget."""
    epoch = config.learner.batch_size
    return max(0, segment_steps(config, state, cycle)) // epoch * epoch


def evaluation_steps(config: RunConfig, state: RunState, cycle: int) -> int:
    """Budget of the evaluation before the cycle's gate: its longest, but no cycle's specialists are touched.

    What it takes beyond its share comes from fine-tuning; its first round runs whole whatever is left.
    """
    free, training = free_steps(config, state), len(config.suite.training_variations())
    share, later = evaluation_reserve(config), _later(config, cycle)
    spare = free - (later + 1) * (_specialists(config) + _cycle_floor(config)) - later * share
    wanted = min(free, longest_evaluation(config, training), max(spare, share))
    return max(wanted, round_steps(config, training))


def another_cycle_fits(config: RunConfig, state: RunState) -> bool:
    """Whether what is free evaluates, trains one specialist, demonstrates and fine-tunes once more."""
    least = evaluation_reserve(config) + _specialist_floor(config) + _cycle_floor(config)
    return free_steps(config, state) >= least


def specialist_steps(config: RunConfig, state: RunState) -> tuple[int, int]:
    """How many specialists can be afforded (at most as many as are configured) and the steps of each; (0, 0): none."""
    affordable = free_steps(config, state) - _cycle_floor(config) - config.specialists.lowest_steps
    count = min(config.specialists.count, max(0, affordable) // _specialist_floor(config))
    return (count, min(config.specialists.steps, affordable // count)) if count else (0, 0)


def lowest_steps(config: RunConfig, state: RunState, planned_specialists: int) -> int:
    """Budget of the generalist's training on the lowest variations; 0: it is not wanted, or nothing is left for it.

    `planned_specialists` are the steps of the specialists that follow.
    """
    affordable = free_steps(config, state) - planned_specialists - _cycle_floor(config)
    steps = min(config.specialists.lowest_steps, affordable)
    lowest = config.specialists.count * config.specialists.variations_each
    return steps if steps >= rung_floor(config, lowest) else 0


def demonstration_steps(config: RunConfig, pool: int, variations: Sequence[int], unplanned: int) -> int:
    """Budget of one demonstrations job: the share of its variations in what is left for all `unplanned` ones.

    Never more than every allowed try at its longest.
    """
    longest = config.demonstrations.max_tries * len(variations) * config.suite.max_episode_steps
    return min(longest, pool * len(variations) // max(1, unplanned))


def demonstration_pool(config: RunConfig, state: RunState, cycle: int, planned_specialists: int = 0) -> int:
    """Steps for the cycle's demonstrations still to plan: at most half of what fine-tuning and they have together.

    `planned_specialists` are the steps of specialists planned in the same breath.
    """
    promised = _demonstrated(state, cycle)
    free = free_steps(config, state) - planned_specialists + promised
    rest = _share(config, free, cycle) - config.learner.batch_size
    pool = max(rest // 2, min(rest, demonstration_floor(config)))
    return max(0, min(pool, rest) - promised)


def finetune_steps(config: RunConfig, state: RunState, cycle: int) -> int:
    """Budget of the cycle's fine-tuning; less than an epoch means that there is none."""
    free, demonstrated = free_steps(config, state), _demonstrated(state, cycle)
    wanted = config.cycles.finetune_steps
    if wanted is None or cycle >= config.cycles.count:
        wanted = _share(config, free + demonstrated, cycle) - demonstrated
    return min(wanted, free) if wanted >= config.learner.batch_size else free


def _share(config: RunConfig, free: int, cycle: int) -> int:
    """What this cycle's demonstrations and fine-tuning have together of `free` steps.

    Evenly shared with the later cycles, beside whose evaluations and specialists; where that leaves too little for
    each, those give way.
    """
    later = _later(config, cycle)
    beside = free - later * (_specialists(config) + evaluation_reserve(config))
    enough = beside >= (later + 1) * _cycle_floor(config)
    return (beside if enough else free) // (later + 1)


def _demonstrated(state: RunState, cycle: int) -> int:
    """Steps of the cycle's demonstrations, spent or promised."""
    prefix = keys.demonstrations(cycle, 0)[:-1]
    return sum(job.committed for job in state.jobs if job.key.startswith(prefix))


def _later(config: RunConfig, cycle: int) -> int:
    return max(0, config.cycles.count - cycle)


def _specialists(config: RunConfig) -> int:
    """Steps of a cycle's specialists, and of the generalist on the lowest variations before them."""
    return config.specialists.count * config.specialists.steps + config.specialists.lowest_steps


def _specialist_floor(config: RunConfig) -> int:
    """Fewest steps of one that has as many variations as each is meant to have."""
    return specialist_floor(config, config.specialists.variations_each)


def _cycle_floor(config: RunConfig) -> int:
    """Fewest steps of a cycle's demonstrations and fine-tuning."""
    return config.learner.batch_size + demonstration_floor(config)
