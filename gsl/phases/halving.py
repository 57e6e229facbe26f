"""Successive halving over the specialists of a cycle: steps go to the specialists that improve.

After Jamieson and Talwalkar 2016, "Non-stochastic best arm identification". The steps of all specialists together are
divided equally among the rungs. After each rung the half with the largest gains continues; a specialist that gained
nothing stops regardless of its rank, and a solved one needs no more steps. Those that continue share the steps of those
that stopped, so that the total never exceeds what was approved. A gain is the score of the specialist's last evaluation
minus that of the policy it started from: for a clone that is the gate's evidence on the same variations; a specialist
with a fresh policy head or from scratch started with nothing.
"""

from math import ceil

from gsl.config.step_budget import rung_floor
from gsl.method.score import mean_return, score
from gsl.phases import jobs
from gsl.phases.approved_cycle import ApprovedCycle, Branch
from gsl.phases.gate import gain_of
from gsl.protocol.jobs import CheckpointSource, JobSpec


def next_rung(cycle: ApprovedCycle) -> tuple[JobSpec, ...]:
    """The jobs of the next rung once all jobs of this one have ended; empty if no specialist continues."""
    chosen = _chosen(cycle)
    each = _rung_steps(cycle) // len(chosen) if chosen else 0
    return tuple(
        jobs.specialist(
            cycle.config, cycle.number, branch.index, branch.variations, each, branch.rung + 1,
            CheckpointSource(job=branch.specialist.key), "resume", cycle.start_steps_of(branch.index),
        )
        for branch in chosen
    )  # fmt: skip


def reserved_steps(cycle: ApprovedCycle) -> int:
    """Steps of later rungs that are not in any job's budget yet."""
    if _last_rung_began(cycle) or (_rung_ended(cycle) and not _chosen(cycle)):
        return 0
    return _left(cycle)


def is_trained(cycle: ApprovedCycle, branch: Branch) -> bool:
    """Whether the specialist succeeded and has no further rung ahead."""
    if branch.specialist.status != "succeeded":
        return False
    if _last_rung_began(cycle) or branch.rung < _rung(cycle) or branch.specialist.outcome == "solved":
        return True
    return _rung_ended(cycle) and branch not in _chosen(cycle)


def rung_message(cycle: ApprovedCycle) -> str:
    """Which rung the specialists are in; empty if there is only one."""
    rungs = cycle.config.specialists.rungs
    return f"rung {_rung(cycle)} of {rungs}: " if rungs > 1 else ""


def _chosen(cycle: ApprovedCycle) -> tuple[Branch, ...]:
    """Who continues after the rung that just ended: by gain, at most half, and as many as can train an epoch."""
    if _last_rung_began(cycle) or not _rung_ended(cycle):
        return ()
    here = [branch for branch in cycle.branches if branch.rung == _rung(cycle)]
    unsolved = [b for b in here if b.specialist.status == "succeeded" and b.specialist.outcome != "solved"]
    gains = {branch.index: _gain(cycle, branch) for branch in unsolved}
    improving = sorted((b for b in unsolved if gains[b.index] > 0), key=lambda b: -gains[b.index])
    largest = max(len(branch.variations) for branch in cycle.branches)
    most = min(ceil(len(here) / 2), _rung_steps(cycle) // rung_floor(cycle.config, largest))
    return tuple(sorted(improving[:most], key=lambda branch: branch.index))


def _rung_steps(cycle: ApprovedCycle) -> int:
    """What the next rung may spend: an equal share of what is left for it and the rungs after it."""
    return _left(cycle) // max(1, cycle.config.specialists.rungs - _rung(cycle))


def _left(cycle: ApprovedCycle) -> int:
    """What was approved for all specialists together, minus what their jobs have spent or may still spend."""
    committed = sum(job.committed for branch in cycle.branches for job in cycle.rungs_of(branch.index))
    return max(0, len(cycle.decision.partition) * cycle.decision.specialist_steps - committed)


def _rung(cycle: ApprovedCycle) -> int:
    return max(branch.rung for branch in cycle.branches)


def _last_rung_began(cycle: ApprovedCycle) -> bool:
    return _rung(cycle) >= cycle.config.specialists.rungs


def _rung_ended(cycle: ApprovedCycle) -> bool:
    return all(branch.specialist.ended for branch in cycle.branches)


def _gain(cycle: ApprovedCycle, branch: Branch) -> float:
    """In score, or in mean return if the suite has no score; 0 for a specialist without an evaluation."""
    before = [entry for entry in cycle.returns if entry.variation in branch.variations]
    after = cycle.state.evaluations.get(branch.specialist.key, ())
    is_clone = cycle.decision.start == "clone"
    gain = gain_of(cycle.config, before, after) if is_clone else score(cycle.config.suite, after)
    if gain is None:
        means = [mean_return(before), mean_return(after)]
        gain = 0.0 if means[0] is None or means[1] is None else means[1] - means[0]
    return gain
