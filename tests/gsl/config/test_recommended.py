"""Recommended settings: every row fits what it is for."""

import pytest

from gsl.config.recommended import TABLE, recommended
from gsl.config.run import LEARNERS, SUITES
from gsl.config.suites import ForkMazeSuite, ProcgenSuite, SuiteSettings
from gsl.config.suites.base import ActionKind, Observes


@pytest.mark.parametrize("row", TABLE)
def test_a_row_fits_its_suite_and_says_where_it_comes_from(row: tuple[str, str, str, str]) -> None:
    name, suite, kind, _ = row
    actions, observes = kind.split()
    found = TABLE[row]  # type: ignore[index]  # the machine is text here
    assert found.learner.name == name
    assert isinstance(found.learner, LEARNERS[name])
    assert suite in SUITES
    assert actions in found.learner.actions
    assert observes in found.learner.network.observes
    assert found.source.split(":")[0].split(",")[0] in ("paper", "library", "ours")


def test_every_learner_has_a_row_and_every_suite_too() -> None:
    assert {learner for learner, *_ in TABLE} == {
        "ppo",
        "ppg",
        "trpo",
        "rl2",
        "sac",
        "leep",
        "cadm",
        "ppo_cadm",
        "te_ppo",
        "sequence",
        "maml",
        "pearl",
    }
    assert {suite for _, suite, *_ in TABLE} == SUITES.keys() - {"external"}  # of which nothing is known here


def test_a_machine_without_a_row_gets_the_others() -> None:
    assert recommended("ppo", ForkMazeSuite(), "two_cores") == recommended("ppo", ForkMazeSuite(), "gpu")
    small, large = (recommended("ppg", ProcgenSuite(), machine).learner for machine in ("two_cores", "gpu"))
    assert (small.network.name, large.network.name) == ("small_cnn", "impala")


class Elsewhere(SuiteSettings):
    """A suite of somebody's own."""

    name: str = "elsewhere"

    @property
    def observes(self) -> Observes:
        return "vector"

    @property
    def actions(self) -> ActionKind:
        return "continuous"


def test_a_suite_of_ones_own_gets_what_gymnasium_gets() -> None:
    assert recommended("sac", Elsewhere()).source.startswith("carried over: paper")


def test_an_unknown_combination_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"sac .*procgen .*discrete picture"):
        recommended("sac", ProcgenSuite())
