"""Settings classes of installed packages: found, or refused with a sentence that names the entry point."""

import sys
from pathlib import Path
from typing import ClassVar

import pytest

from gsl.config.guides.base import GuideSettings
from gsl.config.plugins import PluginError, name_of, with_plugins
from gsl.config.run import GUIDES, LEARNERS, SUITES
from gsl.config.suites import BUILTIN_SUITES, SuiteSettings
from tests.examples.installed import announce, install_example, run_python

SUITE = """
from typing import ClassVar, Literal
from gsl.config.suites.base import SuiteSettings

class Mine(SuiteSettings):
    implementation: ClassVar[str] = "mine.env:Env"
    title: ClassVar[str] = "Mine"
    name: Literal["mine"] = "mine"
"""


def test_built_in_classes_are_chosen_by_their_names() -> None:
    assert {"forkmaze", "procgen", "gymnasium", "maniskill"} <= set(SUITES)
    for choices in (SUITES, LEARNERS, GUIDES):
        assert all(name_of(settings) == name for name, settings in choices.items())


def test_classes_of_all_three_groups_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    paths = [path for name in ("gridworld", "reinforce", "praise") for path in install_example(tmp_path, name)]
    said = run_python(
        "from gsl.config.run import *; print(list(SUITES)[-1], list(LEARNERS)[-1], list(GUIDES)[-1])", *paths
    )
    assert said.stdout.split() == ["gridworld", "reinforce", "praise"], said.stderr


@pytest.mark.parametrize(
    ("source", "value", "fact"),
    [
        (None, "mine:Mine", "ModuleNotFoundError: No module named 'mine'"),
        ("1 / 0", "mine:Mine", "ZeroDivisionError: division by zero"),
        ("def broken(", "mine:Mine", "SyntaxError"),
        (SUITE, "mine:Yours", "AttributeError: module 'mine' has no attribute 'Yours'"),
        ("Mine = dict", "mine:Mine", "gsl.config.suites.base.SuiteSettings"),
        ("Mine = 3", "mine:Mine", "gsl.config.suites.base.SuiteSettings"),
        (SUITE.replace('"mine"', '"forkmaze"'), "mine:Mine", "ForkMazeSuite"),
        (SUITE.replace('    name: Literal["mine"] = "mine"', ""), "mine:Mine", 'name: Literal["x"]'),
        (SUITE.replace('    title: ClassVar[str] = "Mine"', ""), "mine:Mine", "title"),
        (SUITE + "    size: int", "mine:Mine", "size"),
        (SUITE.replace("mine.env:Env", "mine.env"), "mine:Mine", "module:attribute"),
    ],
)
def test_a_class_that_cannot_be_used_is_named(
    source: str | None, value: str, fact: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(tmp_path, "my-package", {"gsl_lab.suites": {"mine": value}})
    if source is not None:
        (tmp_path / "mine.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    with pytest.raises(PluginError) as caught:
        with_plugins("gsl_lab.suites", SuiteSettings, BUILTIN_SUITES)
    assert fact in str(caught.value)
    if "Literal" not in fact:
        assert f"entry point gsl_lab.suites mine = {value} of my-package" in str(caught.value)


def test_a_guide_that_still_says_wants_learns_from_the_same() -> None:
    class Old(GuideSettings):
        wants: ClassVar[str] = "teachers"

    assert Old.learns_from == "teachers"


def test_a_broken_package_stops_whoever_starts_with_that_sentence(tmp_path: Path) -> None:
    announce(tmp_path, "my-package", {"gsl_lab.guides": {"mine": "mine:Mine"}})
    ended = run_python("import gsl.config.run", tmp_path)
    assert ended.stderr.splitlines()[-1].startswith("gsl.config.plugins.PluginError: entry point gsl_lab.guides mine")


def test_a_name_that_cannot_be_told_is_an_error() -> None:
    with pytest.raises(PluginError, match=r"SuiteSettings needs a field `name"):
        name_of(SUITES["forkmaze"].__mro__[1])


GYMNASIUM = "from gsl.config.suites import GymnasiumSuite; GymnasiumSuite(env_id='{}')"
REGISTERS = "import gymnasium; gymnasium.register('Mine-v0', 'gymnasium.envs.classic_control:CartPoleEnv', {})"


def test_packages_register_environments_by_an_entry_point(tmp_path: Path) -> None:
    announce(tmp_path, "my-package", {"gsl_lab.gymnasium_environments": {"mine": "mine"}})
    (tmp_path / "mine.py").write_text(REGISTERS.format("max_episode_steps=9, reward_threshold=9.0"))
    assert run_python(GYMNASIUM.format("Mine-v0"), tmp_path).returncode == 0
    (tmp_path / "mine.py").write_text("1 / 0")
    said = run_python(GYMNASIUM.format("CartPole-v1"), tmp_path).stderr
    assert "entry point gsl_lab.gymnasium_environments mine = mine: ZeroDivisionError" in said
