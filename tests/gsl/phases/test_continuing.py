"""Continuations: what is planned after a run had succeeded, and that nothing before it is planned anew."""

from dataclasses import replace
from typing import Any

import pytest

from gsl.phases import Continuation, Plan, RunState, plan
from gsl.phases.continuing import least_steps
from gsl.phases.keys import LAST_EVALUATION
from tests.gsl.phases.runs import World, approved, at_the_gate, config_of, through_specialists


class Continued(World):
    """A run that is asked to go on."""

    more: tuple[Continuation, ...] = ()

    @property
    def state(self) -> RunState:
        return replace(super().state, continuations=self.more)

    def go_on(self, steps: int) -> Plan:
        total = (self.more[-1].total_steps if self.more else self.config.budget.total_steps) + steps
        self.more += (Continuation(len(self.more) + 1, steps, total),)
        return self.advance()

    @property
    def spent(self) -> int:
        return sum(job.spent for job in self.jobs.values())


def ended(world: World) -> Continued:
    while world.active("finetune", "generalist"):
        world.finish(world.active("finetune", "generalist")[0])
    if LAST_EVALUATION in world.active():
        world.finish(LAST_EVALUATION)
    assert world.plan.status == "succeeded", world.plan
    return Continued(**{name: getattr(world, name) for name in World.__dataclass_fields__})


def plain(**parts: Any) -> Continued:
    world = World(config_of(arm="generalist", **parts))
    world.advance()
    return ended(world)


def tuned() -> Continued:
    world = approved()
    through_specialists(world)
    return ended(world)


def test_a_baseline_trains_on_from_its_last_checkpoint_to_the_new_total() -> None:
    world = plain()
    total, epoch = world.config.budget.total_steps, world.config.learner.batch_size
    assert world.go_on(10 * epoch).status == "generalist"
    spec = world.specs["continued-1"]
    assert (spec.kind, spec.start, spec.budget_steps) == ("generalist", "resume", 10 * epoch)
    assert spec.source is not None
    assert (spec.source.job, spec.source.which, spec.stop_at_plateau) == ("generalist-1", "last", False)
    assert spec.share_spent(0) == pytest.approx(total / (total + 10 * epoch)), "as in a run of the new total"
    assert world.finish("continued-1").status == "evaluation"
    assert world.specs["evaluation-continued-1"].evaluations_count is False
    assert world.finish("evaluation-continued-1").status == "succeeded"
    assert world.spent == total + 10 * epoch
    assert "score" in world.plan.message


def test_a_rest_of_less_than_an_epoch_is_used_too() -> None:
    world = World(config_of(arm="generalist"))
    world.advance()
    epoch = world.config.learner.batch_size
    rest = epoch // 2
    world.finish("generalist-1", spent=world.config.budget.total_steps - rest)
    run = ended(world)
    assert least_steps(run.config, run.config.budget.total_steps, run.spent) == epoch - rest
    run.go_on(epoch - rest)
    assert run.specs["continued-1"].budget_steps == epoch


def test_the_fine_tuned_policy_trains_on_without_its_guide() -> None:
    world = tuned()
    total = world.spent
    assert world.go_on(50_000).status == "finetune"
    spec = world.specs["continued-1"]
    assert (spec.kind, spec.phase, spec.budget_steps) == ("finetune", "finetune", 50_000)
    assert (spec.source and spec.source.job, spec.demonstrations, spec.teachers) == ("finetune-1", (), ())
    world.finish("continued-1")
    world.finish("evaluation-continued-1")
    assert (world.plan.status, world.spent) == ("succeeded", total + 50_000)


def test_a_larger_total_reopens_no_decision() -> None:
    """The rest was too small for specialists; with the new total it would not be."""
    world = at_the_gate(specialists={"steps": 20_000}, gate={"mode": "ask"})
    world.decide("stop")
    run = ended(world)
    gates, jobs = len(run.gates), set(run.jobs)
    run.go_on(1_000_000)
    assert (len(run.gates), set(run.jobs) - jobs) == (gates, {"continued-1"})
    assert run.specs["continued-1"].source is not None
    assert run.specs["continued-1"].budget_steps == 1_000_000, "what the run left on purpose is not used"


def test_continuations_follow_one_another() -> None:
    world = plain()
    for number in (1, 2):
        world.go_on(8192)
        world.finish(f"continued-{number}")
        world.finish(f"evaluation-continued-{number}")
    assert world.specs["continued-2"].source is not None
    assert world.specs["continued-2"].source.job == "continued-1"
    assert world.spent == world.config.budget.total_steps + 2 * 8192
    assert plan(world.config, world.state).jobs == ()


@pytest.mark.parametrize("status", ["failed", "cancelled"])
@pytest.mark.parametrize("key", ["continued-1", "evaluation-continued-1"])
def test_a_continuation_that_fails_fails_the_run_by_its_own_job(key: str, status: str) -> None:
    world = plain()
    world.go_on(8192)
    if key != "continued-1":
        world.finish("continued-1")
    step = world.finish(key, status)
    assert (step.status, step.failed_job) == ("failed", key)


def test_it_is_paused_and_cancelled_like_any_job() -> None:
    world = plain()
    world.go_on(8192)
    world.desired_state = "pause"
    assert (world.advance().status, world.jobs["continued-1"].status) == ("paused", "paused")
    world.desired_state = "run"
    assert (world.advance().status, world.jobs["continued-1"].status) == ("generalist", "queued")
    world.desired_state = "cancel"
    assert (world.advance().status, world.jobs["continued-1"].status) == ("cancelled", "cancelled")
