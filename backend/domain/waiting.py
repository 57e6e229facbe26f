"""Messages about what queued jobs are waiting for: which live workers have the suite, and which do not. Pure."""

from collections.abc import Sequence
from typing import Protocol

from gsl.backend.domain.suites import install_command

_NAMED = 5  # workers listed at most; a cluster has hundreds


class HasSuites(Protocol):
    """What this module needs to know about a worker."""

    name: str
    suites: list[str]


def able(suite: str, live: Sequence[HasSuites]) -> list[str]:
    """Names of the workers that have the suite."""
    return sorted(worker.name for worker in live if suite in worker.suites)


def waits_for(suite: str, live: Sequence[HasSuites]) -> str:
    """Example: waiting for a worker with maniskill; live workers: a (forkmaze, procgen)."""
    text = f"waiting for a worker with {suite}"
    if able(suite, live):
        return text
    return f"{text}; {_described(live)}" if live else f"{text}; no live workers"


def refusal(suite: str, live: Sequence[HasSuites]) -> str:
    """Why a run of the suite cannot be launched, and what to do about it."""
    command = install_command(suite)
    remedy = f"; on a worker's machine, run: {command}" if command else ""
    return f"no live worker can run {suite}; {_described(live)}{remedy}"


def stuck(suite: str, live: Sequence[HasSuites]) -> str:
    """Why jobs of the suite that were queued a while ago have not started, and what to do about it."""
    if live:
        return f"Jobs are waiting, but {refusal(suite, live)}"
    return f"Jobs of {suite} are waiting, but no worker is live; see the log of a worker, or start one."


def _described(live: Sequence[HasSuites]) -> str:
    named = sorted(live, key=lambda worker: worker.name)
    shown = ", ".join(f"{worker.name} ({', '.join(worker.suites) or 'no suites'})" for worker in named[:_NAMED])
    return f"live workers: {shown}" + (f" and {len(named) - _NAMED} more" if len(named) > _NAMED else "")
