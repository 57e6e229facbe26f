"""Over a whole simulated run: the step moves forwards only, and the time left stays near the truth."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from gsl.backend.domain.line import Line
from gsl.backend.domain.pace import Pace
from gsl.backend.domain.run_progress import RunProgress, activity, eta, phases, position
from gsl.backend.domain.run_steps import steps_of
from gsl.backend.domain.time_left import is_starting
from gsl.config.run import RunConfig
from gsl.phases import Proposal
from tests.backend.domain.simulated_run import STARTUP, SimulatedRun
from tests.gsl.phases.runs import World, config_of

FACTOR, SECONDS = 1.35, 12.0
"""A time left is right if it is within this factor of the truth, or this near to it."""


def approve(world: World) -> None:
    world.decide("approve")


def train_on_once(world: World) -> None:
    world.decide("continue" if len(world.gates) == 1 else "approve")


def one_specialist(world: World) -> None:
    proposal = world.openings[-1].proposal
    everything = tuple(variation for part in proposal.partition for variation in part)
    world.decide("approve", Proposal((everything,), 8192, "clone"))


BIG = {"total_steps": 600_000, "generalist_steps": 200_000}
CASES: dict[str, tuple[RunConfig, dict[str, Any]]] = {
    "one cycle": (config_of(budget=BIG), {}),
    "one slot": (config_of(budget=BIG), {"slots": 1}),
    "three cycles": (config_of(budget=BIG, cycles={"count": 3, "min_gain": None}), {}),
    "keeps training": (config_of(budget=BIG), {"decide": train_on_once}),
    "halving": (config_of(budget=BIG, specialists={"rungs": 2, "steps": 60_000}), {}),
    "resumed": (config_of(budget=BIG), {"stops": {"generalist-1", "finetune-1"}}),
    "edited": (config_of(budget=BIG), {"decide": one_specialist}),
    "baseline": (config_of(budget=BIG, arm="generalist"), {}),
}


def watched(
    config: RunConfig, decide: Callable[[World], None] = approve, **how: Any
) -> list[tuple[float, RunProgress]]:
    """Every second of a run, after an equal one that was measured."""
    earlier = SimulatedRun(config, decide=decide)
    for _ in earlier.watch():
        pass
    run = SimulatedRun(config, decide=decide, others=tuple(earlier.jobs.values()), **how)
    return [(run.second, progress) for progress in run.watch()]


@pytest.mark.parametrize("case", CASES)
def test_the_step_never_moves_backwards(case: str) -> None:
    config, how = CASES[case]
    states = [[phase.state for phase in phases(progress)] for _, progress in watched(config, **how)]
    places = [_place(each) for each in states if set(each) != {"pending"}]
    assert places == sorted(places)
    assert len(set(places)) > 1
    for each in states:
        assert each == sorted(each, key=("done", "skipped", "active", "pending").index)


def _place(states: Sequence[str]) -> int:
    return states.index("active") if "active" in states else len(states)


@pytest.mark.parametrize("case", CASES)
def test_the_time_left_is_near_the_truth(case: str) -> None:
    config, how = CASES[case]
    seconds = watched(config, **how)
    end = seconds[-1][0]
    for second, progress in seconds:
        told, truth = eta(phases(progress)), end - second + _unforeseen(case, config, progress)
        assert told is not None
        assert truth / FACTOR - SECONDS <= told <= truth * FACTOR + SECONDS, (second, told, truth)


def _unforeseen(case: str, config: RunConfig, progress: RunProgress) -> float:
    """What nobody can know yet: that a person will train on, and that jobs will be stopped."""
    if case == "resumed":
        return -sum(STARTUP for key in ("generalist-1", "finetune-1") if _attempts(progress, key) < 2)
    return 0.0


def _attempts(progress: RunProgress, key: str) -> int:
    return next((job.attempt for job in progress.jobs if job.key == key), 0)


@pytest.mark.parametrize("case", CASES)
def test_it_is_never_less_than_the_rest_of_a_start(case: str) -> None:
    config, how = CASES[case]
    for _, progress in watched(config, **how):
        told = eta(phases(progress)) or 0.0
        for job in filter(is_starting, progress.jobs):
            begun = job.started_at if job.attempt == 1 else job.queued_at
            assert begun is not None
            assert told >= STARTUP - (progress.now - begun).total_seconds()


def test_nothing_is_told_before_anything_was_measured() -> None:
    run = SimulatedRun(config_of(), decide=approve)
    told = {progress.jobs[0].epochs > 0: eta(phases(progress)) for progress in run.watch() if len(progress.jobs) == 1}
    assert told[False] is None
    assert told[True] is not None


def test_a_job_is_queued_then_starting_then_trains() -> None:
    found: list[str] = []
    for progress in SimulatedRun(config_of(), decide=approve).watch():
        if (text := activity(progress)) not in found[-1:]:
            found.append(text)
    assert found[:3] == ["queued, next in line", "starting on worker w", ""]


def test_jobs_ahead_are_waited_for() -> None:
    _, first = watched(CASES["one cycle"][0])[0]
    free, full = (replace(first, line=line) for line in (Line(), Line(busy=2, ahead=5)))
    alone, behind = eta(phases(free)), eta(phases(full))
    assert alone is not None
    assert behind is not None
    assert behind > alone + 2 * STARTUP
    assert eta(phases(replace(full, pace=Pace()))) is None


def test_an_edited_gate_changes_every_number_after_it() -> None:
    config = CASES["edited"][0]
    for decide in (approve, one_specialist):
        run = SimulatedRun(config, decide=decide)
        for progress in run.watch():
            steps = steps_of(config, progress.jobs, progress.gates)
            assert sum(step.budget for step in steps) >= config.budget.total_steps - config.learner.batch_size
            here = steps[position(progress, steps)]
            if here.name == "specialists":
                split = progress.gates[0]
                others = sum(job.budget for job in here.jobs if job.kind == "demonstrations")
                assert here.budget == split.specialists * split.specialist_steps + others
                break
        else:
            pytest.fail("the specialists were never reached")
    decided = run.world.gates[0].decision
    assert decided is not None
    assert (len(decided.partition), decided.specialist_steps) == (1, 8192)
