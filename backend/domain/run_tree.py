"""The tree of a run: its steps in order, with what each led to. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from gsl.backend.domain.run_steps import Step
from gsl.backend.domain.run_tree_jobs import branches, by_script, of_jobs, spread
from gsl.backend.domain.run_tree_parts import Parts, joint, known_sum
from gsl.protocol.api import Origin, PhaseProgress
from gsl.protocol.api.tree import TreeNode

_TITLES: Mapping[str, str] = {
    "generalist": "Generalist", "evaluation": "Evaluation", "gate": "Gate", "specialists": "Specialists",
    "finetune": "Fine-tuning", "final_evaluation": "Last evaluation", "continuation": "Continued training",
}  # fmt: skip


def tree_of(parts: Parts) -> list[TreeNode]:
    """Where it continues from, then its steps, grouped by cycle if there are several; the last evaluation closes,
    and what it was continued by follows."""
    first = [] if parts.origin is None else [_origin(parts.origin)]
    cycles = {step.cycle for step, _ in parts.steps}
    grouped: dict[int, list[TreeNode]] = {}
    last: list[TreeNode] = []
    for step, progress in parts.steps:
        place = last if step.name in ("final_evaluation", "continuation") else grouped.setdefault(step.cycle, [])
        place.append(_step(parts, step, progress))
    if len(cycles) > 1:
        return [*first, *(_cycle(cycle, nodes) for cycle, nodes in grouped.items()), *last]
    return [*first, *(node for nodes in grouped.values() for node in nodes), *last]


def _origin(origin: Origin) -> TreeNode:
    run = f"run {origin.run_id}" if origin.run_id is not None else f"“{origin.run_name}”, which is deleted"
    detail = f"{origin.job} at epoch {origin.epoch:,}, after {origin.steps:,} steps"
    return TreeNode(
        key="origin", kind="origin", title=f"Continues from {run}", cycle=1, state="done", detail=detail,
        run_id=origin.run_id,
    )  # fmt: skip


def _cycle(cycle: int, children: Sequence[TreeNode]) -> TreeNode:
    best = max((node for node in children if node.best is not None), key=lambda node: node.best or 0.0, default=None)
    return TreeNode(
        key=f"cycle-{cycle}", kind="cycle", title=f"Cycle {cycle}", cycle=cycle, number=cycle,
        state=joint([node.state for node in children]), spent_steps=sum(node.spent_steps for node in children),
        budget_steps=sum(node.budget_steps for node in children), eta_seconds=_left(children),
        measurement_steps=sum(node.measurement_steps for node in children),
        best=best and best.best, best_of=f"{best.title}, {best.best_of}" if best else "",
        critical=any(node.critical for node in children), children=tuple(children),
    )  # fmt: skip


def _step(parts: Parts, step: Step, progress: PhaseProgress) -> TreeNode:
    """With its plateaus, specialists and forks."""
    jobs = [parts.jobs[job.id] for job in step.jobs]
    waits = progress.state in ("pending", "active") and step.name != "gate"  # a person takes as long as they like
    node = TreeNode(
        key=f"{step.name}-{step.cycle}-{step.segment}", kind=step.name, cycle=step.cycle, number=step.segment,
        title=_TITLES[step.name] + (f" {step.segment}" if step.segment > 1 else ""),
        state="cancelled" if progress.state == "skipped" and step.begun else progress.state,
        spent_steps=progress.spent_steps, budget_steps=progress.budget_steps,
        measurement_steps=sum(job.measurement_steps for job in jobs),
        eta_seconds=progress.eta_seconds if waits else None, critical=any(job.key in parts.critical for job in jobs),
    )  # fmt: skip
    if step.name == "gate":
        return node.model_copy(update=_of_gate(parts, step))
    if step.name == "specialists":
        found = (*branches(parts, step.cycle, jobs), *(by_script(parts, run) for run in parts.by_script))
        return node.model_copy(update={"spread": spread(found), "children": found})
    return node.model_copy(update=of_jobs(parts, jobs))


def _of_gate(parts: Parts, step: Step) -> dict[str, Any]:
    asked = (gate for gate in parts.gates if not gate.too_few)
    found = next((gate for gate in asked if (gate.cycle, gate.segment) == (step.cycle, step.segment)), None)
    return {} if found is None else {"gate_id": found.id, "detail": found.said}


def _left(nodes: Sequence[TreeNode]) -> float | None:
    """Time left of steps that follow one another."""
    return known_sum(
        [node.eta_seconds for node in nodes if node.state in ("pending", "active") and node.kind != "gate"]
    )
