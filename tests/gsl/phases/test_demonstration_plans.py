"""What demonstrations jobs must return, and a run whose demonstrations were filtered to none."""

import random
from dataclasses import replace
from typing import Any

import pytest

from gsl.method.selection import shrunk_means
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import DemonstrationCount
from tests.gsl.phases.runs import World, config_of, returns


def approved(**parts: Any) -> World:
    """Specialists train, four variations with the returns 0, 0.1, 0.2, 0.3 having been measured at the gate."""
    world = World(config_of(**{"gate": {"mode": "auto"}, **parts}))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    return world


def test_thresholds_are_the_generalists_corrected_means_only_with_the_return_filter() -> None:
    """Measured were 0, 0.1, 0.2, 0.3. What specialists must exceed lies above that, what the generalist must reach
    never does."""
    world = approved(demonstrations={"filter": "return"})
    corrected = shrunk_means(world.evaluations["evaluation-1"])
    own = world.specs["demonstrations-1-0"].thresholds
    assert own == {2: pytest.approx(min(0.2, corrected[2])), 3: pytest.approx(min(0.3, corrected[3]))}
    world.finish("specialist-1-1")
    [(variation, threshold)] = world.specs["demonstrations-1-1"].thresholds.items()
    assert threshold == pytest.approx(corrected[variation])
    assert threshold > 0.1 * variation
    assert approved().specs["demonstrations-1-0"].thresholds == {}


def test_a_variation_that_was_not_measured_has_the_mean_of_all_as_threshold() -> None:
    world = World(config_of(demonstrations={"filter": "return"}, gate={"mode": "auto"}))
    world.advance()
    world.finish("generalist-1", outcome="plateau")
    world.evaluations["evaluation-1"] = returns(world.config, {0: 0.4, 1: 0.4, 2: 0.4})
    world.finish("evaluation-1")
    world.finish("specialist-1-1")
    world.finish("specialist-1-2")
    given = {v: t for spec in world.specs.values() if spec.index for v, t in spec.thresholds.items()}
    own = world.specs["demonstrations-1-0"].thresholds
    assert (given | own).keys() == {0, 1, 2, 3}
    assert list((given | own).values()) == pytest.approx([0.4] * 4)


def demonstrated(world: World, key: str, kept: dict[int, int], tried: int = 10) -> None:
    """End a demonstrations job that kept so many episodes of each variation."""
    counts = tuple(
        DemonstrationCount(variation=v, kept=k, tried=tried, mean_return=1.0 if k else None) for v, k in kept.items()
    )
    world.jobs[key] = replace(world.jobs[key], demonstrated=counts)
    world.finish(key)


def through(world: World, kept: int) -> tuple[int, ...]:
    """Specialists and generalist demonstrate; of the first specialist's variations nothing is kept, of the others so
    many episodes. The first specialist's variations."""
    for index in (1, 2):
        world.finish(f"specialist-1-{index}")
    for index in (0, 1, 2):
        key = f"demonstrations-1-{index}"
        demonstrated(world, key, dict.fromkeys(world.specs[key].variations, 0 if index == 1 else kept))
    return world.specs["demonstrations-1-1"].variations


CHANGE = ("specialists.steps", "demonstrations.max_tries", "demonstrations.filter")
"""Settings that would let episodes through the filter."""


def test_a_warning_names_what_a_specialist_could_not_show_and_the_settings_to_change() -> None:
    world = approved(demonstrations={"filter": "success"})
    [variation] = through(world, kept=3)
    assert world.specs["finetune-1"].demonstrations == (
        "demonstrations-1-0",
        "demonstrations-1-1",
        "demonstrations-1-2",
    )
    [warning] = world.plan.warnings
    assert all(fact in warning for fact in ("specialist 1", f"variation {variation}", "10 episodes", *CHANGE))


def test_a_run_whose_demonstrations_were_all_rejected_continues_without_a_guide() -> None:
    world = approved(demonstrations={"filter": "return"})
    through(world, kept=0)
    assert world.specs["finetune-1"].demonstrations == ()
    assert world.plan.status == "finetune"
    assert all(setting in world.plan.message for setting in CHANGE)
    assert len(world.plan.warnings) == 3
    of_generalist = world.plan.warnings[2]
    assert all(fact in of_generalist for fact in ("generalist", "variations 2, 3", "20 episodes", CHANGE[1]))


def test_a_budget_too_small_for_one_episode_is_named() -> None:
    world = approved()
    for index in (1, 2):
        world.finish(f"specialist-1-{index}")
        key = f"demonstrations-1-{index}"
        demonstrated(world, key, dict.fromkeys(world.specs[key].variations, 0), tried=0)
    assert all("budget.total_steps" in warning for warning in world.plan.warnings)
    assert len(world.plan.warnings) == 2


def test_jobs_of_earlier_versions_do_not_say_what_they_kept() -> None:
    world = approved()
    for key in ("specialist-1-1", "specialist-1-2", "demonstrations-1-0", "demonstrations-1-1", "demonstrations-1-2"):
        world.finish(key)
    assert len(world.specs["finetune-1"].demonstrations) == 3
    assert world.plan.warnings == ()


def test_no_demonstrations_of_the_generalist_where_none_are_asked_for() -> None:
    world = approved(demonstrations={"generalist_per_variation": 0})
    assert world.active() == ["specialist-1-1", "specialist-1-2"]


def test_failed_demonstrations_count_as_a_failed_specialist() -> None:
    world = approved(specialists={"min_share": 0.5})
    world.finish("specialist-1-1")
    world.finish("demonstrations-1-1", "failed")
    world.finish("demonstrations-1-0", "failed")
    world.finish("specialist-1-2")
    world.finish("demonstrations-1-2")
    assert world.plan.status == "finetune"
    assert len(world.plan.warnings) == 2
    assert world.specs["finetune-1"].demonstrations == ("demonstrations-1-2",)


@pytest.mark.parametrize("parts", [{}, {"specialists": {"rungs": 2, "count": 4}}])
def test_which_job_ends_first_changes_no_plan(parts: dict[str, Any]) -> None:
    """Slots are quicker or slower, or are killed: the run must be the same."""

    def planned(chance: random.Random) -> dict[str, JobSpec]:
        world = approved(**parts)
        while world.active():
            key = chance.choice(world.active())
            world.finish(key, spent=int(world.jobs[key].budget * (0.5 + 0.1 * world.specs[key].index)))
        return world.specs

    expected = planned(random.Random(0))
    assert len(expected) > 6
    for seed in range(1, 10):
        assert planned(random.Random(seed)) == expected
