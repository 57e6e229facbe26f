"""The phases of a run: given its jobs and gates, which jobs come next, which status."""

from gsl.phases.gate import wrong_edits
from gsl.phases.plan import plan
from gsl.phases.state import GateOpening, GateView, JobView, Plan, Proposal, RunState

__all__ = ["GateOpening", "GateView", "JobView", "Plan", "Proposal", "RunState", "plan", "wrong_edits"]
