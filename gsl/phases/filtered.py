"""Demonstrations of which the filter left nothing: what a person reads, and could change."""

from collections.abc import Sequence

from gsl.config.run import RunConfig
from gsl.phases.branch import Branch
from gsl.phases.state import JobView

_NAMED = 5


def unshown(config: RunConfig, branches: Sequence[Branch], generalist: JobView | None) -> list[str]:
    """A warning for each who demonstrates some variation with no episode at all, and what would let one through."""
    warnings = []
    for branch in branches:
        if branch.demonstrations is not None:
            warnings += _missing(f"specialist {branch.index}", branch.demonstrations, advice(config))
    if generalist is not None:
        warnings += _missing("the generalist", generalist, "raise demonstrations.max_tries, or ask for none of it")
    return warnings


def advice(config: RunConfig) -> str:
    """What would let episodes of specialists through."""
    other = (
        "choose demonstrations.filter return" if config.demonstrations.filter == "success"
        else "choose demonstrations.filter success" if config.suite.has_success
        else "none returned more than the generalist does"
    )  # fmt: skip
    return f"train longer (specialists.steps), raise demonstrations.max_tries, or {other}"


def _missing(who: str, job: JobView, what_to_change: str) -> list[str]:
    """Of which variations the job kept no episode; nothing where it kept some of each, or nobody knows."""
    empty = [count for count in job.demonstrated or () if not count.kept]
    if job.status != "succeeded" or not empty:
        return []
    names = ", ".join(str(count.variation) for count in empty[:_NAMED])
    names += f" and {len(empty) - _NAMED} more" if len(empty) > _NAMED else ""
    shown = f"{who} demonstrates {'variation' if len(empty) == 1 else 'variations'} {names} with"
    tried = sum(count.tried for count in empty)
    if not tried:
        return [f"{shown} no episode, for none fitted into its budget: raise budget.total_steps"]
    return [f"{shown} none of {tried} episodes, which the filter refused: {what_to_change}"]
