"""Variations of a run: the list of them with ranks and clusters, and all that is known of one."""

from typing import Literal

from pydantic import Field

from gsl.protocol.api.base import Answer
from gsl.protocol.jobs import JobKind, JobStatus, Phase, Purpose
from gsl.protocol.reports import Outcome, Source


class VariationSummary(Answer):
    """One variation with its latest estimate of the run's own policy."""

    variation: int
    name: str
    held_out: bool
    rank: int | None = Field(
        description="By mean return among the training or the held-out variations; 1 is the lowest. Null if it has not "
        "been measured."
    )
    episodes: int
    mean_return: float | None
    success_rate: float | None
    cluster: int | None = Field(default=None, description="From 1, the cluster with the lowest mean return.")


class VariationsPublic(Answer):
    """All variations of a run, those trained on first, then the held-out ones that were measured."""

    measured: str = Field(description="What the estimates are of, for example `At the end`; empty if there are none.")
    source: Source | None = Field(description="Whether they are of training episodes or of an evaluation.")
    clustered_by: str = Field(default="", description="What the clusters were made from; empty without clusters.")
    items: tuple[VariationSummary, ...]


class VariationCurve(Answer):
    """The variation's episodes over one job, in order; a point pools `stretch` epochs and is named by the last one."""

    job_id: int
    job_key: str
    kind: JobKind
    source: Source
    stretch: int
    epochs: tuple[int, ...]
    steps: tuple[int, ...] = Field(description="Environment steps of the run.")
    episodes: tuple[int, ...]
    mean_return: tuple[float | None, ...]
    success_rate: tuple[float | None, ...]


class VariationEvidence(Answer):
    """What a gate saw of the variation, and what was decided about it."""

    gate_id: int
    cycle: int
    status: Literal["open", "approved", "rejected"]
    rank: int = Field(description="In the order in which the gate would select variations, from 1.")
    ranked: int = Field(description="How many variations the gate ranked.")
    episodes: int
    mean_return: float
    lower_bound: float
    upper_bound: float | None
    success_rate: float | None
    outlook: Literal["moving", "open", "hopeless"] | None
    proposed: int | None = Field(description="The specialist that was proposed for it, from 1; null if none was.")
    specialist: int | None = Field(description="The specialist that got it by the decision; null if none did.")


class VariationTrainer(Answer):
    """A job that trained on the variation and on at most a few others: a specialist, or one of its rungs."""

    job_id: int
    job_key: str
    cycle: int
    specialist: int = Field(description="From 1; 0 for the generalist on all the lowest variations.")
    status: JobStatus
    outcome: Outcome | None
    variations: int = Field(description="How many variations it trained on.")
    episodes: int = Field(description="Of the estimate; 0 if it has none of this variation.")
    mean_return: float | None
    success_rate: float | None
    source: Source | None = Field(description="What its estimate of this variation is of: evaluation, else training.")


class VariationDemonstrations(Answer):
    """Episodes of the variation that a job tried as demonstrations, and those that the filter kept."""

    job_id: int
    cycle: int
    specialist: int = Field(description="Whose policy; 0 for the generalist.")
    kept: int
    tried: int
    mean_return: float | None = Field(description="Of the kept episodes.")
    run_steps: int = Field(description="Steps the run had spent when the job was queued.")


class VariationChange(Answer):
    """What changed between the gate and the end."""

    metric: Literal["return", "success"]
    before: float
    after: float
    episodes_before: int
    episodes_after: int
    difference: float
    low: float | None = Field(description="Bounds of the difference; null if there are too few episodes.")
    high: float | None
    p_value: float | None = Field(description="Corrected for looking at all variations.")
    confidence: float
    verdict: Literal["gained", "forgotten", "no clear change"]
    fresh: bool = Field(description="Whether `before` was measured apart from what selected the variations.")
    final: bool = Field(description="Whether `after` is the last evaluation, or one during fine-tuning.")


class VariationSteps(Answer):
    """Environment steps spent on the variation."""

    phase: Phase
    purpose: Purpose
    steps: int
    exact: bool = Field(
        description="Whether the ledger says so, because the jobs had this variation alone. Otherwise the ledger's "
        "steps of the job are shared out by the lengths of the episodes that ended."
    )


class VariationPublic(VariationSummary):
    """All that a run knows of one variation."""

    ranked: int = Field(description="How many variations have a rank.")
    measured: str
    source: Source | None
    previous: int | None = Field(description="The variation with the rank before.")
    next: int | None
    curves: tuple[VariationCurve, ...]
    evidence: tuple[VariationEvidence, ...]
    trained_by: tuple[VariationTrainer, ...]
    demonstrations: tuple[VariationDemonstrations, ...]
    changes: tuple[VariationChange, ...]
    steps: tuple[VariationSteps, ...]
