"""The comparison of ways to act when unsure: what is trained, played, kept, and said."""

from pathlib import Path

import pytest

from benchmarks import leep
from benchmarks.learning import Task
from benchmarks.leep import (
    LINK,
    LINK_LIKELIEST,
    MEMBER,
    PAGE,
    PPO_UNTRIED,
    WAYS,
    Outcome,
    Returns,
    learn,
    learn_all,
    read,
    table,
    tasks,
)
from gsl.config.suites import ClassificationSuite


def small(seed: int = 1) -> list[Task]:
    """All four trainings, one epoch each, with few images."""
    suite = ClassificationSuite(images=4, held_out_images=3, split_seed=seed)
    return [
        task.model_copy(
            update={
                "suite": suite.model_copy(update={"guesses_observed": "observed" in task.arm}),
                "test_episodes": 1,
            }
        )
        for task in tasks([seed], steps=2048)
    ]


def made_up(task: Task) -> Outcome:
    ways = {"leep": (LINK, WAYS[0])}.get(task.arm, ())
    shift = {LINK: 1.0}
    returns = {way: Returns(training=-1.0, held_out=shift.get(way, 0.0) - task.seed) for way in ways}
    return Outcome(task=task, ways=returns, seconds=1.0)


def test_four_trainings_are_played_in_every_way() -> None:
    played = [outcome.ways for outcome in map(learn, small())]
    assert sorted(way for ways in played for way in ways) == sorted(WAYS)
    untried = next(ways[PPO_UNTRIED] for ways in played if PPO_UNTRIED in ways)
    assert all(-9 <= returns <= 0 for returns in (untried.training, untried.held_out))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_sampled_link_beats_its_likeliest_label_and_a_member_on_new_images() -> None:
    task = next(task for task in tasks([1], steps=60_000) if task.arm == "leep")
    held_out = {way: returns.held_out for way, returns in learn(task).ways.items()}
    assert held_out[LINK] > held_out[LINK_LIKELIEST] + 0.5
    assert held_out[LINK] > held_out[MEMBER] + 0.3


def test_every_seed_has_other_images_and_equal_steps() -> None:
    suites = [{task.suite.training_variations() for task in tasks([seed])} for seed in (1, 2)]
    assert [len(each) for each in suites] == [1, 1]
    assert suites[0] != suites[1]
    assert len({task.steps for task in tasks([1, 2])}) == 1


def test_what_the_file_holds_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "results.json"
    [task, *_] = small()
    learn_all([task], 1, file)
    first = read(file)
    monkeypatch.setattr(leep, "learn", None)
    learn_all([task], 1, file)
    assert read(file) == first
    assert first[0].task == task


def test_ways_are_compared_with_the_link_by_seed() -> None:
    said = table([made_up(task) for task in tasks([1, 2, 3])])
    assert f"| {LINK} | 3 | -1.00 | -1.00 [-3.48, 1.48] | - |" in said
    assert f"| {WAYS[0]} | 3 | -1.00 | -2.00 [-4.48, 0.48] | +1.00 (3 seeds, no interval) |" in said


def test_the_page_has_a_place_for_the_table() -> None:
    assert f"<!-- results:{leep.NAME} -->" in PAGE.read_text()
