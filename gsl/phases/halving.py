"""Successive halving over the specialists of a cycle: steps go where they teach.

After Jamieson and Talwalkar 2016, "Non-stochastic best arm identification". The steps of all specialists together are
dealt in equal parts, one a rung. After each rung the half that gained most goes on from where it stopped; a specialist
that gained nothing stops whatever its place, and one that is solved needs no more. Those that go on get the steps of
those that stop, so that all together never spend more than was approved. A gain is the score of the specialist's own
last evaluation minus that of the policy it started as: a clone's is the gate's evidence on the same variations, and one
that started with a fresh policy head or from scratch could do nothing.
"""

from collections.abc import Sequence
from math import ceil
from statistics import fmean

from gsl.config.step_budget import rung_floor
from gsl.method.score import score
from gsl.phases import jobs
from gsl.phases.branch import Branch
from gsl.phases.gate import gain_of
from gsl.phases.round import Round
from gsl.protocol.jobs import CheckpointSource, JobSpec
from gsl.protocol.reports import VariationReturn


def next_rung(this: Round) -> tuple[JobSpec, ...]:
    """The jobs of the next rung once all of this one ended; none where nobody goes on."""
    chosen = _chosen(this)
    each = _steps_each(this, len(chosen))
    return tuple(
        jobs.specialist(
            this.config, this.cycle, branch.index, branch.variations, each, branch.rung + 1,
            CheckpointSource(job=branch.specialist.key), "resume", this.start_of(branch.index),
        )
        for branch in chosen
    )  # fmt: skip


def promised_steps(this: Round) -> int:
    """Steps of later rungs that no job holds yet."""
    if _last_rung_began(this) or (_rung_ended(this) and not _chosen(this)):
        return 0
    return _left(this)


def has_trained(this: Round, branch: Branch) -> bool:
    """Whether the specialist ended well and no further rung follows for it."""
    if branch.specialist.status != "succeeded":
        return False
    if _last_rung_began(this) or branch.rung < _rung(this) or branch.specialist.outcome == "solved":
        return True
    return _rung_ended(this) and branch not in _chosen(this)


def rung_message(this: Round) -> str:
    """Which rung the specialists are in; empty where there is only one."""
    rungs = this.config.specialists.rungs
    return f"rung {_rung(this)} of {rungs}: " if rungs > 1 else ""


def _chosen(this: Round) -> tuple[Branch, ...]:
    """Who goes on after the rung that just ended: by gain, at most half, as many as can be given an epoch."""
    if _last_rung_began(this) or not _rung_ended(this):
        return ()
    here = [branch for branch in this.branches if branch.rung == _rung(this)]
    open_ones = [b for b in here if b.specialist.status == "succeeded" and b.specialist.outcome != "solved"]
    gains = {branch.index: _gain(this, branch) for branch in open_ones}
    moving = sorted((b for b in open_ones if gains[b.index] > 0), key=lambda b: -gains[b.index])
    largest = max(len(branch.variations) for branch in this.branches)
    most = min(ceil(len(here) / 2), _part(this) // rung_floor(this.config, largest))
    return tuple(sorted(moving[:most], key=lambda branch: branch.index))


def _steps_each(this: Round, count: int) -> int:
    return _part(this) // count if count else 0


def _part(this: Round) -> int:
    """What the next rung may spend: an equal part of what is left for it and those after it."""
    return _left(this) // max(1, this.config.specialists.rungs - _rung(this))


def _left(this: Round) -> int:
    """What was approved for all specialists together, less what their jobs spent or hold."""
    held = sum(job.committed for branch in this.branches for job in this.rungs_of(branch.index))
    return max(0, len(this.approved.partition) * this.approved.specialist_steps - held)


def _rung(this: Round) -> int:
    return max(branch.rung for branch in this.branches)


def _last_rung_began(this: Round) -> bool:
    return _rung(this) >= this.config.specialists.rungs


def _rung_ended(this: Round) -> bool:
    return all(branch.specialist.ended for branch in this.branches)


def _gain(this: Round, branch: Branch) -> float:
    """By score; by mean return where the suite has no score. A specialist that nobody measured gained nothing."""
    before = [entry for entry in this.returns if entry.variation in branch.variations]
    after = this.state.evaluations.get(branch.specialist.key, ())
    anew = this.approved.start != "clone"
    gain = score(this.config.suite, after) if anew else gain_of(this.config, before, after)
    if gain is None:
        means = [_mean_return(before), _mean_return(after)]
        gain = 0.0 if means[0] is None or means[1] is None else means[1] - means[0]
    return gain


def _mean_return(returns: Sequence[VariationReturn]) -> float | None:
    means = [entry.mean_return for entry in returns if entry.mean_return is not None]
    return fmean(means) if means else None
