"""Measurements: what is planned for them, outside the total; cut evaluations; both arms at equal counted steps."""

from typing import Any

import pytest

from gsl.config.base import stored
from gsl.config.run import RunConfig
from gsl.config.step_budget import (
    evaluation_reserve,
    longest_evaluation,
    round_steps,
    specialist_floor,
    specialist_reserve,
    specialist_training,
)
from gsl.phases.keys import BEFORE_EVALUATION, LAST_EVALUATION
from gsl.protocol.jobs import JobSpec
from gsl.protocol.rounds import Rounds
from tests.gsl.phases.runs import World, config_of

TOTAL = 400_000


def approved(measures: bool = False, **parts: Any) -> World:
    world = World(config_of(**{"gate": {"mode": "auto"}, **parts}), measures=measures)
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    return world


def worked_off(world: World) -> World:
    while waiting := world.active("specialist", "demonstrations", "finetune"):
        world.finish(waiting[0])
    return world


def test_before_is_measured_afresh_beside_the_specialists() -> None:
    world = approved()
    assert world.active() == ["specialist-1-1", "specialist-1-2", "demonstrations-1-0", BEFORE_EVALUATION]
    fresh, chosen = world.specs[BEFORE_EVALUATION], world.specs["evaluation-1"]
    assert (fresh.source, fresh.variations, fresh.held_out) == (chosen.source, chosen.variations, chosen.held_out)
    assert fresh.seed != chosen.seed
    assert (chosen.evaluations_count, fresh.evaluations_count, fresh.budget_steps) == (True, False, 0)


def test_a_run_ends_only_when_before_has_ended() -> None:
    world = worked_off(approved())
    world.finish(LAST_EVALUATION)
    assert (world.plan.status, world.active()) == ("evaluation", [BEFORE_EVALUATION])
    assert world.finish(BEFORE_EVALUATION).status == "succeeded"


def test_a_failed_evaluation_before_is_a_warning_and_the_run_continues() -> None:
    world = approved()
    world.finish(BEFORE_EVALUATION, "failed")
    worked_off(world)
    assert world.finish(LAST_EVALUATION).status == "succeeded"
    [warning] = world.plan.warnings
    assert "evaluation-before broke" in warning


def test_before_is_of_the_first_approved_gate_alone() -> None:
    world = World(config_of(cycles={"count": 2, "min_gain": None}, budget={"total_steps": TOTAL}))
    world.advance()
    world.finish("generalist-1")
    world.finish("evaluation-1")
    world.decide("continue")
    world.finish("generalist-2")
    world.finish("evaluation-2")
    assert BEFORE_EVALUATION not in world.specs
    world.decide("approve")
    source = world.specs[BEFORE_EVALUATION].source
    assert source is not None
    assert source.job == "generalist-2"
    worked_off(world)
    world.finish("evaluation-2-1")
    world.decide("approve")
    assert "specialist-2-1" in world.specs  # World refuses a key that is planned twice


def test_the_last_evaluation_is_whole_and_outside_the_total() -> None:
    for arm in ("gsl", "generalist"):
        world = World(config_of(arm=arm, gate={"mode": "auto"}))
        world.advance()
        while LAST_EVALUATION not in world.specs:
            world.finish(world.active()[0])
        spec = world.specs[LAST_EVALUATION]
        assert (spec.evaluations_count, spec.budget_steps) == (False, 0)
        assert world.state.spent == world.config.budget.total_steps


@pytest.mark.parametrize("preset", ["forkmaze-quick", "procgen-small", "procgen-small-heist", "metaworld-mt10"])
def test_both_arms_end_within_an_epoch_of_each_other(preset: str) -> None:
    """Training jobs spend whole epochs of their budgets: no arm is left more than an epoch short of the total."""
    spent = []
    for arm in ("gsl", "generalist"):
        world = World(config_of(preset, arm=arm, gate={"mode": "auto"}, plateau=config_of(preset).plateau))
        epoch = world.config.learner.batch_size
        world.advance()
        while keys := world.active():
            job = world.jobs[keys[0]]
            world.finish(job.key, spent=job.budget // epoch * epoch if job.kind in ("generalist", "finetune") else None)
        assert world.plan.status == "succeeded"
        assert 0 <= world.config.budget.total_steps - world.state.spent < epoch
        spent.append(world.state.spent)
    assert abs(spent[0] - spent[1]) < epoch


def test_what_the_gates_evaluation_takes_beyond_its_share_comes_from_fine_tuning() -> None:
    world = World(config_of(gate={"mode": "auto"}, suite={"time_limit": 1000}, budget={"total_steps": 200_000}))
    world.advance()
    world.finish("generalist-1", spent=49_152)
    budget = world.specs["evaluation-1"].budget_steps
    share = evaluation_reserve(world.config)
    assert share == 20_000 == longest_evaluation(world.config, 4)
    world = World(config_of(gate={"mode": "auto"}, suite={"time_limit": 2000}, budget={"total_steps": 260_000}))
    world.advance()
    world.finish("generalist-1", spent=49_152)
    budget, share = world.specs["evaluation-1"].budget_steps, evaluation_reserve(world.config)
    assert share == 26_000 < budget == longest_evaluation(world.config, 4) == 40_000
    world.finish("evaluation-1")
    assert world.openings[0].proposal.specialist_steps == world.config.specialists.steps
    worked_off(world)
    assert world.state.spent == 260_000


@pytest.mark.parametrize(
    ("rounds", "after", "goes_on"),
    [(Rounds(5, 5), Rounds(5, 5), False), (Rounds(5, 5), Rounds(2, 5), True), (Rounds(), Rounds(5, 5), True)],
)
def test_a_whole_measurement_is_never_compared_with_a_cut_one(rounds: Rounds, after: Rounds, goes_on: bool) -> None:
    """The cycle gained too little; where its evaluations cannot be compared that is unknown and no reason to end."""
    world = approved(True, cycles={"count": 2, "min_gain": 0.1}, budget={"total_steps": TOTAL})
    worked_off(world)
    world.rounds = {"evaluation-1": rounds, "evaluation-2-1": after}
    world.finish("evaluation-2-1", spent=400)
    assert (world.plan.status == "specialists") is goes_on
    assert ("gained" in world.plan.message) is not goes_on


def test_a_cut_evaluation_is_marked_at_the_gate() -> None:
    world = World(config_of())
    world.advance()
    world.finish("generalist-1", outcome="plateau")
    world.rounds = {"evaluation-1": Rounds(2, 5)}
    world.finish("evaluation-1", spent=400)
    opening = world.openings[0]
    assert (opening.fired, opening.rounds) == ("plateau", Rounds(2, 5))
    assert "2 of 5 rounds" in opening.why
    assert "2 of 5 rounds" in opening.rounds.mark
    assert (Rounds().wholeness, Rounds(5, 5).wholeness, Rounds(5, 5).mark) == ("unknown", "whole", "")
    assert Rounds().mark


def test_the_gate_says_how_much_keeping_on_would_train() -> None:
    world = World(config_of())
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    assert world.openings[0].continue_steps == 49_152 - 20_480
    world.decide("continue")
    assert world.specs["generalist-2"].budget_steps == 49_152 - 20_480


@pytest.mark.parametrize("variations", [1, 3, 40])
@pytest.mark.parametrize("time_limit", [30, 400, 3000])
def test_a_specialist_with_the_fewest_steps_trains_an_epoch_and_is_evaluated(variations: int, time_limit: int) -> None:
    with stored():
        config = config_of(suite={"time_limit": time_limit})
    epoch, least = config.learner.batch_size, specialist_floor(config, variations)
    assert specialist_training(config, variations, least) == epoch
    assert specialist_training(config, variations, least - 1) == 0
    assert specialist_reserve(config, variations, least) >= round_steps(config, variations)


def test_steps_of_a_specialist_are_trained_in_whole_epochs() -> None:
    assert specialist_training(config_of(), 1, 20_000) == 16_384


def test_a_configuration_that_was_launched_opens_though_rules_have_changed() -> None:
    """As when an evaluation needed less room than it does now."""
    content = config_of().model_dump(mode="json")
    content["suite"]["time_limit"] = 10_000
    with pytest.raises(ValueError, match="total_steps"):
        RunConfig.model_validate(content)
    assert JobSpec.model_validate({"config": content}).config.suite.max_episode_steps == 10_000
    with stored(), pytest.raises(ValueError, match="time_limit"):
        RunConfig.model_validate({**content, "suite": {**content["suite"], "time_limit": -1}})
