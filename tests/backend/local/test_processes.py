"""Children of the local product: tied to us, restarted, stopped, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from gsl.backend.local.processes import Child

SLEEPER = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
PARENT_OF_SESSION = f"""
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], start_new_session=True).pid, flush=True)
time.sleep(600)
"""
# A small product: one child that has a child in a session of its own, watched like the real ones.
PRODUCT = f"""
import signal, sys, time
from pathlib import Path
from gsl.backend.local.processes import Child, Orphans, adopt_orphans, stop_in_order
adopt_orphans()
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
child = Child("worker 1", (sys.executable, "-c", {PARENT_OF_SESSION!r}), {{}}, Path(sys.argv[1]), grace_s=2)
child.start()
print(child.process.pid, flush=True)
orphans = Orphans()
while not stop:
    orphans.tend([child])
    child.revive(lambda text: print(text, flush=True))
    time.sleep(0.05)
stop_in_order([[child]], lambda: False)
"""


def make_child(code: str, log: Path, grace_s: float = 5) -> Child:
    return Child("test child", (sys.executable, "-c", code), {}, log, grace_s)


def wait_until(true: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "did not become true in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def start_product(log: Path) -> tuple["subprocess.Popen[str]", int, int]:
    """The small product, its child and its grandchild."""
    product = subprocess.Popen([sys.executable, "-c", PRODUCT, str(log)], stdout=subprocess.PIPE, text=True)
    assert product.stdout is not None
    child = int(product.stdout.readline())
    wait_until(lambda: log.read_text().endswith("\n"))
    return product, child, int(log.read_text().split()[0])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "child.log"
    path.touch()
    return path


def test_a_child_dies_with_a_product_that_is_killed(log: Path) -> None:
    product, child, grandchild = start_product(log)
    product.kill()
    product.communicate()
    wait_until(lambda: not is_alive(child))
    os.kill(grandchild, signal.SIGKILL)  # in its own session, so ending it is its parent's duty


def test_what_a_killed_child_leaves_behind_is_ended_and_the_child_started_again(log: Path) -> None:
    product, child, grandchild = start_product(log)
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not is_alive(grandchild))
    wait_until(lambda: len(log.read_text().split()) == 2)
    product.terminate()
    said, _ = product.communicate(timeout=10)
    assert all(fact in said for fact in ("worker 1", "signal 9", "2 s"))


def test_after_a_stop_nothing_is_left(log: Path) -> None:
    product, child, grandchild = start_product(log)
    product.terminate()
    product.communicate(timeout=10)
    assert product.returncode == 0
    assert not is_alive(child)
    assert not is_alive(grandchild)


def test_a_child_that_ignores_the_wish_to_stop_is_killed_after_its_grace_time(log: Path) -> None:
    child = make_child(STUBBORN, log)
    child.start()
    wait_until(lambda: "deaf" in log.read_text())
    child.ask_to_stop()
    time.sleep(0.2)
    assert child.alive
    child.kill()
    assert child.ending == "was killed by signal 9"


def test_each_early_death_doubles_the_pause(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("gsl.backend.local.processes.time.monotonic", lambda: clock[0])
    said: list[str] = []
    child = make_child("raise SystemExit(3)", log)
    child.start()
    for _ in range(3):
        assert child.process is not None
        child.process.wait()
        child.revive(said.append)
        clock[0] += 31
        child.revive(said.append)
    child.kill()
    assert [text.split(" in ")[1].split()[0] for text in said] == ["2", "4", "8"]
    assert "status 3" in said[0]
