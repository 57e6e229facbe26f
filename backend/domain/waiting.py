"""Messages about what queued jobs are waiting for: which live workers can run them, and which cannot. Pure."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from gsl.backend.domain.suites import install_command
from gsl.protocol.dispatch import SCRIPT, TRAINER, Ability, Need, meets

T = TypeVar("T", bound=Ability)
FOR_SCRIPT = "waiting for its script"
_NAMED = 5  # workers listed at most; a cluster has hundreds


class Named(Ability, Protocol):
    """What this module needs to know about a worker."""

    name: str
    trouble: str | None


def workers_of(live: Sequence[T]) -> list[T]:
    """Without the programs that run nothing themselves, and start workers when jobs wait."""
    return [worker for worker in live if worker.suites]


def able(need: Need, live: Sequence[Named]) -> list[str]:
    """Names of the workers that can run such jobs."""
    return sorted(worker.name for worker in live if meets(worker, need))


def waits_for(need: Need, live: Sequence[Named]) -> str:
    """Example: waiting for a worker with maniskill; live workers: a (forkmaze, procgen)."""
    if need.suite == SCRIPT:
        return FOR_SCRIPT
    text = f"waiting for a worker with {need}"
    if able(need, live):
        return text
    return "; ".join([text, _described(live) if workers_of(live) else "no live workers", *_starters(live)])


def refusal(need: Need, live: Sequence[Named]) -> str:
    """Why such jobs cannot run, and what to do about it."""
    if need.video and able(need._replace(video=False), live):
        return f"no live worker can make videos of {need.suite}; {_described(live)}"
    if able(Need(need.suite), live):
        return f"no live worker with {need.suite} has the label {need.label}; {_described(live)}"
    return f"no live worker can run {need.suite}; {_described(live)}{_remedy(need.suite)}"


def _remedy(needed: str) -> str:
    if needed.startswith(TRAINER):
        return f"; declare it in the file that GSL_TRAINERS names on a worker, as [{needed.removeprefix(TRAINER)}]"
    command = install_command(needed)
    return f"; on a worker's machine, run: {command}" if command else ""


def stuck(need: Need, live: Sequence[Named]) -> str:
    """Why such jobs that were queued a while ago have not started, and what to do about it."""
    if workers_of(live):
        return f"Jobs are waiting, but {refusal(need, live)}"
    remedy = "; ".join(_starters(live)) or "see the log of a worker, or start one"
    return f"Jobs of {need.suite} are waiting, but no worker is live; {remedy}."


def _described(live: Sequence[Named]) -> str:
    named = sorted(workers_of(live), key=lambda worker: worker.name)
    shown = ", ".join(f"{worker.name} ({_having(worker)})" for worker in named[:_NAMED])
    return f"live workers: {shown}" + (f" and {len(named) - _NAMED} more" if len(named) > _NAMED else "")


def _starters(live: Sequence[Named]) -> list[str]:
    """Example: gsl-worker (gsl slurm) starts none: sbatch ended with code 1."""
    named = sorted((one for one in live if not one.suites), key=lambda one: one.name)
    return [f"{one.name} starts none: {one.trouble}" if one.trouble else f"{one.name} starts workers" for one in named]


def _having(worker: Ability) -> str:
    """Example: forkmaze, procgen; labels a100, fast."""
    suites = ", ".join(worker.suites) or "no suites"
    return f"{suites}; labels {', '.join(worker.labels)}" if worker.labels else suites
