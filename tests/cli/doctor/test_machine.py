"""What the machine lacks, made so for the test."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from gsl.cli.doctor import Finding, machine


def states(findings: Iterable[Finding]) -> list[str]:
    return [finding.state for finding in findings]


def program(folder: Path, name: str, script: str) -> None:
    """A program that does what the script says."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are found."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("CXX", raising=False)
    return folder


def test_this_python_and_its_packages_are_right() -> None:
    assert states(machine.python()) == states(machine.packages()) == ["ok"]


def test_an_old_python_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "OLDEST", (9, 0))
    assert states(machine.python()) == ["problem"]


def test_a_missing_package_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "EXTRAS", {"api": "uvicorn", "moon": "no_such_module"})
    [found] = machine.packages()
    assert (found.state, found.remedy) == ("warning", "pip install 'gsl-lab[moon]'")


@pytest.mark.compiler
def test_a_compiler_that_works_is_found() -> None:
    assert states(machine.compiler()) == ["ok", "ok"]


def test_a_compiler_that_is_missing_or_fails_is_told_of(path: Path) -> None:
    assert states(machine.compiler()) == ["warning", "warning"]
    program(path, "cc", "echo 'fatal error: stdio.h: No such file' >&2; exit 1")
    c, _ = machine.compiler()
    assert "stdio.h" in c.found
    assert "build-essential" in c.remedy


def test_a_gpu_is_as_its_driver_says(path: Path) -> None:
    assert states(machine.gpu()) == ["ok"], "none is needed"
    program(path, "nvidia-smi", "echo 'NVIDIA-SMI has failed'; exit 9")
    assert states(machine.gpu()) == ["problem"]


@pytest.mark.parametrize(
    ("build", "usable", "state"), [("12.8", True, "ok"), ("12.8", False, "problem"), ("none", False, "problem")]
)
def test_a_gpu_that_pytorch_cannot_use_is_a_problem(
    path: Path, monkeypatch: pytest.MonkeyPatch, build: str, usable: bool, state: str
) -> None:
    program(path, "nvidia-smi", "echo 'GPU 0: Some GPU (UUID: GPU-0)'")
    monkeypatch.setattr(machine, "_ASK_TORCH", f"print('{build}', {usable})")
    [found] = machine.gpu()
    assert found.state == state
    assert found.remedy or state == "ok"


def test_a_full_or_closed_disk_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(machine.disk(tmp_path / "not" / "yet")) == ["ok"]
    monkeypatch.setattr(machine, "_LITTLE_DISK", 1 << 60)
    assert states(machine.disk(tmp_path)) == ["warning"]
    monkeypatch.setattr(machine, "_NO_DISK", 1 << 60)
    assert states(machine.disk(tmp_path)) == ["problem"]
    assert states(machine.disk(Path("/proc/data"))) == ["problem"]


def test_the_packages_of_exports_are_asked_for_where_a_server_exports(monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(machine.exports("")) == []
    assert states(machine.exports("tensorboard, wandb")) == ["ok", "ok"]
    assert states(machine.exports("mlflow")) == ["problem"]
    monkeypatch.setattr(machine, "find_spec", lambda _: None)
    [found] = machine.exports("wandb")
    assert (found.state, found.remedy) == ("problem", "pip install 'gsl-lab[wandb]'")


def test_little_memory_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(machine.memory()) == ["ok"]
    monkeypatch.setattr(machine, "_SLOT_BYTES", 1 << 60)
    assert states(machine.memory()) == ["problem"]
