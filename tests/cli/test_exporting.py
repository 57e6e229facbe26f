"""`gsl export --tensorboard` and `--wandb`: the numbers of any run that has ended, where those tools find them."""

import importlib.util
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

from tests.backend.api_driver import ApiDriver
from tests.cli.conftest import Gsl


@pytest.fixture
def run(driver: ApiDriver) -> int:
    number = driver.launch(config={"arm": "generalist"}, name="../maze: a/b")
    driver.play(number, [0.1, 0.9])
    return number


def test_tensorboard_opens_the_folder(gsl: Gsl, run: int, tmp_path: Path) -> None:
    exported = gsl("export", run, "--tensorboard", tmp_path / "logs", "--json")
    assert exported.code == 0, exported.err
    folder = tmp_path / "logs" / f"maze-a-b-{run}"
    assert exported.json["files"] == [str(folder)]
    opened = EventMultiplexer().AddRunsFromDirectory(str(tmp_path / "logs")).Reload()
    assert f"{folder.name}/generalist-1" in opened.Runs()
    assert "training/return" in opened.Runs()[f"{folder.name}/generalist-1"]["scalars"]
    assert list(tmp_path.rglob("*.json.gz")) == [], "no record is asked for"


def test_both_at_once_and_nothing_is_replaced_unasked(gsl: Gsl, run: int, tmp_path: Path) -> None:
    both = ("--tensorboard", tmp_path, "--wandb", tmp_path)
    assert gsl("export", run, *both).code == 0
    assert list((tmp_path / "wandb").glob("offline-run-*"))
    for each in (both[:2], both[2:]):
        refused = gsl("export", run, *each)
        assert (refused.code, refused.out) == (1, "")
        assert "--force" in refused.err
    assert gsl("export", run, *both, "--force").code == 0


def test_wrong_places_and_wrong_options_are_told_of(gsl: Gsl, run: int, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    refused = gsl("export", run, "--tensorboard", tmp_path / "file")
    assert refused.code == 1
    assert str(tmp_path / "file") in refused.err
    assert gsl("export", run, "--tensorboard", tmp_path, "--files").code == 2
    assert gsl("export", 10**6, "--tensorboard", tmp_path / "new").code == 3
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("package", ["tensorboard", "wandb"])
def test_a_missing_package_is_named(
    package: str, gsl: Gsl, run: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr("gsl.exporters.about.find_spec", lambda name: None if name == package else find(name))
    refused = gsl("export", run, f"--{package}", tmp_path / "new")
    assert refused.code == 1
    assert f"pip install 'gsl-lab[{package}]'" in refused.err
    assert not (tmp_path / "new").exists()
