"""One way to make the environments of any suite."""

import pytest

from gsl.config.suites import ForkMazeSuite, ProcgenSuite
from gsl.worker.envs import installed_suites, make_env
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.forkmaze.env import ForkMazeEnv
from gsl.worker.envs.procgen.env import ProcgenEnv
from gsl.worker.envs.sampling.samplers import QueueSampler


def test_each_suite_has_its_environment() -> None:
    assert isinstance(make_env(ForkMazeSuite(), 2, QueueSampler([1]), 0), ForkMazeEnv)
    assert isinstance(make_env(ProcgenSuite(num_threads=0), 2, QueueSampler([1]), 0), ProcgenEnv)


def test_installed_suites_are_those_whose_packages_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"forkmaze", "procgen"} <= set(installed_suites())
    monkeypatch.setattr("gsl.config.suites.base.find_spec", lambda name: None)
    assert "forkmaze" in installed_suites()
    assert "procgen" not in installed_suites()


def test_what_is_missing_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gsl.config.suites.base.find_spec", lambda name: None)
    with pytest.raises(EnvError, match=r'procgen.*pip install "\.\[worker\]"'):
        make_env(ProcgenSuite(num_threads=0), 2, QueueSampler([1]), 0)
