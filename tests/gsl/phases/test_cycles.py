"""Several cycles: the fine-tuned policy is the next one's generalist, until too little is gained or nothing is left."""

from typing import Any

import pytest

from gsl.phases import keys
from gsl.phases.budget import another_cycle_fits
from tests.gsl.phases.runs import World, config_of, returns

TOTAL = 400_000


def after_cycle(gained: float | None = 0.1, count: int = 3, **parts: Any) -> World:
    """At the second cycle's gate or past it: cycle 1 gained that much success; None: it was never measured."""
    chosen = {"cycles": {"count": count}, "gate": {"mode": "auto"}, "budget": {"total_steps": TOTAL}, **parts}
    world = World(config_of(**chosen))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.evaluations["evaluation-1"] = returns(world.config, dict.fromkeys(range(4), 0.5))
    if world.finish("evaluation-1", spent=400).status == "awaiting_approval":
        world.decide("approve")
    work_off(world, "specialist", "demonstrations")
    world.finish("finetune-1")
    figures = {} if gained is None else dict.fromkeys(range(4), 0.5 + gained)
    world.evaluations["evaluation-2-1"] = returns(world.config, figures) if figures else ()
    world.finish("evaluation-2-1", spent=400)
    return world


def work_off(world: World, *kinds: str) -> None:
    while waiting := world.active(*kinds):
        world.finish(waiting[0], spent=world.jobs[waiting[0]].budget // 2)


def test_a_second_cycle_starts_from_the_fine_tuned_policy() -> None:
    world = after_cycle()
    assert (world.plan.status, world.plan.cycle) == ("specialists", 2)
    assert world.active() == ["specialist-2-1", "specialist-2-2", "demonstrations-2-0"]
    evaluated = world.specs["evaluation-2-1"].source
    assert evaluated is not None
    assert evaluated.job == "finetune-1"
    assert {spec.cycle for spec in world.specs.values()} == {1, 2}
    assert all(spec.source and spec.source.job == "finetune-1" for spec in map(world.specs.get, world.active()) if spec)
    gate = world.openings[-1]
    assert (gate.cycle, gate.segment, gate.generalist, gate.evaluation) == (2, 1, "finetune-1", "evaluation-2-1")
    assert "+0.100" in gate.why


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_a_run_that_stops_stays_in_its_cycle(wish: Any) -> None:
    world = after_cycle()
    world.desired_state = wish
    assert world.advance().cycle == 2


def test_the_last_cycle_ends_with_the_last_evaluation() -> None:
    world = after_cycle(count=2)
    work_off(world, "specialist", "demonstrations")
    finetune = world.specs["finetune-2"]
    assert finetune.source is not None
    assert finetune.source.job == "finetune-1"
    assert finetune.demonstrations == ("demonstrations-2-0", "demonstrations-2-1", "demonstrations-2-2")
    world.finish("finetune-2")
    assert world.active() == ["evaluation-final"]
    assert world.finish("evaluation-final").status == "succeeded"
    assert world.plan.cycle == 2
    assert world.plan.message.endswith("0.150")


@pytest.mark.parametrize("gained", [0.004, 0.0, -0.2])
def test_a_cycle_that_gains_too_little_ends_the_run_with_the_policy_just_evaluated(gained: float) -> None:
    world = after_cycle(gained)
    assert (world.plan.status, world.active()) == ("succeeded", [])
    assert f"{gained:+.3f}" in world.plan.message
    assert "0.005" in world.plan.message


@pytest.mark.parametrize(("gained", "least"), [(0.0051, 0.005), (-0.2, None), (None, 0.005), (-0.2, -0.3)])
def test_enough_gained_or_nobody_knows_goes_on(gained: float | None, least: float | None) -> None:
    assert after_cycle(gained, cycles={"count": 2, "min_gain": least}).plan.status == "specialists"


def test_each_gate_asks_with_its_own_evidence() -> None:
    world = after_cycle(gate={"mode": "ask"})
    assert (world.plan.status, [gate.cycle for gate in world.gates]) == ("awaiting_approval", [1, 2])
    assert world.openings[1].mean_return == pytest.approx(0.6)
    assert world.decide("approve").status == "specialists"


def test_a_cycle_that_reaches_the_target_score_ends_the_run() -> None:
    world = after_cycle(0.5, gate={"optimal_score": 0.9})
    assert (world.plan.status, world.active()) == ("succeeded", [])
    assert all(value in world.plan.message for value in ("1.000", "0.9"))


def test_rejected_with_continue_trains_the_fine_tuned_policy_plainly_and_asks_again() -> None:
    world = after_cycle(gate={"mode": "ask"})
    assert world.decide("continue").status == "generalist"
    spec = world.specs["generalist-2-2"]
    assert spec.source is not None
    assert (spec.kind, spec.cycle, spec.source.job, spec.start) == ("generalist", 2, "finetune-1", "resume")
    assert (spec.stop_at_plateau, spec.budget_steps) == (True, world.config.budget.generalist_steps)
    world.finish("generalist-2-2", outcome="plateau")
    assert world.active() == ["evaluation-2-2"]
    assert world.finish("evaluation-2-2", spent=400).status == "awaiting_approval"
    assert (world.openings[-1].segment, world.openings[-1].fired) == (2, "plateau")
    world.decide("approve")
    specialist = world.specs["specialist-2-1"].source
    assert specialist is not None
    assert specialist.job == "generalist-2-2"


def test_a_segment_that_trains_on_is_not_judged_by_what_it_gained() -> None:
    """The stop rule is about a cycle; a segment that a person asked for goes to its gate in any case."""
    world = after_cycle(gate={"mode": "ask"})
    world.decide("continue")
    world.finish("generalist-2-2", outcome="plateau")
    world.evaluations["evaluation-2-2"] = returns(world.config, dict.fromkeys(range(4), 0.1))
    assert world.finish("evaluation-2-2", spent=400).status == "awaiting_approval"


def test_stop_at_a_later_gate_keeps_what_the_cycles_brought() -> None:
    world = after_cycle(gate={"mode": "ask"})
    assert (world.decide("stop").status, world.active()) == ("succeeded", [])


def test_warnings_of_earlier_cycles_stay() -> None:
    world = World(config_of(cycles={"count": 2}, gate={"mode": "auto"}, budget={"total_steps": TOTAL}))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    world.finish("specialist-1-1", "failed")
    work_off(world, "specialist", "demonstrations")
    world.finish("finetune-1")
    world.evaluations["evaluation-2-1"] = returns(world.config, dict.fromkeys(range(4), 0.9))
    world.finish("evaluation-2-1", spent=400)
    world.finish("specialist-2-2", "failed")
    assert [warning.split(";")[0] for warning in world.plan.warnings] == [
        "cycle 1: specialist 1 failed: specialist-1-1 broke",
        "cycle 2: specialist 2 failed: specialist-2-2 broke",
    ]


def test_too_few_specialists_of_a_later_cycle_ask_and_may_stop() -> None:
    world = after_cycle(specialists={"min_share": 1.0})
    world.finish("specialist-2-1", "failed")
    work_off(world, "specialist", "demonstrations")
    assert world.plan.status == "awaiting_approval"
    assert (world.openings[-1].cycle, world.openings[-1].reason_asked) == (2, "too_few_specialists")
    assert world.decide("stop").status == "succeeded"


@pytest.mark.parametrize("key", ["evaluation-2-1", "finetune-2"])
def test_a_failed_job_of_a_later_generalist_fails_the_run(key: str) -> None:
    world = World(
        config_of(cycles={"count": 2, "min_gain": None}, gate={"mode": "auto"}, budget={"total_steps": TOTAL})
    )
    world.advance()
    while key not in world.jobs:
        world.finish(world.active()[0], outcome="plateau")
    assert (world.finish(key, "failed").status, world.plan.message) == ("failed", f"{key} failed: {key} broke")


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_all_cycles_get_an_even_share_and_the_total_is_used_up(count: int) -> None:
    """Every job spends its whole budget: all cycles happen, and their fine-tunings have about the same length."""
    total = 49_152 + count * 80_000 + 8_000
    parts: dict[str, Any] = {"cycles": {"count": count, "min_gain": None}, "budget": {"total_steps": total}}
    world = World(config_of(gate={"mode": "auto"}, **parts))
    world.advance()
    while world.active():
        world.finish(world.active()[0])
    assert world.plan.status == "succeeded"
    tuned = [world.specs[keys.finetune(cycle)].budget_steps for cycle in range(1, count + 1)]
    assert max(tuned) - min(tuned) < 0.1 * max(tuned)
    assert world.state.spent == world.config.budget.total_steps


def test_fine_tuning_may_have_a_fixed_length_but_the_last_gets_the_rest() -> None:
    world = after_cycle(cycles={"count": 2, "finetune_steps": 20_000})
    assert world.specs["finetune-1"].budget_steps == 20_000
    work_off(world, "specialist", "demonstrations")
    assert world.specs["finetune-2"].budget_steps > 100_000


def test_without_budget_for_another_cycle_the_last_evaluation_follows() -> None:
    """A person who sends the generalist back to training often enough leaves one cycle, not two."""
    world = World(config_of(cycles={"count": 2}, budget={"total_steps": 200_000}))
    world.advance()
    for segment in (1, 2, 3):
        world.finish(f"generalist-{segment}")
        world.finish(f"evaluation-{segment}")
        world.decide("continue" if segment < 3 else "approve")
    while world.plan.status != "finetune":
        world.finish(world.active()[0])
    world.finish("finetune-1")
    assert not another_cycle_fits(world.config, world.state)
    assert world.active() == ["evaluation-final"]
    world.finish("evaluation-final")
    assert (world.plan.status, world.plan.cycle) == ("succeeded", 1)


def test_the_generalist_is_first_trained_on_the_lowest_variations() -> None:
    world = World(config_of(specialists={"lowest_steps": 8192}, gate={"mode": "auto"}))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    assert world.active() == ["lowest-1"]
    spec = world.specs["lowest-1"]
    assert (spec.kind, spec.index, spec.variations, spec.budget_steps) == ("specialist", 0, (0, 1), 8192)
    assert world.finish("lowest-1").status == "specialists"
    assert world.active() == ["specialist-1-1", "specialist-1-2", "demonstrations-1-0"]
    sources = {key: world.specs[key].source for key in world.active()}
    assert [source and source.job for source in sources.values()] == ["lowest-1", "lowest-1", "generalist-1"]
    work_off(world, "specialist", "demonstrations")
    finetune = world.specs["finetune-1"].source
    assert finetune is not None
    assert finetune.job == "generalist-1"


def test_where_that_fails_specialists_start_from_the_generalist() -> None:
    world = World(config_of(specialists={"lowest_steps": 8192}, gate={"mode": "auto"}))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    world.finish("lowest-1", "failed", spent=100)
    source = world.specs["specialist-1-1"].source
    assert source is not None
    assert source.job == "generalist-1"
    [warning] = world.plan.warnings
    assert "lowest-1 broke" in warning


def test_a_gate_edited_to_scratch_leaves_it_out() -> None:
    world = World(config_of(specialists={"lowest_steps": 8192}))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    proposal = world.openings[0].proposal
    world.decide("approve", proposal.__class__(proposal.partition, proposal.specialist_steps, "scratch"))
    assert "lowest-1" not in world.specs
    assert world.specs["specialist-1-1"].source is None


def test_generalist_low_trains_one_policy_in_the_place_of_all_specialists() -> None:
    """Everything else is equal: the same variations, the same steps, the same totals."""
    worlds = []
    for arm in ("gsl", "generalist_low"):
        world = World(config_of(arm=arm, gate={"mode": "auto"}))
        world.advance()
        world.finish("generalist-1", outcome="plateau", spent=20_480)
        world.finish("evaluation-1", spent=400)
        worlds.append(world)
    gsl, low = worlds
    assert low.active() == ["specialist-1-1", "demonstrations-1-0"]
    alone, many = low.specs["specialist-1-1"], [gsl.specs[key] for key in ("specialist-1-1", "specialist-1-2")]
    assert alone.variations == tuple(sorted(v for spec in many for v in spec.variations))
    assert alone.budget_steps == sum(spec.budget_steps for spec in many)
    assert low.specs["demonstrations-1-0"].budget_steps == gsl.specs["demonstrations-1-0"].budget_steps
    assert low.specs["generalist-1"].seed == gsl.specs["generalist-1"].seed
    work_off(low, "specialist", "demonstrations")
    assert low.specs["finetune-1"].demonstrations == ("demonstrations-1-0", "demonstrations-1-1")


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"cycles": {"count": 5}}, "budget.total_steps"),
        ({"cycles": {"count": 2, "finetune_steps": 10}, "budget": {"total_steps": TOTAL}}, "cycles.finetune_steps"),
        ({"specialists": {"lowest_steps": 100}}, "specialists.lowest_steps"),
        ({"specialists": {"lowest_steps": 8192, "start": "scratch"}}, "specialists.lowest_steps"),
        ({"specialists": {"lowest_steps": 81_920}}, "budget.total_steps"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(parts: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        config_of(**parts)


def test_places_of_keys() -> None:
    for cycle, segment in ((1, 1), (1, 3), (2, 1), (3, 12)):
        assert keys.place_of(keys.evaluation(cycle, segment)) == (cycle, segment)
        assert keys.place_of(keys.generalist(cycle, segment)) == (cycle, segment)
    assert (keys.generalist(1, 2), keys.evaluation(1, 1)) == ("generalist-2", "evaluation-1")
