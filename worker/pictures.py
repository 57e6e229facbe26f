"""Pictures of what a policy does, for suites that can draw one."""

from pathlib import Path

from gsl.config.suites import ForkMazeSuite
from gsl.jobs import JobSpec
from worker.evaluation import Evaluated


def draw_policy(spec: JobSpec, learner: Evaluated, path: Path) -> bool:
    """Write an SVG of the policy's paths; False where the suite has no such picture."""
    return False
