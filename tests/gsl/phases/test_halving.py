"""Successive halving: who goes on, with which steps, and that all together never spend more than was approved."""

from typing import Any

from gsl.config.rules import broken_rules
from gsl.phases import Proposal
from gsl.protocol.reports import VariationReturn
from tests.gsl.phases.runs import World, config_of

STEPS = 24_576
"""Of each specialist: with two rungs 12 288, two epochs and an evaluation in each."""


def approved(count: int = 4, rungs: int = 2, steps: int = STEPS, start: str = "clone", **parts: Any) -> World:
    config = config_of(
        specialists={"count": count, "rungs": rungs, "steps": steps, "start": start}, gate={"mode": "auto"},
        budget={"total_steps": 400_000}, **parts,
    )  # fmt: skip
    world = World(config)
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    return world


def measured(world: World, key: str, success: float) -> None:
    variations = world.specs[key].variations
    world.evaluations[key] = tuple(
        VariationReturn(
            variation=v, episodes=5, mean_return=success, std_return=0.1, success_rate=success, mean_length=9.0
        )
        for v in variations
    )


def end_rung(world: World, keys: list[str], *successes: float, spent: int | None = None) -> None:
    for key, success in zip(keys, successes, strict=True):
        measured(world, key, success)
        world.finish(key, spent=spent)


def first_rung(world: World) -> list[str]:
    """Ordered by the only variation of each, whose evidence is 0, 0.1, 0.2, 0.3."""
    return sorted(world.active("specialist"), key=lambda key: world.specs[key].variations)


def test_the_first_rung_gives_every_specialist_its_part() -> None:
    world = approved()
    assert [world.specs[key].budget_steps for key in first_rung(world)] == [STEPS // 2] * 4
    assert all(world.specs[key].start == "clone" for key in first_rung(world))


def test_the_half_that_gained_most_goes_on_with_everybodys_steps() -> None:
    world = approved()
    keys = first_rung(world)
    end_rung(world, keys, 0.0, 0.9, 0.3, 0.8)  # gains 0, 0.8, 0.1, 0.5
    second = [f"{keys[1]}-2", f"{keys[3]}-2"]
    assert sorted(world.active("specialist")) == sorted(second)
    spec = world.specs[second[0]]
    assert (spec.start, spec.source and spec.source.job, spec.variations) == ("resume", keys[1], (1,))
    assert spec.budget_steps == STEPS  # half of all steps, between two
    assert spec.index == world.specs[keys[1]].index


def test_who_stops_demonstrates_at_once_and_who_goes_on_when_it_ended() -> None:
    world = approved()
    keys = first_rung(world)
    end_rung(world, keys, 0.0, 0.9, 0.3, 0.8)
    demonstrated = {world.specs[key].variations for key in world.active("demonstrations")}
    assert demonstrated == {(0,), (2,)}
    measured(world, f"{keys[1]}-2", 1.0)
    world.finish(f"{keys[1]}-2")
    newest = world.specs[world.active("demonstrations")[-1]]
    assert newest.variations == (1,)
    assert newest.source is not None
    assert (newest.source.job, newest.source.which) == (f"{keys[1]}-2", "best")


def test_who_gained_nothing_stops_even_in_the_better_half() -> None:
    world = approved()
    keys = first_rung(world)
    end_rung(world, keys, 0.0, 0.05, 0.2, 0.5)
    assert world.active("specialist") == [f"{keys[3]}-2"]
    assert world.specs[f"{keys[3]}-2"].budget_steps == 2 * STEPS


def test_who_started_anew_gained_whatever_it_can_do() -> None:
    """With a fresh policy head it need not be better than the generalist yet, which its clone was."""
    world = approved(start="clone_fresh_head")
    keys = first_rung(world)
    end_rung(world, keys, 0.0, 0.05, 0.1, 0.2)
    assert sorted(world.active("specialist")) == sorted([f"{keys[2]}-2", f"{keys[3]}-2"])


def test_where_nobody_gained_the_steps_go_to_fine_tuning() -> None:
    world = approved()
    end_rung(world, first_rung(world), 0.0, 0.0, 0.0, 0.0)
    assert world.active("specialist") == []
    while world.active("demonstrations"):
        world.finish(world.active("demonstrations")[0], spent=100)
    assert world.plan.status == "finetune"
    budget = world.specs["finetune-1"].budget_steps
    assert budget > 400_000 - 20_480 - 4 * STEPS // 2 - 20_000


def test_a_solved_specialist_needs_no_more() -> None:
    world = approved()
    keys = first_rung(world)
    measured(world, keys[1], 1.0)
    world.finish(keys[1], outcome="solved", spent=5000)
    end_rung(world, [keys[0], *keys[2:]], 0.4, 0.3, 0.3)
    assert sorted(world.active("specialist")) == sorted([f"{keys[0]}-2", f"{keys[2]}-2"])
    assert world.specs[f"{keys[0]}-2"].budget_steps == (4 * STEPS - 5000 - 3 * STEPS // 2) // 2


def test_a_failed_specialist_leaves_its_steps_too() -> None:
    world = approved()
    keys = first_rung(world)
    world.finish(keys[0], status="failed", spent=0)
    end_rung(world, keys[1:], 0.9, 0.3, 0.4)
    assert (
        sorted(world.active("specialist")) == sorted([f"{keys[1]}-2", f"{keys[3]}-2"])
        or len(world.active("specialist")) == 2
    )


def test_three_rungs_never_spend_more_than_was_approved() -> None:
    world = approved(rungs=3, steps=36_864)
    keys = first_rung(world)
    end_rung(world, keys, 0.9, 0.9, 0.9, 0.9)
    end_rung(world, sorted(world.active("specialist")), *[0.95] * 2)
    end_rung(world, sorted(world.active("specialist")), 1.0)
    spent = sum(job.spent for key, job in world.jobs.items() if key.startswith("specialist"))
    assert 0.99 * 4 * 36_864 < spent <= 4 * 36_864
    assert world.state.spent <= world.config.budget.total_steps


def test_demonstrations_planned_between_rungs_leave_the_next_rung_its_steps() -> None:
    world = approved()
    end_rung(world, first_rung(world), 0.0, 0.9, 0.3, 0.8)
    assert world.state.committed <= world.config.budget.total_steps
    while keys := world.active("specialist", "demonstrations"):
        world.finish(keys[0])
    assert world.specs["finetune-1"].budget_steps >= world.config.learner.batch_size


def test_with_teachers_the_rungs_end_before_fine_tuning() -> None:
    world = approved(guide={"name": "dagger"})
    keys = first_rung(world)
    end_rung(world, keys, 0.0, 0.9, 0.3, 0.8)
    assert world.active("finetune") == []
    end_rung(world, [f"{keys[1]}-2", f"{keys[3]}-2"], 1.0, 1.0)
    assert world.active() == ["finetune-1"]
    taught = {teacher.checkpoint.job for teacher in world.specs["finetune-1"].teachers}
    assert {f"{keys[1]}-2", f"{keys[3]}-2", keys[0], keys[2]} <= taught


def test_too_few_steps_for_the_rungs_are_refused() -> None:
    config = config_of().model_copy(update={"specialists": config_of().specialists.model_copy(update={"rungs": 8})})
    assert ("specialists", "steps") in [field for field, _ in broken_rules(config)]


def test_an_edited_gate_shares_its_own_steps() -> None:
    world = World(config_of(specialists={"count": 4, "rungs": 2, "steps": STEPS}, budget={"total_steps": 400_000}))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    world.decide("approve", Proposal(((0,), (3,)), 2 * STEPS, "clone"))
    assert [world.specs[key].budget_steps for key in world.active("specialist")] == [STEPS, STEPS]
