"""Commands of this machine, with a stand-in for the worker that writes down what it was given."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gsl.cli.slots import Slot
from tests.cli.conftest import Gsl

ROOT = Path(__file__).parents[2]
WORKER = """
import os, signal, sys, time
names = ("GSL_WORKER_NAME", "GSL_WORKER_DIR", "GSL_API_URL", "GSL_WORKER_TOKEN", "GSL_WORKER_LABELS",
         "CUDA_VISIBLE_DEVICES")
with open(os.environ["SEEN"], "a") as seen:
    print(*(os.environ.get(name, "-") for name in names), file=seen)
with open("limits", "a") as file:
    given = (os.environ.get(f"GSL_{name}", "-") for name in ("IDLE_SECONDS", "UNTIL_MINUTES"))
    print(os.environ["GSL_WORKER_NAME"], *given, file=file)
if os.environ.get("CRASH") == os.environ["GSL_WORKER_NAME"] and not os.path.exists("crashed"):
    open("crashed", "w").close()
    sys.exit(9)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
time.sleep(60 if len(sys.argv) == 1 and os.environ.get("STAY") else 0)
"""

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start `gsl worker` with that stand-in, which a file of the current folder has the name of."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "stand_in.py").write_text(WORKER)
    (tmp_path / "stand_in.py").write_text("raise SystemExit('a file of the current folder was taken for the worker')")

    def start(*arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        paths = os.pathsep.join([str(tmp_path / "lib"), str(ROOT)])
        own = {"PYTHONPATH": paths, "SEEN": str(tmp_path / "seen"), "XDG_CONFIG_HOME": str(tmp_path)}
        program = (
            "from gsl.cli import slots; slots._AGAIN_AFTER_S, slots.WORKER = 0.2, 'stand_in'; "
            "from gsl.cli.main import main; raise SystemExit(main())"
        )
        command = [sys.executable, "-P", "-c", program, "worker", "--server", "http://gsl.lan:8000", *arguments]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GSL_", "CUDA_"))}
        with (tmp_path / "said").open("w") as said:
            return subprocess.Popen(command, cwd=tmp_path, env={**inherited, **own, **environment}, stderr=said)

    return start


def seen(folder: Path, number: int) -> list[list[str]]:
    """What the first slots were given, in the order of their names."""
    deadline = time.monotonic() + 30
    while len(lines := (folder / "seen").read_text().splitlines() if (folder / "seen").exists() else []) < number:
        assert time.monotonic() < deadline, lines
        time.sleep(0.05)
    return sorted(line.split() for line in lines)


def test_a_machine_without_gpus_is_one_slot_in_place_of_the_command(start: Start, tmp_path: Path) -> None:
    process = start("--name", "box", "--folder", "files", "--label", "a100", "--label", "lab-2", GSL_WORKER_TOKEN="t")
    assert process.wait(30) == 0
    assert seen(tmp_path, 1) == [["box", "files", "http://gsl.lan:8000", "t", "a100,lab-2", "-"]]


def test_there_is_a_slot_for_each_gpu_and_a_crash_is_made_up_for(start: Start, tmp_path: Path) -> None:
    process = start("--name", "box", GSL_WORKER_TOKEN="t", CUDA_VISIBLE_DEVICES="2,5", STAY="1", CRASH="box-5")
    try:
        given = seen(tmp_path, 3)
        assert given == [
            ["box-2", "data/worker/2", "http://gsl.lan:8000", "t", "-", "2"],
            *[["box-5", "data/worker/5", "http://gsl.lan:8000", "t", "-", "5"]] * 2,
        ]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert "box-5 ended with exit code 9" in (tmp_path / "said").read_text()
    finally:
        process.kill()
        process.wait()


def limits(folder: Path) -> dict[str, list[float | None]]:
    """The limits that each slot was given, by its name, in the order of its starts."""
    found: dict[str, list[float | None]] = {}
    for line in (folder / "limits").read_text().splitlines():
        name, *given = line.split()
        found.setdefault(name, []).extend(None if value == "-" else float(value) for value in given)
    return found


def test_a_slot_by_itself_is_told_when_to_end(start: Start, tmp_path: Path) -> None:
    assert start("--name", "box", "--exit-when-idle", "--until", "30", GSL_WORKER_TOKEN="t").wait(30) == 0
    idle, until = limits(tmp_path)["box"]
    assert idle == 60
    assert until is not None
    assert 29 < until <= 30


def test_slots_that_end_when_they_are_idle_are_not_started_again(start: Start, tmp_path: Path) -> None:
    """One that crashed is, and has what is left of the time."""
    process = start(
        "--slots", "2", "--name", "box", "--until", "5", GSL_WORKER_TOKEN="t", CRASH="box-1", GSL_IDLE_SECONDS="7"
    )
    assert process.wait(30) == 0
    found = limits(tmp_path)
    assert (len(found["box-0"]), len(found["box-1"])) == (2, 4)
    idle, first, idle_again, second = found["box-1"]
    assert idle == idle_again == 7
    assert first is not None
    assert second is not None
    assert second < first <= 5


def test_settings_that_are_wrong_end_all_slots(settings: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GSL_WORKER_TOKEN": "t", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-m", "gsl.cli.main", "worker", "--server", "nowhere", "--slots", "2"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "http://gsl.lan:8000" in ended.stderr


def test_slots_share_gpus_if_there_are_more_of_them() -> None:
    slots = [Slot.of(place, ["0", "1"], "box", Path("w")).settings for place in range(3)]
    assert [slot["CUDA_VISIBLE_DEVICES"] for slot in slots] == ["0", "1", "0"]
    assert len({slot["GSL_WORKER_NAME"] for slot in slots}) == len({slot["GSL_WORKER_DIR"] for slot in slots}) == 3


def test_a_worker_needs_a_token(run_gsl: Gsl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GSL_WORKER_TOKEN", raising=False)
    ended = run_gsl("worker", "--server", "http://gsl.lan:8000")
    assert ended.code == 2
    assert "GSL_WORKER_TOKEN" in ended.err


@pytest.mark.parametrize("command", ["up", "worker"])
def test_what_is_not_installed_is_named(run_gsl: Gsl, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr("gsl.cli.machine.find_spec", lambda name: None)
    ended = run_gsl(command)
    assert ended.code == 1
    assert "pip install 'gsl-lab[" in ended.err


def test_a_demo_uses_the_server_of_the_commands(run_gsl: Gsl, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def main(arguments: list[str]) -> int:
        asked.append(arguments)
        return 1

    monkeypatch.setattr("gsl.client.demo.main", main)
    assert run_gsl("--url", "http://gsl.lan:8000", "demo", "forkmaze-quick").code == 1
    assert asked == [["--preset", "forkmaze-quick", "--url", "http://gsl.lan:8000"]]
