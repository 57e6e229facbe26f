"""The specification of each job: what it works on, where it starts from, what it may spend."""

from typing import Any

import numpy as np

from gsl.config.run import RunConfig
from gsl.jobs import CheckpointSource, JobKind, JobSpec, Phase
from gsl.phases.state import JobView, Proposal
from gsl.reports import VariationReturn
from gsl.seeds import derive

CYCLE = 1  # one round of generalist, specialists and fine-tuning; the number is already part of keys and rows


def generalist(config: RunConfig, segment: int, budget: int) -> JobSpec:
    """A segment of plain training on all variations; each but the first goes on where the one before it ended."""
    source = CheckpointSource(job=f"generalist-{segment - 1}") if segment > 1 else None
    return _spec(
        config,
        f"generalist-{segment}",
        "generalist",
        "generalist",
        budget_steps=budget,
        stop_at_plateau=config.arm == "gsl",
        source=source,
        start="resume" if source else "scratch",
    )


def evaluation(config: RunConfig, key: str, source: CheckpointSource, budget: int) -> JobSpec:
    """Fresh episodes of every training variation and the held-out sample."""
    return _spec(config, key, "evaluation", "evaluation", budget_steps=budget, source=source, start="resume")


def specialists(config: RunConfig, source: CheckpointSource, decision: Proposal) -> tuple[JobSpec, ...]:
    """One job for each set of variations, numbered from 1."""
    return tuple(
        _spec(
            config,
            f"specialist-{CYCLE}-{index}",
            "specialist",
            "specialists",
            index=index,
            variations=part,
            held_out=(),
            budget_steps=decision.specialist_steps,
            stop_at_plateau=config.specialists.stop_at_plateau,
            source=None if decision.start == "scratch" else source,
            start=decision.start,
        )
        for index, part in enumerate(decision.partition, start=1)
    )


def demonstrations(
    config: RunConfig,
    index: int,
    variations: tuple[int, ...],
    source: CheckpointSource,
    returns: tuple[VariationReturn, ...],
    budget: int,
) -> JobSpec:
    """Recorded episodes of specialist `index`, or of the generalist (0); `returns` are its evaluated ones.

    With the return filter a kept episode must reach the generalist's mean; a variation that was not measured has no
    threshold.
    """
    means = {entry.variation: entry.mean_return for entry in returns if entry.mean_return is not None}
    wanted = set(variations) if config.demonstrations.filter == "return" else set()
    return _spec(
        config,
        f"demonstrations-{CYCLE}-{index}",
        "demonstrations",
        "specialists",
        index=index,
        variations=variations,
        held_out=(),
        budget_steps=budget,
        source=source,
        start="clone",
        thresholds={variation: mean for variation, mean in means.items() if variation in wanted},
    )


def finetune(config: RunConfig, source: CheckpointSource, demonstration_keys: tuple[str, ...], budget: int) -> JobSpec:
    """The plateaued generalist goes on with all variations, now with demonstrations (none: as plain training)."""
    return _spec(
        config,
        f"finetune-{CYCLE}",
        "finetune",
        "finetune",
        budget_steps=budget,
        source=source,
        start="resume",
        demonstrations=demonstration_keys,
    )


def checkpoint_of(config: RunConfig, job: JobView) -> CheckpointSource:
    """Where specialists and fine-tuning start: the job's last checkpoint, or with `rewind` where its plateau began."""
    rewound = config.plateau.rewind and job.outcome == "plateau"
    return CheckpointSource(job=job.key, which="plateau" if rewound else "last")


def held_out_sample(config: RunConfig) -> tuple[int, ...]:
    """The same held-out variations in every evaluation of a run."""
    available = config.suite.held_out_variations()
    rng = np.random.default_rng(derive(config.seed, "held_out"))
    chosen = rng.permutation(len(available))[: config.evaluation.held_out_sample]
    return tuple(sorted(available[i] for i in chosen))


def _spec(config: RunConfig, key: str, kind: JobKind, phase: Phase, **fields: Any) -> JobSpec:
    whole = {"variations": config.suite.training_variations(), "held_out": held_out_sample(config), "cycle": CYCLE}
    seed = derive(config.seed, key)
    return JobSpec(key=key, kind=kind, phase=phase, config=config, seed=seed, **{**whole, **fields})
