"""The wheel holds the whole product and takes one name. tests/cli/test_docs.py runs the product from such a wheel."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.browser.product import free_port
from tests.wheel import ROOT, build


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_takes_no_name_that_a_lab_may_use_itself(wheel: Path) -> None:
    names = {name.partition("/")[0] for name in ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"gsl"}


def test_the_wheel_has_everything_that_git_knows_of_its_packages_and_the_page(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split(
        "\n"
    )
    moved = {"alembic": "gsl/backend/migrations"} | {
        side: f"gsl/{side}" for side in ("backend", "client", "cli", "worker")
    }
    for name in listed:
        folder, _, rest = name.partition("/")
        if folder in moved and not (ROOT / name).is_symlink():
            assert f"{moved[folder]}/{rest}" in held
    page = ROOT / "frontend" / "dist"
    assert {f"gsl/backend/page/{file.relative_to(page)}" for file in page.rglob("*") if file.is_file()} <= held


def test_a_wheel_without_the_page_is_not_built(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "gsl", tmp_path / "gsl", symlinks=True)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", str(tmp_path)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode != 0
    assert "The page is not built" in built.stdout + built.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_empty_environment_takes_the_quick_preset_to_its_end(wheel: Path, tmp_path: Path) -> None:
    """With everything that pip installs, from the package index; prints what it takes."""
    environment, port = tmp_path / "environment", free_port()
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    started = time.monotonic()
    subprocess.run([environment / "bin" / "pip", "install", "--quiet", f"{wheel}[local]"], check=True, cwd=tmp_path)
    print(f"wheel {wheel.stat().st_size / 1e6:.1f} MB, installed in {time.monotonic() - started:.0f} s")
    inherited = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    settings = {**inherited, "PATH": "/usr/bin:/bin", "GSL_URL": f"http://127.0.0.1:{port}", "GSL_DATA_DIR": "data"}
    gsl = str(environment / "bin" / "gsl")
    for start in ("first", "second"):
        begun = time.monotonic()
        with subprocess.Popen([gsl, "up", "--port", str(port)], cwd=tmp_path, env=settings) as product:
            try:
                while subprocess.run(
                    [gsl, "list"], cwd=tmp_path, env=settings, capture_output=True, check=False
                ).returncode:
                    assert product.poll() is None
                print(f"{start} start: {time.monotonic() - begun:.1f} s until it answers")
                if start == "first":
                    launch = [gsl, "launch", "forkmaze-quick", "--auto", "--watch"]
                    subprocess.run(launch, cwd=tmp_path, env=settings, check=True)
                shown = subprocess.run(
                    [gsl, "show", "1", "--json"], cwd=tmp_path, env=settings, capture_output=True, check=True
                )
                assert json.loads(shown.stdout)["status"] == "succeeded"
            finally:
                product.terminate()
