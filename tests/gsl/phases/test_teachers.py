"""What is planned for guides that want demonstrations, teachers or nothing: steps go only into what is learned from."""

from typing import Any

import pytest

from gsl.protocol.jobs import TeacherSource
from tests.gsl.phases.runs import World, config_of


def through_specialists(guide: dict[str, Any], failing: tuple[str, ...] = (), **parts: Any) -> World:
    world = World(config_of(gate={"mode": "auto"}, guide=guide, **parts))
    world.advance()
    world.finish("generalist-1", outcome="plateau", spent=20_480)
    world.finish("evaluation-1", spent=400)
    while keys := world.active("specialist", "demonstrations"):
        world.finish(keys[0], "failed" if keys[0] in failing else "succeeded", spent=world.jobs[keys[0]].budget // 2)
    return world


def taught(world: World) -> dict[str, tuple[tuple[int, ...], str]]:
    def entry(teacher: TeacherSource) -> tuple[str, tuple[tuple[int, ...], str]]:
        return teacher.checkpoint.job, (teacher.variations, teacher.checkpoint.which)

    return dict(entry(teacher) for teacher in world.specs["finetune-1"].teachers)


@pytest.mark.parametrize("guide", [{"name": "dagger"}, {"name": "none"}])
def test_nothing_is_demonstrated_to_a_guide_that_wants_none(guide: dict[str, Any]) -> None:
    world = through_specialists(guide)
    assert world.plan.status == "finetune"
    assert not [key for key in world.specs if key.startswith("demonstrations")]
    assert world.specs["finetune-1"].demonstrations == ()
    spent = world.config.budget.total_steps - world.state.spent
    assert world.specs["finetune-1"].budget_steps == spent


@pytest.mark.parametrize("name", ["dapg", "gail", "bc"])
def test_demonstrations_for_those_that_want_them(name: str) -> None:
    finetune = through_specialists({"name": name}).specs["finetune-1"]
    assert len(finetune.demonstrations) == 3
    assert finetune.teachers == ()


def test_each_specialist_teaches_its_variations_and_the_generalist_the_rest() -> None:
    world = through_specialists({"name": "dagger"})
    parts = {key: world.specs[key].variations for key in ("specialist-1-1", "specialist-1-2")}
    expected = {key: (part, "best") for key, part in parts.items()}
    rest = tuple(v for v in range(4) if v not in {v for part in parts.values() for v in part})
    assert taught(world) == {**expected, "generalist-1": (rest, "last")}


def test_the_generalist_teaches_what_a_failed_specialist_owned() -> None:
    world = through_specialists({"name": "dagger"}, ("specialist-1-2",))
    lost = world.specs["specialist-1-2"].variations
    assert set(lost) < set(taught(world)["generalist-1"][0])
    assert "specialist-1-2" not in taught(world)


def test_without_a_specialist_there_are_no_teachers() -> None:
    failing = ("specialist-1-1", "specialist-1-2")
    world = through_specialists({"name": "dagger"}, failing, specialists={"min_share": 0})
    assert world.specs["finetune-1"].teachers == ()


def test_going_on_without_specialists_goes_on_without_teachers() -> None:
    world = through_specialists({"name": "dagger"}, ("specialist-1-1",), specialists={"min_share": 1})
    assert world.plan.status == "awaiting_approval"
    assert world.decide("continue").status == "finetune"
    assert world.specs["finetune-1"].teachers == ()


def test_no_steps_are_kept_back_for_what_nobody_demonstrates() -> None:
    """The least total without demonstrations is refused with them."""
    least = 49_152 + 2 * 16_384 + 4096 + 600
    assert config_of(guide={"name": "dagger"}, budget={"total_steps": least}).budget.total_steps == least
    with pytest.raises(ValueError, match="total_steps"):
        config_of(budget={"total_steps": least})
