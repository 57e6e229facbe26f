"""Runs under random kills: `python -m tests.system.chaos --minutes 10 --database postgresql` (what `make chaos` runs).

Two slots work on three runs at a time while, every few seconds, a trainer, its warm parent, a slot, the API, the broker
or the supervisor is killed. Every run must succeed with exactly the reports of one that nobody disturbed, no epoch
missing or doubled, the ledger must equal the reports, and no process may be left.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil

from gsl.client.errors import ApiError
from gsl.protocol.reports import EpochReport, ProvenanceReport, StartedReport
from gsl.record import RunRecord
from tests.system.product import Product, wait
from tests.system.team_services import TeamServices, team_services

AT_ONCE = 3
PAUSE_S = (3.0, 9.0)
ENDS_WITHIN_S = 900.0
CONFIG: dict[str, Any] = {"seed": 11, "gate": {"mode": "auto"}, "guide": {"name": "dapg"}}
SETTINGS = {"GSL_WORKERS": "2", "GSL_MAX_ATTEMPTS": "100", "GSL_DEAF_SECONDS": "30", "GSL_STALL_SECONDS": "60"}
VICTIMS = {
    "trainer": ("gsl-trainer",),
    "warm parent": ("gsl-warm",),
    "slot": ("-m", "gsl.worker"),
    "API": ("-m", "uvicorn"),
    "broker": ("valkey-server",),
}


class Chaos:
    """One product, what it has launched, and how often what was killed."""

    def __init__(self, product: Product, team: TeamServices | None, seed: int, victims: list[str]) -> None:
        self.product, self.team, self.random, self.victims = product, team, random.Random(seed), victims
        self.killed: Counter[str] = Counter()
        self.launched: list[int] = []

    def disturb(self, seconds: float) -> None:
        """Launch runs and kill processes for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._launch_missing()
            time.sleep(self.random.uniform(*PAUSE_S))
            self._kill(self.random.choice(self.victims))

    def _launch_missing(self) -> None:
        try:
            for _ in range(AT_ONCE - sum(not self.product.client.run(number).ended for number in self.launched)):
                self.launched.append(self.product.client.create_run(preset="forkmaze-quick", config=CONFIG).id)
        except ApiError as error:
            print(f"  launching later: {error}", flush=True)  # the API was killed a moment ago

    def _kill(self, victim: str) -> None:
        if victim == "supervisor":
            self.product.kill_supervisor()
            self.killed[victim] += 1
            self.product.start()
            return
        if victim == "broker" and self.team:
            self.team.kill_broker()
            self.killed[victim] += 1
            return
        found = [process for process in self.product.processes() if _runs(process, VICTIMS[victim])]
        if found:
            self.random.choice(found).kill()
            self.killed[victim] += 1

    def record(self, number: int) -> RunRecord | None:
        """What became of a run; None if it does not end."""
        deadline = time.monotonic() + ENDS_WITHIN_S
        while time.monotonic() < deadline:
            try:
                if self.product.client.run(number).ended:
                    return self.product.client.record(number)
            except ApiError as error:
                print(f"  asking again: {error}", flush=True)
            time.sleep(1)
        return None


def _runs(process: psutil.Process, words: tuple[str, ...]) -> bool:
    """Whether it was started with these words right after the program, or as it, or has given itself this name."""
    try:
        command, name = process.cmdline(), process.name()
    except psutil.NoSuchProcess:
        return False
    if name.startswith("gsl-"):
        return words == (name,)
    return tuple(command[1 : 1 + len(words)]) == words or (len(words) == 1 and words[0] in " ".join(command[:2]))


def undisturbed(product: Product) -> RunRecord:
    run = product.client.create_run(preset="forkmaze-quick", config=CONFIG)
    assert product.client.wait(run.id, timeout=ENDS_WITHIN_S).status == "succeeded"
    return product.client.record(run.id)


def differences(expected: RunRecord, found: RunRecord) -> list[str]:
    """What is not as it should be in a run that was disturbed."""
    wrong = [] if found.status == "succeeded" else [f"{found.status}: {found.message}"]
    reports, theirs = _reports(found), _reports(expected)
    wrong += [f"has no job {key}" for key in theirs.keys() - reports.keys()]
    wrong += [f"has a job {key} too many" for key in reports.keys() - theirs.keys()]
    return wrong + [
        f"{key} reported otherwise" for key in theirs.keys() & reports.keys() if reports[key] != theirs[key]
    ]


def _reports(record: RunRecord) -> dict[str, list[dict[str, Any]]]:
    """The reports of each job without the clock's figures; how often a trainer started, and with what, is no result."""
    return {
        job.work.key: [
            report.model_dump(mode="json", exclude={"seconds", "system"})
            for report in job.reports
            if not isinstance(report, StartedReport | ProvenanceReport)
        ]
        for job in record.jobs
    }


def ledger_gaps(product: Product, number: int, record: RunRecord) -> list[str]:
    """Jobs whose training steps in the ledger are not those of their epochs, or whose epochs are not 1, 2, 3, ..."""
    wrong = []
    reported = 0
    for job in record.jobs:
        epochs = [report for report in job.reports if isinstance(report, EpochReport)]
        reported += sum(epoch.steps for epoch in epochs)
        if [epoch.epoch for epoch in epochs] != list(range(1, len(epochs) + 1)):
            wrong.append(f"{job.work.key}: epochs {[epoch.epoch for epoch in epochs]}")
    booked = dict(product.client.ledger(number).by_purpose).get("training", 0)
    return wrong if booked == reported else [*wrong, f"{booked} steps of training in the ledger, {reported} reported"]


def left_behind(data_dir: Path) -> list[str]:
    """Processes that still work in the data folder, or were started to; trainers inherit their environment."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        command = " ".join(process.info["cmdline"] or [])
        if str(data_dir) in command or (process.info["environ"] or {}).get("GSL_DATA_DIR") == str(data_dir):
            found.append(f"{process.pid} {command}")
    return found


def judge(chaos: Chaos, expected: RunRecord) -> Iterable[str]:
    for number in chaos.launched:
        record = chaos.record(number)
        if record is None:
            yield f"run {number} did not end"
            continue
        for wrong in [*differences(expected, record), *ledger_gaps(chaos.product, number, record)]:
            yield f"run {number}: {wrong}"
    lost = [worker.name for worker in chaos.product.client.workers() if not worker.live or worker.trouble]
    if lost:
        yield f"lost slots: {', '.join(lost)}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.system.chaos", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--victims", nargs="+", choices=[*VICTIMS, "supervisor"], default=[*VICTIMS, "supervisor"])
    given = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="gsl-chaos-") as folder,
        team_services(given.database, Path(folder)) as team,
    ):
        data_dir = Path(folder) / "data"
        with Product(data_dir, lease_seconds=8, **SETTINGS, **(team.settings if team else {})) as product:
            chaos = Chaos(product, team, given.seed, given.victims)
            expected = undisturbed(product)
            chaos.disturb(60 * given.minutes)
            wrong = list(judge(chaos, expected))
        wait(lambda: not left_behind(data_dir), 30)
    killed = ", ".join(f"{victim} {count}" for victim, count in sorted(chaos.killed.items()))
    print(f"{len(chaos.launched)} runs on {given.database}, killed: {killed}")
    print("\n".join(wrong) or "every run as it should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
