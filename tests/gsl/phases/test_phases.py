"""The state machine: every way through a run, and random ones."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsl.phases import Plan, Proposal, plan, wrong_edits
from gsl.protocol.jobs import ENDED
from tests.gsl.phases.runs import World, approved, at_the_gate, config_of, returns, stir, through_specialists


def test_the_whole_way() -> None:
    world = World(config_of())
    assert (world.advance().status, world.active()) == ("queued", ["generalist-1"])
    spec = world.specs["generalist-1"]
    assert (spec.budget_steps, spec.stop_at_plateau, spec.start, spec.source) == (49_152, True, "scratch", None)
    assert world.finish("generalist-1", outcome="plateau").status == "evaluation"
    assert world.finish("evaluation-1").status == "awaiting_approval"
    assert world.active() == []
    assert world.openings[0].proposal.partition in (((0,), (1,)), ((1,), (0,)))
    assert world.decide("approve").status == "specialists"
    assert world.active() == ["specialist-1-1", "specialist-1-2", "demonstrations-1-0"]
    assert world.specs["demonstrations-1-0"].variations == (2, 3)
    assert world.finish("specialist-1-2").status == "specialists"
    assert world.specs["demonstrations-1-2"].variations == world.specs["specialist-1-2"].variations
    through_specialists(world)
    assert world.plan.status == "finetune"
    finetune = world.specs["finetune-1"]
    assert finetune.demonstrations == ("demonstrations-1-0", "demonstrations-1-1", "demonstrations-1-2")
    assert (finetune.start, finetune.source and finetune.source.job) == ("resume", "generalist-1")
    assert finetune.budget_steps == 160_000 - (world.state.spent)
    world.finish("finetune-1")
    assert world.active() == ["evaluation-final"]
    assert world.finish("evaluation-final").status == "succeeded"
    assert world.state.spent <= world.config.budget.total_steps


def test_the_baseline_spends_the_same_total() -> None:
    world = World(config_of(arm="generalist"))
    world.advance()
    spec = world.specs["generalist-1"]
    assert (spec.stop_at_plateau, spec.budget_steps) == (False, 160_000)
    assert spec.seed == plan(config_of(), World(config_of()).state).jobs[0].seed
    assert world.finish("generalist-1").status == "evaluation"
    assert world.finish("evaluation-final").status == "succeeded"


def test_reaching_the_target_score_ends_without_specialists() -> None:
    world = World(config_of(gate={"optimal_score": 0.9}))
    world.advance()
    world.finish("generalist-1", outcome="plateau")
    world.evaluations["evaluation-1"] = returns(world.config, dict.fromkeys(range(4), 1.0))
    assert world.finish("evaluation-1").status == "succeeded"
    assert world.openings == []
    assert all(value in world.plan.message for value in ("1.000", "0.9"))


def test_without_a_plateau_the_gate_says_so() -> None:
    world = World(config_of())
    world.advance()
    world.finish("generalist-1", outcome="budget")
    world.finish("evaluation-1")
    assert (world.openings[0].fired, world.plan.status) == ("budget", "awaiting_approval")


def test_rejected_with_continue_trains_what_is_left_of_the_share_then_another_share() -> None:
    world = at_the_gate()
    assert world.decide("continue").status == "generalist"
    spec = world.specs["generalist-2"]
    assert (spec.budget_steps, spec.start, spec.stop_at_plateau) == (49_152 - 20_480, "resume", True)
    world.finish("generalist-2")
    assert world.finish("evaluation-2", spent=400).status == "awaiting_approval"
    world.decide("continue")
    assert world.specs["generalist-3"].budget_steps == 49_152


def test_continue_ends_once_the_budget_is_used_up() -> None:
    world = at_the_gate()
    while world.decide("continue").status != "succeeded":
        world.finish(world.active()[0])
        world.finish(world.active()[0])
        if world.plan.status in ENDED:
            break
    assert world.plan.status == "succeeded"
    assert world.state.spent <= world.config.budget.total_steps


def test_rejected_with_stop_succeeds_because_the_policy_was_just_evaluated() -> None:
    assert at_the_gate().decide("stop").status == "succeeded"


def test_stop_after_a_rewound_evaluation_evaluates_the_last_policy() -> None:
    world = at_the_gate(plateau={"rewind": True})
    source = world.specs["evaluation-1"].source
    assert source is not None
    assert source.which == "plateau"
    assert world.decide("stop").status == "evaluation"
    last = world.specs["evaluation-final"].source
    assert last is not None
    assert (last.job, last.which) == ("generalist-1", "last")


def test_a_failed_specialist_is_a_warning_and_the_others_continue() -> None:
    world = approved(specialists={"count": 3, "min_share": 0.5})
    world.finish("specialist-1-1", "failed")
    through_specialists(world)
    assert world.plan.status == "finetune"
    [warning] = world.plan.warnings
    assert all(fact in warning for fact in ("specialist 1", "specialist-1-1 broke", "2 of 3"))
    world.finish("finetune-1")
    world.finish("evaluation-final")
    assert (world.plan.status, len(world.plan.warnings)) == ("succeeded", 1)


@pytest.mark.parametrize(
    ("action", "status", "kept"), [("approve", "finetune", 2), ("continue", "finetune", 0), ("stop", "succeeded", 0)]
)
def test_too_few_specialists_ask_even_in_auto_mode(action: str, status: str, kept: int) -> None:
    world = approved(specialists={"count": 3, "min_share": 0.5})
    world.finish("specialist-1-1", "failed")
    world.finish("specialist-1-3", "failed")
    through_specialists(world)
    assert world.plan.status == "awaiting_approval"
    opening = world.openings[-1]
    assert (opening.reason_asked, opening.mode, len(opening.proposal.partition)) == ("too_few_specialists", "ask", 1)
    assert world.decide(action).status == status
    if status == "finetune":
        assert len(world.specs["finetune-1"].demonstrations) == kept


@pytest.mark.parametrize("key", ["generalist-1", "evaluation-1", "finetune-1", "evaluation-final"])
def test_a_failed_job_of_the_generalist_fails_the_run_with_its_reason(key: str) -> None:
    world = World(config_of(gate={"mode": "auto"}))
    world.advance()
    while key not in world.jobs:
        world.finish(world.active()[0], outcome="plateau")
    assert world.finish(key, "failed").status == "failed"
    assert world.plan.message == f"{key} failed: {key} broke"


def test_pause_holds_waiting_jobs_and_waits_for_running_ones() -> None:
    world = approved()
    world.jobs["specialist-1-1"] = world.jobs["specialist-1-1"].__class__("specialist-1-1", "specialist", "running")
    world.desired_state = "pause"
    assert world.advance().status == "specialists"
    assert world.state.keys("paused") == ("specialist-1-2", "demonstrations-1-0")
    assert world.finish("specialist-1-1", "paused").status == "paused"
    world.desired_state = "run"
    assert world.advance().status == "specialists"
    assert set(world.state.keys("queued")) == {"specialist-1-1", "specialist-1-2", "demonstrations-1-0"}


def test_cancel_withdraws_waiting_jobs_and_waits_for_running_ones() -> None:
    world = World(config_of())
    world.advance()
    world.desired_state = "cancel"
    assert world.advance().status == "cancelled"
    assert world.jobs["generalist-1"].status == "cancelled"
    assert at_the_gate().plan.status == "awaiting_approval"


def test_a_pause_opens_no_gate() -> None:
    world = World(config_of())
    world.advance()
    world.finish("generalist-1")
    world.desired_state = "pause"
    world.finish("evaluation-1")
    assert (world.plan.status, world.gates) == ("paused", [])
    world.desired_state = "run"
    assert world.advance().status == "awaiting_approval"


@pytest.mark.parametrize(
    ("partition", "steps", "field", "named"),
    [
        ((), 16_384, "partition", "specialist"),
        (((0,), ()), 16_384, "partition.1", "2"),
        (((0, 9),), 16_384, "partition.0", "9"),
        (((0,), (0,)), 16_384, "partition.1", "0"),
        (((0,),), 5, "specialist_steps", "4246"),
        (((0,), (1,)), 10**6, "specialist_steps", "2000000"),
    ],
)
def test_wrong_edits_are_named(partition: tuple[tuple[int, ...], ...], steps: int, field: str, named: str) -> None:
    world = at_the_gate()
    wrong = list(wrong_edits(world.config, Proposal(partition, steps, "clone"), world.openings[0].left_steps))
    assert [name for name, _ in wrong] == [field]
    assert named in wrong[0][1]


def test_the_proposal_can_be_approved() -> None:
    for preset in ("forkmaze", "forkmaze-quick", "procgen-small", "procgen-paper"):
        world = at_the_gate(preset=preset)
        opening = world.openings[0]
        assert list(wrong_edits(world.config, opening.proposal, opening.left_steps)) == []


@given(
    st.integers(0, 2**32),
    st.sampled_from(["ask", "auto"]),
    st.booleans(),
    st.sampled_from(["gsl", "gsl", "generalist", "generalist_low"]),
    st.sampled_from([{}, {"count": 2}, {"count": 3, "min_gain": None}, {"count": 4, "finetune_steps": 5000}]),
    st.sampled_from([0, 0, 8192]),
    st.sampled_from([1, 1, 3]),
    st.sampled_from([1.0, 1.3, 3.0]),
)
@settings(max_examples=120, deadline=None)
def test_any_run_ends_within_its_budget(
    seed: int, mode: str, rewind: bool, arm: str, cycles: dict[str, Any], lowest: int, rungs: int, wealth: float
) -> None:
    """Whatever happens: an end or a wait for a person; no key twice; never more planned than the total."""
    chance = random.Random(seed)
    parts: dict[str, Any] = {
        "gate": {"mode": mode},
        "plateau": {"rewind": rewind},
        "arm": arm,
        "suite": {"held_out_goals": 1},
    }
    least = 49_152 + cycles.get("count", 1) * (2 * 16_384 + lowest + 5000 + 4096) + 8000
    world = World(
        config_of(
            **parts,
            cycles=cycles,
            specialists={"lowest_steps": lowest, "rungs": rungs},
            budget={"total_steps": int(least * wealth)},
        )
    )
    world.advance()
    for _ in range(1000):
        check_limits(world)
        if world.plan.status in ENDED:
            break
        stir(world, chance)
    assert world.plan.status in ENDED or world.plan.status == "paused"
    assert plan(world.config, world.state) == plan(world.config, world.state)


def check_limits(world: World) -> None:
    assert world.state.committed <= world.config.budget.total_steps
    training = set(world.config.suite.training_variations())
    assert all(set(spec.variations) <= training for spec in world.specs.values())
    again: Plan = plan(world.config, world.state)
    assert (again.jobs, again.gate, again.requeue, again.hold, again.withdraw) == ((), None, (), (), ())
    waits = world.plan.status in ("awaiting_approval", "paused")
    assert waits or world.plan.status in ENDED or world.active()


def test_solved_variations_get_no_specialist() -> None:
    """Goals score 0, 0.1, ... of ten: two of three wanted lie below 0.2."""
    world = at_the_gate(specialists={"count": 3, "leave_out_at": 0.2})
    assert sorted(v for part in world.openings[0].proposal.partition for v in part) == [0, 1]
    assert len(world.openings[0].proposal.partition) == 2


def test_a_threshold_that_leaves_nobody_says_so_and_what_to_change() -> None:
    solved = dict.fromkeys(range(10), 1.0)
    world = World(config_of(specialists={"leave_out_at": 0.9}))
    world.advance()
    world.evaluations["evaluation-1"] = returns(world.config, solved)
    world.finish("generalist-1", outcome="plateau")
    world.finish("evaluation-1")
    assert "specialists.leave_out_at (0.9)" in world.openings[0].why
    assert world.openings[0].proposal.partition
    alone = World(config_of(specialists={"leave_out_at": 0.9}, gate={"mode": "auto"}))
    alone.advance()
    alone.evaluations["evaluation-1"] = returns(alone.config, solved)
    alone.finish("generalist-1", outcome="plateau")
    step = alone.finish("evaluation-1")
    assert (step.status, alone.openings) == ("succeeded", [])
    assert "specialists.leave_out_at (0.9)" in step.message
