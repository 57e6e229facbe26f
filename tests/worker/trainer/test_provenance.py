"""What a trainer records of itself: of real git repositories, and never a secret."""

import shlex
import subprocess
import sys
from importlib import metadata
from importlib.metadata import version
from pathlib import Path

import pytest
import torch

from gsl.protocol.reports import MOST_CHANGED, MOST_DIFFERENCE, ProvenanceReport, SourceState, StartedReport
from gsl.worker.trainer import provenance as provenance_module
from gsl.worker.trainer.provenance import driver, packages, provenance
from gsl.worker.trainer.secrets import HIDDEN, arguments_without_secrets, without_secrets
from gsl.worker.trainer.source_state import source_state
from tests.worker.jobs import done, lines, spec


class Repository:
    """A package `lab` in a folder of a git repository, committed."""

    def __init__(self, root: Path) -> None:
        self.root, self.project = root, root / "packages" / "lab"
        self.write("lab/__init__.py", "REWARD = 1\n")
        self.write("pyproject.toml", "[project]\nname = 'lab'\n")
        self.git("init", "-q")
        self.commit()

    def write(self, name: str, text: str) -> None:
        file = self.project / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        command = ["git", *who, "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", "as it is")
        return self.git("rev-parse", "HEAD")

    def state(self) -> SourceState:
        source_state.cache_clear()
        return source_state("lab")


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    repository = Repository(tmp_path / "repository")
    monkeypatch.syspath_prepend(repository.project)
    return repository


def test_an_untouched_package_has_its_commit_alone(lab: Repository) -> None:
    state = lab.state()
    assert state.commit == lab.git("rev-parse", "HEAD")
    assert (state.changed, state.difference, state.cut, state.note) == ((), "", False, "")
    assert state.folder == str(lab.project)


def test_the_difference_turns_the_commit_into_what_ran(lab: Repository, tmp_path: Path) -> None:
    lab.write("lab/__init__.py", "REWARD = 2\n")
    lab.write("lab/model.py", "def act():\n    return 'ü'\n")
    lab.write("lab/weights.bin", "01")
    lab.write("../other/file.py", "outside\n")
    state = lab.state()
    assert state.changed == tuple(f"packages/lab/lab/{name}" for name in ("__init__.py", "model.py", "weights.bin"))
    patch = tmp_path / "patch"
    patch.write_text(state.difference)
    elsewhere = tmp_path / "elsewhere"
    lab.git("clone", "-q", str(lab.root), str(elsewhere))
    subprocess.run(["git", "-C", str(elsewhere), "apply", str(patch)], check=True)
    for name in ("lab/__init__.py", "lab/model.py"):
        assert (elsewhere / "packages" / "lab" / name).read_text() == (lab.project / name).read_text()


def test_a_large_difference_is_cut_and_says_so(lab: Repository) -> None:
    lab.write("lab/__init__.py", "".join(f"LINE_{number} = {number}\n" for number in range(10_000)))
    state = lab.state()
    assert (len(state.difference), state.cut) == (MOST_DIFFERENCE, True)
    lab.commit()
    for number in range(MOST_CHANGED + 1):
        lab.write(f"lab/data/{number}.bin", "x")
    state = lab.state()
    assert (len(state.changed), state.cut) == (MOST_CHANGED, True)


def test_secrets_stay_out_of_a_difference(lab: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_API_TOKEN", "value-of-the-token")
    lab.write("lab/.env", "DATABASE=in-a-file-of-secrets\n")
    lab.write("lab/client.py", 'where = "https://me:in-an-address@example.org"\npassword = "in-an-assignment"\n')
    lab.write("lab/__init__.py", "token = tokenizer(text)\nkey = 'value-of-the-token'\n")
    state = lab.state()
    assert "packages/lab/lab/.env" in state.changed
    for secret in ("value-of-the-token", "in-a-file", "in-an-address", "in-an-assignment"):
        assert secret not in state.model_dump_json()
    assert "+token = tokenizer(text)" in state.difference, "code is no secret"
    assert "secret" in state.note


def test_a_package_outside_a_repository_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lab.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    source_state.cache_clear()
    state = source_state("lab")
    assert state.commit is None
    assert "git" in state.note
    assert source_state("sys").folder == ""


def test_a_package_in_an_environment_is_not_of_the_repository_around_it(
    lab: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commit is the one that pip has installed it from."""
    site = lab.root / "venv" / "site-packages"
    info = site / "installed-2.0.dist-info"
    info.mkdir(parents=True)
    (site / "installed.py").touch()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: installed\nVersion: 2.0\n")
    monkeypatch.syspath_prepend(site)
    source_state.cache_clear()
    state = source_state("installed")
    assert (state.package, state.version, state.commit, state.note) == ("installed", "2.0", None, "")
    (info / "direct_url.json").write_text('{"url": "https://x", "vcs_info": {"vcs": "git", "commit_id": "c0ffee"}}')
    source_state.cache_clear()
    assert source_state("installed").commit == "c0ffee"


def test_without_git_the_record_says_so(lab: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    state = lab.state()
    assert (state.commit, state.note) == (None, "git is not installed on the worker.")


def test_packages_are_those_that_are_installed() -> None:
    for name in ("torch", "numpy", "pydantic-core", "gsl-lab"):
        assert packages()[name] == metadata.version(name)


@pytest.mark.parametrize(
    "text",
    [
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\nGCC version: 12.3.0",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build\nGCC version: 12.3.0",
    ],
)
def test_the_driver_s_version_is_read_from_its_module(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance_module, "_NVIDIA", tmp_path / "version")
    (tmp_path / "version").write_text(text)
    driver.cache_clear()
    assert driver().startswith("driver 550.54.15, CUDA ")
    (tmp_path / "version").unlink()
    monkeypatch.setenv("PATH", "")
    driver.cache_clear()
    assert driver().startswith("driver unknown, ")
    driver.cache_clear()


def test_a_job_begins_with_what_it_is_made_with(tmp_path: Path) -> None:
    job = spec(budget_steps=spec().config.learner.batch_size)
    started, made_with = lines(done(tmp_path, job))[:2]
    assert isinstance(started, StartedReport)
    assert isinstance(made_with, ProvenanceReport)
    assert made_with == provenance(job, torch.device("cpu"), 0)
    assert made_with.seeds == {"run": job.config.seed, "job": job.seed}
    assert made_with.packages["torch"] == version("torch")
    assert made_with.sources[0].package == "gsl-lab"
    assert shlex.split(made_with.command) == arguments_without_secrets(sys.orig_argv)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--token", "abc", "job"], ["--token", HIDDEN, "job"]),
        (["--api-key=abc", "--epochs=3"], [f"--api-key={HIDDEN}", "--epochs=3"]),
        (["GSL_WORKER_TOKEN=abc"], [f"GSL_WORKER_TOKEN={HIDDEN}"]),
        (["redis://:abc@host/0"], [f"redis://{HIDDEN}@host/0"]),
        (["-m", "gsl.worker.trainer", "/folder/3"], ["-m", "gsl.worker.trainer", "/folder/3"]),
    ],
)
def test_secrets_stay_out_of_a_command(arguments: list[str], shown: list[str]) -> None:
    assert arguments_without_secrets(arguments) == shown


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + "a1" * 12,
        "hf_" + "b2" * 12,
        "Authorization: Bearer abcdefghijkl",
        "https://hooks.slack.com/services/T0/B0/xyz",
        "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
        'os.environ["API_KEY"] = "s3cret"',
        "secret: str = 's3cret'",
    ],
)
def test_known_forms_of_secrets_are_hidden(text: str) -> None:
    assert HIDDEN in without_secrets(text)


@pytest.mark.timeout(20)
def test_long_lines_are_searched_quickly(lab: Repository) -> None:
    for text in ("a" * 300_000, "token" * 60_000, "token: " * 40_000, "://a" * 70_000, "secret = '" * 30_000):
        lab.write("lab/__init__.py", f"DATA = 1  # {text}\n")
        assert lab.state().cut
        without_secrets(text)
        arguments_without_secrets([text])


def test_a_password_of_the_environment_is_hidden_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://:opensesame@host/0")
    assert without_secrets("it is opensesame") == f"it is {HIDDEN}"
