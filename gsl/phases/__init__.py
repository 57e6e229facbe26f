"""The phases of a run: a pure function from its jobs and gates to the next jobs and the status."""

from gsl.phases.gate import wrong_edits
from gsl.phases.plan import hold, plan
from gsl.phases.state import Continuation, GateOpening, GateView, JobView, Plan, Proposal, RunState, ScriptView

__all__ = [
    "Continuation", "GateOpening", "GateView", "JobView", "Plan", "Proposal", "RunState", "ScriptView", "hold", "plan",
    "wrong_edits",
]  # fmt: skip
