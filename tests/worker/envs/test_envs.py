"""One way to make the environments of any suite."""

import pytest

from gsl.config.suites import ForkMazeSuite, ProcgenSuite
from worker.envs import installed_suites, make_env
from worker.envs.forkmaze import ForkMazeEnv
from worker.envs.procgen import ProcgenEnv
from worker.envs.samplers import QueueSampler


def test_each_suite_has_its_environment() -> None:
    assert isinstance(make_env(ForkMazeSuite(), 2, QueueSampler([1]), 0), ForkMazeEnv)
    assert isinstance(make_env(ProcgenSuite(num_threads=0), 2, QueueSampler([1]), 0), ProcgenEnv)


def test_installed_suites_are_those_whose_packages_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed_suites() == ("forkmaze", "procgen")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert installed_suites() == ("forkmaze",)
