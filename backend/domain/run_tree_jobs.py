"""Nodes of a run's tree that jobs make: specialists, demonstrations, plateaus, forks, what runs beside. Pure."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from gsl.backend.domain.run_tree_parts import AskedGate, Fork, Parts, joint, known_sum
from gsl.phases import keys
from gsl.protocol.api import JobPublic, PlateauPublic
from gsl.protocol.api.runs import SpecialistRun
from gsl.protocol.api.tree import NodeKind, NodeState, Spread, TreeNode
from gsl.protocol.jobs import ENDED

_STATES: Mapping[str, NodeState] = {
    "queued": "pending", "running": "active", "lost": "active", "paused": "active", "succeeded": "done",
    "failed": "failed", "cancelled": "cancelled",
}  # fmt: skip


def branches(parts: Parts, cycle: int, jobs: Sequence[JobPublic]) -> tuple[TreeNode, ...]:
    """The generalist on all the lowest variations, each specialist with its demonstrations, and what runs beside."""
    trained = [job for job in jobs if job.kind != "demonstrations"]
    shown = [job for job in jobs if job.kind == "demonstrations"]
    indices = dict.fromkeys(job.index for job in trained)
    trees = [
        _branch(parts, [job for job in trained if job.index == index], [job for job in shown if job.index == index > 0])
        for index in indices
    ]
    alone = [_demonstrations(parts, job) for job in shown if job.index == 0]
    beside = [job for job in parts.jobs.values() if job.key == keys.BEFORE_EVALUATION and job.cycle == cycle]
    measured = [node(parts, "measurement", "Policy at the gate, measured again", [job]) for job in beside]
    asked = (_question(gate) for gate in parts.gates if gate.too_few and gate.cycle == cycle)
    return (*trees, *alone, *measured, *asked)


def _branch(parts: Parts, trained: Sequence[JobPublic], shown: Sequence[JobPublic]) -> TreeNode:
    """A specialist: its rungs are one node. While rungs are to come, the time left is not known."""
    number, cycle = trained[0].index, trained[0].cycle
    kind: NodeKind = "specialist" if number else "lowest"
    title = f"Specialist {number}" if number else "Generalist on all the lowest"
    made = node(parts, kind, title, trained)
    more = {"variations": trained[0].variations, "key": f"{kind}-{cycle}-{number}"}
    known = not number or len(trained) == parts.rungs
    children = (*(_demonstrations(parts, job) for job in shown), *made.children)
    return made.model_copy(update={**more, "eta_seconds": made.eta_seconds if known else None, "children": children})


def _demonstrations(parts: Parts, job: JobPublic) -> TreeNode:
    title = "Demonstrations" if job.index else "Demonstrations of the generalist"
    made = node(parts, "demonstrations", title, [job])
    return made.model_copy(update={"detail": parts.kept.get(job.id, made.detail), "best": None, "best_of": ""})


def _question(gate: AskedGate) -> TreeNode:
    return TreeNode(
        key=f"gate-{gate.id}", kind="question", title="Too few specialists succeeded", cycle=gate.cycle,
        state="active" if gate.is_open else "done", detail=gate.said, gate_id=gate.id,
    )  # fmt: skip


def spread(nodes: Sequence[TreeNode]) -> Spread | None:
    """How the specialists among these nodes compare; None if there are none yet."""
    specialists = [node for node in nodes if node.kind == "specialist"]
    if not specialists:
        return None
    values = [node.best for node in specialists if node.best is not None]
    return Spread(
        specialists=len(specialists), done=sum(node.state == "done" for node in specialists),
        worst=min(values, default=None), median=median(values) if values else None, best=max(values, default=None),
    )  # fmt: skip


def node(parts: Parts, kind: NodeKind, title: str, jobs: Sequence[JobPublic]) -> TreeNode:
    """Of jobs that follow one another."""
    left = [job.eta_seconds if job.budget_steps else None for job in jobs if job.status not in ENDED]
    return TreeNode(
        key=f"{kind}-{jobs[0].cycle}-{jobs[0].index}", kind=kind, title=title, cycle=jobs[0].cycle,
        number=jobs[0].index, state=joint([_STATES[job.status] for job in jobs]),
        spent_steps=sum(job.steps for job in jobs), budget_steps=sum(job.budget_steps for job in jobs),
        measurement_steps=sum(job.measurement_steps for job in jobs), eta_seconds=known_sum(left),
        critical=any(job.key in parts.critical for job in jobs),
    ).model_copy(update=of_jobs(parts, jobs))  # fmt: skip


def of_jobs(parts: Parts, jobs: Sequence[JobPublic]) -> dict[str, Any]:
    """What jobs that follow one another add to their node: why they wait or ended, results, plateaus and forks."""
    ids, last = [job.id for job in jobs], jobs[-1] if jobs else None
    found = [parts.best[job.id] for job in jobs if job.id in parts.best]
    best = max(found, key=lambda each: each.value, default=None)
    plateaus = (_plateau(row, parts.jobs[row.job_id].cycle) for row in parts.plateaus if row.job_id in ids)
    forks = (_fork(fork) for fork in parts.forks if fork.job in {job.key for job in jobs})
    return {
        "jobs": tuple(ids), "detail": _said(last) if last else "", "best": best and best.value,
        "best_of": best.of if best else "", "children": (*plateaus, *forks),
    }  # fmt: skip


def _said(job: JobPublic) -> str:
    if job.status == "failed":
        return job.error.strip().splitlines()[-1] if job.error and job.error.strip() else job.message
    if job.status in ("paused", "lost"):
        return {"paused": "paused", "lost": "lost, is tried again"}[job.status]
    ended = f"ended by {job.outcome}" if job.outcome not in (None, "completed") else ""
    return ended if job.status in ENDED else job.activity


def _plateau(row: PlateauPublic, cycle: int) -> TreeNode:
    later = {True: ", rose later", False: ", did not rise later", None: ""}[row.rose_later]
    detail = f"since epoch {row.start_epoch:,}, detected at epoch {row.detected_epoch:,}{later}"
    return TreeNode(
        key=f"plateau-{row.id}", kind="plateau", title="Plateau", cycle=cycle, state="done", detail=detail,
        jobs=(row.job_id,),
    )  # fmt: skip


def by_script(parts: Parts, run: SpecialistRun) -> TreeNode:
    """A specialist that a script trains, in a run of its own, to which its steps belong."""
    result = run.score if parts.success else run.mean_return
    state: NodeState = "pending" if run.status == "queued" else _STATES.get(run.status, "active")
    return TreeNode(
        key=f"specialist-1-{run.number}", kind="specialist", title=f"Specialist {run.number}: run {run.run_id}",
        cycle=1, number=run.number, state=state, run_id=run.run_id, spent_steps=run.spent_steps,
        budget_steps=run.total_steps, best=result,
        best_of="" if result is None else "its newest episodes",
    )  # fmt: skip


def _fork(fork: Fork) -> TreeNode:
    return TreeNode(
        key=f"fork-{fork.run_id}", kind="fork", title=f"Fork: run {fork.run_id}", cycle=1, run_id=fork.run_id,
        state=_STATES.get(fork.status, "active"), spent_steps=fork.spent_steps, budget_steps=fork.total_steps,
        detail=f"from epoch {fork.epoch:,}",
    )  # fmt: skip
