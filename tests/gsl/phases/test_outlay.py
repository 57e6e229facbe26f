"""What an approval is said to start is what the state machine then plans, if every job uses its whole budget."""

from dataclasses import replace
from typing import Any

import pytest

from gsl.config.step_budget import another_epoch_from, specialist_training
from gsl.phases import Proposal
from gsl.phases.outlay import jobs_after
from tests.gsl.phases.runs import World, config_of


def at_the_gate(**parts: Any) -> World:
    world = World(config_of(**parts))
    world.advance()
    world.finish("generalist-1", outcome="plateau")
    assert world.finish("evaluation-1").status == "awaiting_approval"
    return world


def steps_by_kind(jobs: Any) -> dict[str, int]:
    spent: dict[str, int] = {}
    for job in jobs:
        spent[job.kind] = spent.get(job.kind, 0) + job.budget_steps
    return spent


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"specialists": {"lowest_steps": 8192}},
        {"cycles": {"count": 2}, "budget": {"total_steps": 400_000}},
        {"guide": {"name": "dagger"}},
        {"arm": "generalist_low"},
    ],
)
def test_it_is_what_is_planned_if_everything_is_spent(parts: dict[str, Any]) -> None:
    world = at_the_gate(**parts)
    decision = replace(world.openings[-1].proposal, specialist_steps=12_000)
    told = jobs_after(world.config, world.state, world.gates[-1], decision)
    before = set(world.specs)
    world.decide("approve", decision)
    while going := [key for key in world.active() if not key.startswith("evaluation")]:
        world.finish(going[0])
    done = [job for key, job in world.specs.items() if key not in before and job.kind != "evaluation"]
    assert {job.key for job in told} == {job.key for job in done}
    assert steps_by_kind(told) == steps_by_kind(done)


def test_halving_divides_what_the_specialists_may_spend() -> None:
    plain, halved = (at_the_gate(specialists={"count": 2, "rungs": rungs}) for rungs in (1, 2))
    decision = Proposal(((0,), (1,)), 20_000, "clone")
    told = [steps_by_kind(jobs_after(w.config, w.state, w.gates[-1], decision)) for w in (plain, halved)]
    assert told[0] == told[1]
    assert told[0]["specialist"] == 40_000


def test_a_paused_run_is_told_what_it_will_do() -> None:
    world = at_the_gate()
    world.desired_state = "pause"
    assert jobs_after(world.config, world.state, world.gates[-1], world.openings[-1].proposal)


@pytest.mark.parametrize("steps", [10_000, 16_384, 30_001])
@pytest.mark.parametrize("time_limit", [30, 3000])
@pytest.mark.parametrize("rungs", [1, 3])
def test_another_epoch_begins_exactly_there(steps: int, time_limit: int, rungs: int) -> None:
    config = config_of(
        suite={"time_limit": time_limit}, specialists={"rungs": rungs, "steps": 50_000}, budget={"total_steps": 10**7}
    )
    following = another_epoch_from(config, 2, steps)

    def trained(total: int) -> int:
        return specialist_training(config, 2, total // rungs)

    assert trained(following) == trained(steps) + config.learner.batch_size
    assert trained(following - 1) == trained(steps)
