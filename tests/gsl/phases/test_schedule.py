"""Where on the run's schedule each job begins."""

from tests.gsl.phases.runs import approved, at_the_gate, returns, through_specialists


def test_jobs_know_where_on_the_runs_schedule_they_begin() -> None:
    """Specialists side by side all begin at the gate's figure, whoever has spent what meanwhile."""
    world = approved(specialists={"count": 3})
    gate = world.openings[0].spent_steps
    first = world.specs["specialist-1-1"]
    assert world.specs["generalist-1"].start_steps == 0
    assert {spec.start_steps for spec in world.specs.values() if spec.kind == "specialist"} == {gate}
    assert first.share_spent(1000) == (gate + 1000) / world.config.budget.total_steps
    through_specialists(world)
    assert world.specs["finetune-1"].start_steps == world.state.spent > gate
    assert first.model_copy(update={"start_steps": None}).share_spent(1000) == 1000 / first.budget_steps


def test_a_later_rung_begins_behind_its_own_steps() -> None:
    world = approved(specialists={"count": 2, "rungs": 2, "steps": 30_000})
    gate = world.openings[0].spent_steps
    world.evaluations["specialist-1-1"] = returns(world.config, dict.fromkeys(range(4), 1.0))
    world.finish("specialist-1-1", spent=9000)
    world.finish("specialist-1-2", spent=8500)
    assert world.specs["specialist-1-1-2"].start_steps == gate + 9000


def test_a_segment_after_a_rejected_gate_goes_on_behind_everything_spent() -> None:
    world = at_the_gate()
    spent = world.state.spent
    world.decide("continue")
    assert world.specs["generalist-2"].start_steps == spent > 0
