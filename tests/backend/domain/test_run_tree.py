"""The tree of runs in every state, which the state machine itself brought them to."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from gsl.backend.domain.run_progress import RunProgress, phases
from gsl.backend.domain.run_steps import GateProgress, JobProgress, steps_of
from gsl.backend.domain.run_tree import tree_of
from gsl.backend.domain.run_tree_parts import AskedGate, Best, Fork, Parts
from gsl.backend.store.jobs.status import PHASE_OF
from gsl.phases.ledger import Entry, critical_jobs, critical_path
from gsl.protocol.api import JobPublic, Origin, PlateauPublic
from gsl.protocol.api.tree import TreeNode
from gsl.protocol.jobs import ENDED
from tests.gsl.phases.runs import World, approved, at_the_gate, config_of, returns, through_specialists
from tests.gsl.phases.test_continuing import tuned

AT = datetime(2026, 1, 1, tzinfo=UTC)


def parts_of(world: World, **more: Any) -> Parts:
    ids = {key: number for number, key in enumerate(world.jobs, start=1)}
    jobs = {ids[key]: _public(world, key, ids[key]) for key in world.jobs}
    progress = RunProgress(
        world.config, world.plan.status, PHASE_OF.get(world.plan.status, "generalist"),
        jobs=tuple(_progress(world, key, ids[key]) for key in world.jobs), gates=tuple(_split(world)),
    )  # fmt: skip
    steps = steps_of(progress.config, progress.jobs, progress.gates)
    gates = [
        AskedGate(number, gate.cycle, gate.segment, gate.reason_asked != "specialists", gate.status == "open", "said")
        for number, gate in enumerate(world.gates, start=1)
    ]
    return Parts(
        tuple(zip(steps, phases(progress), strict=True)), jobs, critical_jobs(_entries(world)), gates,
        rungs=world.config.specialists.rungs, **more,
    )  # fmt: skip


def _public(world: World, key: str, number: int) -> JobPublic:
    view, spec = world.jobs[key], world.specs[key]
    nothing: dict[str, Any] = dict.fromkeys(
        ("worker", "device", "mean_return", "success_rate", "steps_per_second", "eta_seconds", "started_at", "ended_at")
    )
    return JobPublic(
        **nothing, id=number, run_id=1, key=key, kind=view.kind, phase=spec.phase, cycle=spec.cycle, index=spec.index,
        status=view.status, attempt=view.attempt, variations=spec.variations, budget_steps=view.budget, start_steps=0,
        steps=view.spent, measurement_steps=0, epochs=0, outcome=view.outcome, message="",
        error=f"Traceback\n{view.error}" if view.status == "failed" else None, created_at=AT,
    )  # fmt: skip


def _progress(world: World, key: str, number: int) -> JobProgress:
    view = world.jobs[key]
    return JobProgress(
        key, view.kind, view.status, world.specs[key].cycle, view.attempt, view.budget, view.spent, id=number
    )


def _split(world: World) -> Iterator[GateProgress]:
    for gate, opening in zip(world.gates, world.openings, strict=True):
        if gate.reason_asked == "specialists":
            split = gate.decision or opening.proposal
            yield GateProgress(gate.cycle, gate.segment, len(split.partition), split.specialist_steps)


def _entries(world: World) -> list[Entry]:
    """As the ledger has them: the last evaluation, and the one that measures again, only measure."""
    return [
        Entry(world.specs[key].phase, key, "measurement" if _measures(key) else "training", view.spent)
        for key, view in world.jobs.items()
        if view.spent
    ]


def _measures(key: str) -> bool:
    return key in ("evaluation-final", "evaluation-before", "evaluation-continued-1")


def flat(nodes: Sequence[TreeNode]) -> list[TreeNode]:
    return [found for node in nodes for found in (node, *flat(node.children))]


def named(nodes: Sequence[TreeNode]) -> dict[str, TreeNode]:
    return {node.key: node for node in flat(nodes)}


def new() -> World:
    world = World(config_of())
    world.advance()
    return world


def trains_on() -> World:
    world = at_the_gate()
    world.decide("continue")
    return world


def one_failed() -> World:
    world = approved(guide={"name": "dapg"})
    world.finish("specialist-1-2", "failed", None, spent=2048)
    world.finish("specialist-1-1", spent=4096)
    return world


def two_cycles() -> World:
    world = approved(cycles={"count": 2, "min_gain": None}, budget={"total_steps": 400_000})
    through_specialists(world)
    world.finish("finetune-1")
    return world


def cancelled() -> World:
    world = at_the_gate()
    world.desired_state = "cancel"
    world.advance()
    return world


def baseline() -> World:
    world = World(config_of(arm="generalist"))
    world.advance()
    world.finish("generalist-1")
    world.finish("evaluation-final", spent=300)
    return world


def lowest() -> World:
    world = approved(specialists={"lowest_steps": 8192})
    world.finish("lowest-1", spent=8192)
    return world


def whole() -> World:
    """With two rungs: the half of the specialists that gained most goes on."""
    world = approved(specialists={"count": 4, "rungs": 2, "steps": 24_576}, budget={"total_steps": 400_000})
    for place, key in enumerate(world.active("specialist")):
        world.evaluations[key] = returns(world.config, dict.fromkeys(world.specs[key].variations, 0.4 + place / 10))
    through_specialists(world)
    world.finish("finetune-1", spent=5000)
    world.finish("evaluation-final", spent=300)
    return world


def continued() -> World:
    world = tuned()
    world.go_on(10 * world.config.learner.batch_size)
    world.finish("continued-1")
    world.finish("evaluation-continued-1", spent=300)
    return world


SHAPES: dict[str, Callable[[], World]] = {
    "new": new, "at the gate": at_the_gate, "trains on": trains_on, "one failed": one_failed, "two cycles": two_cycles,
    "cancelled": cancelled, "baseline": baseline, "lowest first": lowest, "whole": whole,
    "continued": continued,
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_job_is_somewhere_and_the_critical_path_is_that_of_the_ledger(shape: str) -> None:
    world = SHAPES[shape]()
    parts = parts_of(world)
    nodes = flat(tree_of(parts))
    assert len({node.key for node in nodes}) == len(nodes)
    placed = [job for node in nodes for job in node.jobs]
    assert sorted(placed) == list(parts.jobs)
    on_path = sum(node.spent_steps for node in nodes if node.critical and node.jobs)
    assert on_path == critical_path(_entries(world))
    if world.plan.status in ENDED:
        assert {node.state for node in nodes} <= {"done", "failed", "skipped", "cancelled"}
        assert {node.eta_seconds for node in nodes} == {None}


def test_a_run_at_its_gate_waits_there() -> None:
    nodes = tree_of(parts_of(at_the_gate()))
    assert [(node.kind, node.state) for node in nodes] == [
        ("generalist", "done"), ("evaluation", "done"), ("gate", "active"), ("specialists", "pending"),
        ("finetune", "pending"), ("final_evaluation", "pending"),
    ]  # fmt: skip
    gate = nodes[2]
    assert (gate.gate_id, gate.detail, gate.eta_seconds, gate.critical) == (1, "said", None, False)
    assert (nodes[3].spread, nodes[3].children) == (None, ())


def test_training_on_is_another_generalist_and_another_gate() -> None:
    titles = [node.title for node in tree_of(parts_of(trains_on()))]
    assert titles[:6] == ["Generalist", "Evaluation", "Gate", "Generalist 2", "Evaluation 2", "Gate 2"]


def test_a_specialist_that_failed_says_why_and_only_the_longest_is_on_the_path() -> None:
    world = one_failed()
    nodes = named(tree_of(parts_of(world)))
    failed = nodes["specialist-1-2"]
    assert (failed.state, failed.detail, failed.critical) == ("failed", "specialist-1-2 broke", False)
    first = nodes["specialist-1-1"]
    assert (first.state, first.critical, first.spent_steps) == ("done", True, 4096)
    assert first.variations == world.specs["specialist-1-1"].variations
    assert [child.kind for child in first.children] in ([], ["demonstrations"])
    spread = nodes["specialists-1-1"].spread
    assert spread is not None
    assert (spread.done, spread.best) == (1, None)


def test_cycles_are_nodes_and_the_last_evaluation_closes_the_run() -> None:
    nodes = tree_of(parts_of(two_cycles()))
    assert [(node.title, node.state) for node in nodes] == [
        ("Cycle 1", "done"), ("Cycle 2", "active"), ("Last evaluation", "pending"),
    ]  # fmt: skip
    assert "generalist" not in [node.kind for node in nodes[1].children]
    assert nodes[0].spent_steps == sum(node.spent_steps for node in nodes[0].children) > 0


def test_what_a_run_was_continued_by_follows_its_last_evaluation() -> None:
    nodes = tree_of(parts_of(continued()))
    assert [(node.title, node.state) for node in nodes[-3:]] == [
        ("Last evaluation", "done"), ("Continued training", "done"), ("Last evaluation 2", "done"),
    ]  # fmt: skip
    assert (nodes[-2].critical, nodes[-2].best_of) == (True, "")


def test_a_cancelled_run_says_where_it_was_cancelled() -> None:
    states = [node.state for node in tree_of(parts_of(cancelled()))]
    assert states == ["done", "done", "cancelled", "skipped", "skipped", "skipped"]


def test_a_baseline_has_plateaus_but_no_gate() -> None:
    plateau = PlateauPublic(
        id=7, job_id=1, start_epoch=3, detected_epoch=1200, start_steps=1, detected_steps=2, value=0.5, best_later=0.5,
        margin=0.1, window=4, metric="return", created_at=AT, rose_later=True,
    )  # fmt: skip
    nodes = tree_of(parts_of(baseline(), plateaus=[plateau]))
    assert [node.kind for node in nodes] == ["generalist", "final_evaluation"]
    [shown] = nodes[0].children
    assert (shown.kind, shown.detail) == ("plateau", "since epoch 3, detected at epoch 1,200, rose later")


def test_forks_branch_off_where_their_policy_is_from_and_say_what_they_continue() -> None:
    fork = Fork(run_id=12, status="finetune", job="generalist-1", epoch=40, spent_steps=5, total_steps=90)
    origin = Origin(
        run_id=None, run_name="old", job="generalist-1", epoch=3, steps=1000, checkpoint_id=1, sha256="0" * 64
    )
    nodes = tree_of(parts_of(at_the_gate(), forks=[fork], origin=origin))
    assert (nodes[0].kind, nodes[0].run_id, nodes[0].title) == (
        "origin",
        None,
        "Continues from “old”, which is deleted",
    )
    [child] = nodes[1].children
    assert (child.kind, child.run_id, child.state, child.detail) == ("fork", 12, "active", "from epoch 40")


def test_specialists_are_compared_by_their_best_over_all_rungs() -> None:
    world = whole()
    ids = {key: number for number, key in enumerate(world.jobs, start=1)}
    second = [key for key in ids if key.startswith("specialist-") and key.count("-") == 3]
    best = {ids[f"specialist-1-{number}"]: Best(number / 10, "evaluation, epoch 8") for number in range(1, 5)}
    best[ids[second[0]]] = Best(1.0, "evaluation, epoch 16")
    nodes = named(tree_of(parts_of(world, best=best)))
    spread = nodes["specialists-1-1"].spread
    assert spread is not None
    assert (spread.specialists, spread.done, spread.best) == (4, 4, 1.0)
    assert spread.worst == (0.1 if second[0] != "specialist-1-1-2" else 0.2)
    resumed = nodes[second[0].rpartition("-")[0]]
    assert (len(resumed.jobs), resumed.best_of) == (2, "evaluation, epoch 16")
