"""The specification of each job: its variations, the checkpoint it starts from, and its budget."""

from statistics import fmean
from typing import Any

import numpy as np

from gsl.config.run import RunConfig
from gsl.method.selection import shrunk_means
from gsl.phases import keys
from gsl.phases.state import Continuation, JobView, Proposal, Segment
from gsl.protocol.jobs import (
    ORIGIN,
    CheckpointSource,
    JobKind,
    JobSpec,
    Phase,
    Start,
    TeacherSource,
    VideoWork,
)
from gsl.protocol.reports import VariationReturn
from gsl.seeds import derive


def first_generalist(config: RunConfig, budget: int, forked: bool) -> JobSpec:
    """Plain training on all variations, from scratch or from where another run was."""
    source = CheckpointSource(job=ORIGIN) if forked else None
    return _segment(config, 1, 1, source, budget, 0)


def generalist(config: RunConfig, before: Segment, budget: int, start_steps: int) -> JobSpec:
    """A further segment of plain training, which resumes where the previous one ended."""
    source = CheckpointSource(job=before.job.key)
    return _segment(config, before.cycle, before.number + 1, source, budget, start_steps)


def _segment(
    config: RunConfig, cycle: int, number: int, source: CheckpointSource | None, budget: int, start_steps: int
) -> JobSpec:
    return _spec(
        config,
        keys.generalist(cycle, number),
        "generalist",
        "generalist",
        cycle=cycle,
        budget_steps=budget,
        start_steps=start_steps,
        stop_at_plateau=config.arm != "generalist",
        source=source,
        start="resume" if source else "scratch",
        evaluations_count=False,
    )


def evaluation(config: RunConfig, cycle: int, key: str, source: CheckpointSource, budget: int) -> JobSpec:
    """Fresh episodes of every training variation, from which specialists are selected, and of the held-out sample."""
    return _spec(
        config, key, "evaluation", "evaluation", cycle=cycle, budget_steps=budget, source=source, start="resume"
    )


def measurement(config: RunConfig, cycle: int, key: str, source: CheckpointSource) -> JobSpec:
    """The same, always whole and without selecting anything: it has no budget and does not count towards the total."""
    return _spec(
        config, key, "evaluation", "evaluation", cycle=cycle, source=source, start="resume", evaluations_count=False
    )


def lowest(
    config: RunConfig, cycle: int, source: CheckpointSource, decision: Proposal, budget: int, start_steps: int
) -> JobSpec:
    """Pi^g_low (Jia et al. 2022, line 6): the generalist trained on all variations that specialists then get."""
    return _spec(
        config,
        keys.lowest(cycle),
        "specialist",
        "specialists",
        cycle=cycle,
        variations=tuple(sorted(variation for part in decision.partition for variation in part)),
        held_out=(),
        budget_steps=budget,
        start_steps=start_steps,
        source=source,
        start="clone",
    )


def specialist(
    config: RunConfig, cycle: int, index: int, variations: tuple[int, ...], steps: int, rung: int,
    source: CheckpointSource | None, start: Start, start_steps: int,
) -> JobSpec:  # fmt: skip
    """Specialist `index`, from 1, in one rung; there is only one rung unless specialists are halved."""
    return _spec(
        config,
        keys.specialist(cycle, index, rung),
        "specialist",
        "specialists",
        cycle=cycle,
        index=index,
        variations=variations,
        held_out=(),
        budget_steps=steps,
        start_steps=start_steps,
        stop_at_plateau=config.specialists.stop_at_plateau,
        source=source,
        start=start,
    )


def specialists(
    config: RunConfig, cycle: int, source: CheckpointSource, decision: Proposal, start_steps: int
) -> tuple[JobSpec, ...]:
    """One job per set of variations, with the steps of the first rung; all start at the same point of the schedule."""
    steps = decision.specialist_steps // config.specialists.rungs
    begins = None if decision.start == "scratch" else source
    return tuple(
        specialist(config, cycle, index, part, steps, 1, begins, decision.start, start_steps)
        for index, part in enumerate(decision.partition, start=1)
    )


def demonstrations(
    config: RunConfig,
    cycle: int,
    index: int,
    variations: tuple[int, ...],
    source: CheckpointSource,
    returns: tuple[VariationReturn, ...],
    budget: int,
) -> JobSpec:
    """Recorded episodes of specialist `index`, or of the generalist (0); `returns` are the generalist's evaluation.

    With the return filter, a specialist's episode must exceed the generalist's shrunk mean. The measured mean would be
    biased: it selected the lowest variations, so nearly two thirds of an unchanged policy's episodes there exceed it.
    The generalist's own episodes must reach the shrunk mean or the measured one, whichever is lower.
    """
    by_return = config.demonstrations.filter == "return"
    return _spec(
        config,
        keys.demonstrations(cycle, index),
        "demonstrations",
        "specialists",
        cycle=cycle,
        index=index,
        variations=variations,
        held_out=(),
        budget_steps=budget,
        source=source,
        start="clone",
        thresholds=_thresholds(variations, returns, own=index == 0) if by_return else {},
    )


def _thresholds(variations: tuple[int, ...], returns: tuple[VariationReturn, ...], *, own: bool) -> dict[int, float]:
    """By variation; an unmeasured variation gets the mean of all. Empty if nothing was measured."""
    shrunk = shrunk_means(returns)
    if not shrunk:
        return {}
    middle = fmean(shrunk.values())
    thresholds = {variation: shrunk.get(variation, middle) for variation in variations}
    if own:
        measured = {entry.variation: entry.mean_return for entry in returns if entry.mean_return is not None}
        thresholds = {v: min(threshold, measured.get(v, threshold)) for v, threshold in thresholds.items()}
    return thresholds


def finetune(
    config: RunConfig,
    cycle: int,
    source: CheckpointSource,
    demonstration_keys: tuple[str, ...],
    teachers: tuple[TeacherSource, ...],
    budget: int,
    start_steps: int,
) -> JobSpec:
    """The generalist resumes on all variations with demonstrations or teachers; with neither it trains as before."""
    return _spec(
        config,
        keys.finetune(cycle),
        "finetune",
        "finetune",
        cycle=cycle,
        budget_steps=budget,
        start_steps=start_steps,
        source=source,
        start="resume",
        demonstrations=demonstration_keys,
        teachers=teachers,
        evaluations_count=False,
    )


def continued(
    config: RunConfig, more: Continuation, cycle: int, policy: JobView, budget: int, start_steps: int
) -> JobSpec:
    """The run's last policy trains on, on all variations and without a guide, as a job of the kind that trained it.

    Schedules are where they would be in a run that had been launched with the new total.
    """
    total = config.budget.model_copy(update={"total_steps": more.total_steps})
    kind: JobKind = "finetune" if policy.kind == "finetune" else "generalist"
    return _spec(
        config.model_copy(update={"budget": total}),
        keys.continued(more.number),
        kind,
        "finetune" if kind == "finetune" else "generalist",
        cycle=cycle,
        budget_steps=budget,
        start_steps=start_steps,
        source=CheckpointSource(job=policy.key),
        start="resume",
        evaluations_count=False,
    )


def video(
    config: RunConfig, key: str, phase: Phase, cycle: int, index: int, shown: VideoWork, variation: int, seed: int
) -> JobSpec:
    """Episodes that somebody wants to watch. Not part of any plan; `phase`, `cycle` and `index` are those of the job
    whose checkpoint is shown."""
    held_out = variation in config.suite.held_out_variations()
    return JobSpec(
        key=key,
        kind="video",
        phase=phase,
        cycle=cycle,
        index=index,
        config=config,
        variations=() if held_out else (variation,),
        held_out=(variation,) if held_out else (),
        seed=seed,
        start="clone",
        evaluations_count=False,
        video=shown,
    )


def checkpoint_of(config: RunConfig, job: JobView) -> CheckpointSource:
    """Where specialists and fine-tuning start: the job's last checkpoint, or with `rewind` the start of its plateau."""
    rewound = config.plateau.rewind and job.outcome == "plateau"
    return CheckpointSource(job=job.key, which="plateau" if rewound else "last")


def held_out_sample(config: RunConfig) -> tuple[int, ...]:
    """The held-out variations to evaluate, the same in every evaluation of a run."""
    available = config.suite.held_out_variations()
    rng = np.random.default_rng(derive(config.seed, "held_out"))
    chosen = rng.permutation(len(available))[: config.evaluation.held_out_sample]
    return tuple(sorted(available[i] for i in chosen))


def _spec(config: RunConfig, key: str, kind: JobKind, phase: Phase, **fields: Any) -> JobSpec:
    whole = {"variations": config.suite.training_variations(), "held_out": held_out_sample(config)}
    seed = derive(config.seed, key)
    return JobSpec(key=key, kind=kind, phase=phase, config=config, seed=seed, **{**whole, **fields})
