"""The gate: its evidence, its proposal, and the checks of an edited proposal."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from gsl.config.errors import counted
from gsl.config.run import RunConfig
from gsl.config.step_budget import demonstration_floor, specialist_floor
from gsl.method.partition import split
from gsl.method.score import score
from gsl.method.selection import Ranking, rank
from gsl.phases.budget import segment_training, specialist_steps, training_on
from gsl.phases.state import GateOpening, Proposal, ReasonAsked, RunState, Segment
from gsl.protocol.reports import VariationReturn
from gsl.seeds import derive


def open_specialists_gate(
    config: RunConfig, state: RunState, segment: Segment, gain: float | None
) -> GateOpening | None:
    """The gate after a segment's evaluation; None if the remaining budget is too small for one specialist.

    `gain` is the score gained by the previous cycle, if there was one and both evaluations measured something.
    """
    ranking = _ranking(config, state, segment)
    proposal = _proposal(config, state, segment, ranking)
    if proposal is None:
        return None
    why = _why(segment, gain)
    if config.learner.is_tracked:
        why += "; every variation is measured by its newest training episodes"
    if left_out := all_left_out(config, state, segment):
        why += f"; {left_out}; the lowest variations are proposed anyway"
    if (rounds := state.rounds_of(segment.evaluation)).wholeness == "cut":
        why += f"; the evaluation was cut to {rounds.played} of {rounds.asked} rounds to fit the budget"
    if ranking.unmeasured:
        why += f"; {counted(len(ranking.unmeasured), 'variation')} finished no episode in the evaluation"
    if hopeless := _hopeless(ranking, proposal):
        why += f"; {hopeless} of the proposed variations neither succeeded nor improved in training"
    return _opening(config, state, segment, ranking, proposal, why, "specialists")


def all_left_out(config: RunConfig, state: RunState, segment: Segment) -> str:
    """A sentence if the threshold leaves no variation for specialists, with the setting to change; otherwise empty."""
    threshold, ranking = config.specialists.leave_out_at, _ranking(config, state, segment)
    left = ranking.below(threshold, config.suite.score)
    if left.estimates or left.unmeasured:
        return ""
    return f"every variation scores at least specialists.leave_out_at ({threshold:g}), so none is left to specialise on"


def open_too_few_gate(
    config: RunConfig, state: RunState, segment: Segment, succeeded: Sequence[int], decision: Proposal
) -> GateOpening:
    """Asks a person, even in auto mode, whether to continue with the specialists numbered `succeeded`."""
    why = (
        f"only {len(succeeded)} of {len(decision.partition)} specialists succeeded; "
        f"specialists.min_share requires {config.specialists.min_share:.0%}"
    )
    left = Proposal(tuple(decision.partition[i - 1] for i in succeeded), decision.specialist_steps, decision.start)
    ranking = _ranking(config, state, segment)
    return _opening(config, state, segment, ranking, left, why, "too_few_specialists")


def wrong_edits(config: RunConfig, edited: Proposal, left_steps: int) -> Iterator[tuple[str, str]]:
    """Each field of an edited proposal that cannot be approved, with what would be valid.

    `left_steps` is the run's total minus what it has spent.
    """
    yield from _wrong_partition(config, edited.partition)
    lowest = 0 if edited.start == "scratch" else config.specialists.lowest_steps
    epoch = config.learner.batch_size
    least = specialist_floor(config, max((len(part) for part in edited.partition), default=1))
    if edited.specialist_steps < least:
        rungs = config.specialists.rungs
        parts = f"in each of {rungs} rungs, " if rungs > 1 else ""
        yield "specialist_steps", f"must be at least {least}: {parts}one epoch and one evaluation round"
    available = left_steps - epoch - demonstration_floor(config) - lowest
    needed = len(edited.partition) * edited.specialist_steps
    if needed > available:
        most = max(0, available) // max(1, len(edited.partition))
        yield (
            "specialist_steps",
            f"must be at most {most}: {counted(len(edited.partition), 'specialist')} with {edited.specialist_steps} "
            f"steps each need {needed}, but {max(0, available)} are left besides demonstrations and fine-tuning",
        )


def gain_of(config: RunConfig, before: Sequence[VariationReturn], after: Sequence[VariationReturn]) -> float | None:
    """By how much the score rose; None if one of the evaluations measured nothing."""
    scores = score(config.suite, before), score(config.suite, after)
    return None if scores[0] is None or scores[1] is None else scores[1] - scores[0]


def _why(segment: Segment, gain: float | None) -> str:
    if segment.job.kind == "finetune":
        gained = "" if gain is None else f" and gained {gain:+.3f}"
        return f"the generalist was fine-tuned in cycle {segment.cycle - 1}{gained}"
    if segment.job.outcome == "plateau":
        return "the generalist reached a plateau"
    return "the generalist used its budget without reaching a plateau"


def _opening(
    config: RunConfig,
    state: RunState,
    segment: Segment,
    ranking: Ranking,
    proposal: Proposal,
    why: str,
    reason_asked: ReasonAsked,
) -> GateOpening:
    estimates = ranking.estimates
    successes = [e.success_rate for e in estimates if e.success_rate is not None]
    return GateOpening(
        segment=segment.number,
        cycle=segment.cycle,
        mode=config.gate.mode if reason_asked == "specialists" else "ask",
        reason_asked=reason_asked,
        fired="plateau" if segment.job.outcome == "plateau" else "budget",
        why=why,
        generalist=segment.job.key,
        evaluation=segment.evaluation,
        estimates=estimates,
        mean_return=fmean(e.mean_return for e in estimates) if estimates else 0.0,
        success_rate=fmean(successes) if successes else None,
        proposal=proposal,
        spent_steps=state.spent,
        left_steps=max(0, config.budget.total_steps - state.spent),
        rounds=state.rounds_of(segment.evaluation),
        continue_steps=segment_training(config, state, segment.cycle) if reason_asked == "specialists" else 0,
        training_on=training_on(config, state, segment.cycle) if reason_asked == "specialists" else None,
    )


def _ranking(config: RunConfig, state: RunState, segment: Segment) -> Ranking:
    """A fresh evaluation of the policy at the gate, lowest variation first."""
    returns = state.evaluations.get(segment.evaluation, ())
    chosen, seed = config.specialists, derive(config.seed, "selection", segment.cycle, segment.number)
    return rank(
        config.suite.training_variations(), returns, chosen.selection, chosen.confidence, seed,
        state.history, config.suite.score,
    )  # fmt: skip


def _proposal(config: RunConfig, state: RunState, segment: Segment, ranking: Ranking) -> Proposal | None:
    """The specialists; in arm `generalist_low` a single one with the variations and steps of all of them."""
    count, steps = specialist_steps(config, state)
    if count == 0:
        return None
    left = ranking.below(config.specialists.leave_out_at, config.suite.score)
    if not (left.estimates or left.unmeasured):
        left = ranking
    lowest = left.lowest(count * config.specialists.variations_each)
    count = min(count, -(-len(lowest) // config.specialists.variations_each))
    if config.arm == "generalist_low":
        return Proposal((tuple(sorted(lowest)),), count * steps, config.specialists.start)
    returns = {estimate.variation: estimate.mean_return for estimate in ranking.estimates}
    seed = derive(config.seed, "partition", segment.cycle, segment.number)
    features = state.features.get(segment.evaluation, {})
    partition = split(lowest, count, config.specialists.partition, returns, seed, features)
    return Proposal(partition, steps, config.specialists.start)


def _hopeless(ranking: Ranking, proposal: Proposal) -> int:
    """Number of proposed variations whose outlook is hopeless."""
    chosen = {variation for part in proposal.partition for variation in part}
    return sum(e.outlook == "hopeless" and e.variation in chosen for e in ranking.estimates)


def _wrong_partition(config: RunConfig, partition: Sequence[Sequence[int]]) -> Iterator[tuple[str, str]]:
    training = set(config.suite.training_variations())
    seen: set[int] = set()
    if not partition:
        yield "partition", "must contain at least one specialist"
    for index, part in enumerate(partition):
        field = f"partition.{index}"
        if not part:
            yield field, f"specialist {index + 1} needs at least one variation; otherwise remove the specialist"
        for variation in part:
            if variation not in training:
                yield field, f"{variation} is not a training variation of this run"
            elif variation in seen:
                yield field, f"variation {variation} already belongs to another specialist"
            seen.add(variation)
