"""What would follow an approval: the jobs that planning itself creates for a decision, each using all of its budget.

So what a person is told before deciding is what the state machine then does, at most. Pure.
"""

from collections.abc import Sequence
from dataclasses import replace

from gsl.config.run import RunConfig
from gsl.phases.keys import BEFORE_EVALUATION
from gsl.phases.plan import plan
from gsl.phases.state import GateView, JobView, Proposal, RunState
from gsl.protocol.jobs import JobSpec

_MOST_STEPS = 10
"""Of planning within a cycle: lowest variations, specialists, demonstrations, fine-tuning, and what follows it."""


def jobs_after(config: RunConfig, state: RunState, gate: GateView, decision: Proposal) -> tuple[JobSpec, ...]:
    """Those of the gate's cycle until its fine-tuning, if the gate were approved so.

    Rungs count as one job for each specialist: halving divides what the specialists may spend, and adds nothing.
    """
    single = config.specialists.model_copy(update={"rungs": 1})
    config = config.model_copy(update={"specialists": single})
    state = _approved(state, gate, decision)
    found: list[JobSpec] = []
    for _ in range(_MOST_STEPS):
        new = plan(config, state).jobs
        if not new or _measures_only(new):
            break
        found += [job for job in new if job.kind != "evaluation"]
        state = replace(state, jobs=(*state.jobs, *map(_spent, new)))
    return tuple(found)


def _approved(state: RunState, gate: GateView, decision: Proposal) -> RunState:
    decided = replace(gate, status="approved", action="approve", decision=decision)
    return replace(state, desired_state="run", gates=tuple(decided if one == gate else one for one in state.gates))


def _measures_only(new: Sequence[JobSpec]) -> bool:
    """Whether the cycle is over: the next evaluation is that of another cycle, or the last one."""
    return any(job.kind == "evaluation" and job.key != BEFORE_EVALUATION for job in new)


def _spent(job: JobSpec) -> JobView:
    return JobView(job.key, job.kind, "succeeded", budget=job.budget_steps, spent=job.budget_steps, attempt=1)
