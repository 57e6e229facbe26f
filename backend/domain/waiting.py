"""For whom queued jobs wait, in words: which live workers have the suite, and what there is instead. Pure."""

from collections.abc import Sequence
from typing import Protocol

from backend.domain.suites import install_command

_NAMED = 5  # workers at most; a cluster has hundreds


class HasSuites(Protocol):
    """A worker as far as this matters."""

    name: str
    suites: list[str]


def able(suite: str, live: Sequence[HasSuites]) -> list[str]:
    """Names of the workers that have the suite."""
    return sorted(worker.name for worker in live if suite in worker.suites)


def waits_for(suite: str, live: Sequence[HasSuites]) -> str:
    """As: waits for a worker with maniskill; live: a (forkmaze, procgen)."""
    text = f"waits for a worker with {suite}"
    if able(suite, live):
        return text
    return f"{text}; {_described(live)}" if live else f"{text}; no worker is live"


def refusal(suite: str, live: Sequence[HasSuites]) -> str:
    """Why a run of the suite is not taken, and what would be right."""
    command = install_command(suite)
    remedy = f"; on a worker's machine: {command}" if command else ""
    return f"no live worker can run {suite}; {_described(live)}{remedy}"


def _described(live: Sequence[HasSuites]) -> str:
    named = sorted(live, key=lambda worker: worker.name)
    shown = ", ".join(f"{worker.name} ({', '.join(worker.suites) or 'no suite'})" for worker in named[:_NAMED])
    return f"live: {shown}" + (f" and {len(named) - _NAMED} more" if len(named) > _NAMED else "")
