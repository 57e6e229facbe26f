"""A machine without a library that Procgen loads says so, and what to install."""

import pytest

from gsl.config.suites import ProcgenSuite
from gsl.worker.envs import installed_suites, make_env
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.sampling.samplers import QueueSampler


def test_a_missing_library_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ProcgenSuite.missing() is None
    monkeypatch.setitem(ProcgenSuite.libraries, "libabsent.so.7", "libabsent7")
    assert ProcgenSuite.missing_libraries() == {"libabsent.so.7": "libabsent7"}
    assert "procgen" not in installed_suites()
    with pytest.raises(EnvError, match=r"libabsent\.so\.7 cannot be loaded.*apt-get install libabsent7"):
        make_env(ProcgenSuite(), 1, QueueSampler([0]), 0)
