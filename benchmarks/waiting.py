"""How long a run waits for anything but its training: python -m benchmarks.waiting [--runs 3].

A preset with an automatic gate runs in one process (`LocalRun`), and then several times on the product with one local
slot. Printed for each run: seconds on the clock and of all processors, from the gate's decision to the first
specialist that trains, and what its evaluation jobs took beyond their work. Results go to
benchmarks/results/waiting.json; exit code 1 when a goal is missed. The ratio of clocks holds on an idle machine only.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from gsl.atomic_file import write_text
from gsl.client.models import Job
from gsl.protocol.reports import EvaluationReport, Wire
from tests.system.product import Product, wait

RESULTS = Path(__file__).parent / "results" / "waiting.json"
SEED = 11
ENDS_WITHIN_S = 900.0
MOST_TIMES_ALONE = 1.5
MOST_GATE_S = 2.0
MOST_EVALUATION_S = 1.0
"""Beyond the work itself."""
_LOOKS_EVERY_S = 0.02
_ALONE = """
import sys, pathlib, torch
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.worker.local_run import LocalRun
config = PRESETS[sys.argv[1]].config.model_copy(update={"seed": int(sys.argv[2])})
assert LocalRun(config, pathlib.Path(sys.argv[3])).finish().status == "succeeded"
"""


class Measured(Wire):
    """One run. Seconds."""

    clock: float
    processor: float
    gate_to_training: float | None = None
    evaluations: tuple[float, ...] = ()


class Results(Wire):
    measured_at: datetime
    preset: str
    cores: int
    load: float
    alone: Measured
    product: tuple[Measured, ...]

    @property
    def times_alone(self) -> float:
        return min(run.clock for run in self.product) / self.alone.clock

    @property
    def missed(self) -> list[str]:
        gate = min(run.gate_to_training or 0.0 for run in self.product)
        evaluation = min(max(run.evaluations) for run in self.product)
        found = {
            f"{self.times_alone:.2f} times as long as in one process": self.times_alone > MOST_TIMES_ALONE,
            f"{gate:.2f} s from the gate to the first specialist": gate > MOST_GATE_S,
            f"{evaluation:.2f} s for an evaluation beyond its work": evaluation > MOST_EVALUATION_S,
        }
        return [text for text, missed in found.items() if missed]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="forkmaze-quick")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gsl-waiting-") as folder:
        alone = run_alone(given.preset, Path(folder) / "alone")
        tell("one process", alone)
        with Product(Path(folder) / "data", lease_seconds=90, GSL_WORKERS="1") as product:
            wait(lambda: any(worker.live for worker in product.client.workers()), 60)
            runs = tuple(run_on(product, given.preset) for _ in range(given.runs))
    results = Results(
        measured_at=datetime.now(UTC), preset=given.preset, cores=os.cpu_count() or 1, load=os.getloadavg()[1],
        alone=alone, product=runs,
    )  # fmt: skip
    write_text(given.results, results.model_dump_json(indent=1) + "\n")
    print(f"{results.times_alone:.2f} times as long as in one process")
    for missed in results.missed:
        print(f"missed: {missed}")
    return 1 if results.missed else 0


def run_alone(preset: str, folder: Path) -> Measured:
    """In a fresh interpreter, whose imports count."""
    before, begun = _waited_for(), time.monotonic()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    command = [sys.executable, "-c", _ALONE, preset, str(SEED), str(folder)]
    subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
    return Measured(clock=time.monotonic() - begun, processor=_waited_for() - before)


def run_on(product: Product, preset: str) -> Measured:
    before, begun = _processor(product), time.monotonic()
    run = product.client.create_run(preset=preset, config={"seed": SEED, "gate": {"mode": "auto"}})
    trains_at = _first_specialist_trains(product, run.id)
    ended = product.client.wait(run.id, every=0.1, timeout=ENDS_WITHIN_S)
    clock, processor = time.monotonic() - begun, _processor(product) - before
    assert ended.status == "succeeded", ended.message
    gate = product.client.gate(run.id)
    assert gate is not None
    assert gate.decided_at is not None
    measured = Measured(
        clock=clock, processor=processor, gate_to_training=(trains_at - gate.decided_at).total_seconds(),
        evaluations=_evaluations(product, run.id),
    )  # fmt: skip
    tell("product", measured)
    return measured


def tell(name: str, measured: Measured) -> None:
    print(f"{name:12} {measured.clock:6.1f} s on the clock, {measured.processor:6.1f} s of processors", end="")
    if measured.gate_to_training is not None:
        print(f", gate to specialist {measured.gate_to_training:.2f} s, evaluations beyond their work", end="")
        print("".join(f" {seconds:.2f} s" for seconds in measured.evaluations), end="")
    print(flush=True)


def _first_specialist_trains(product: Product, run_id: int) -> datetime:
    """When the report arrived with which the first specialist says that it begins; read beside the API."""
    query = "SELECT 1 FROM job WHERE run_id = ? AND kind = 'specialist' AND device IS NOT NULL"
    deadline = time.monotonic() + ENDS_WITHIN_S
    while not product.rows(query, run_id):
        assert time.monotonic() < deadline, "no specialist has trained"
        time.sleep(_LOOKS_EVERY_S)
    return datetime.now(UTC)


def _evaluations(product: Product, run_id: int) -> tuple[float, ...]:
    """What each evaluation took to its end since it was planned and the slot was free, less the work itself."""
    work = {
        job.work.key: sum(report.seconds for report in job.reports if isinstance(report, EvaluationReport))
        for job in product.client.record(run_id).jobs
        if job.work.kind == "evaluation"
    }
    jobs = product.client.jobs(run_id)
    return tuple(_waited(job, jobs) - work[job.key] for job in jobs if job.key in work)


def _waited(job: Job, jobs: list[Job]) -> float:
    """Seconds to its end since it could have begun: since it was planned and the job before it had ended."""
    assert job.started_at is not None
    assert job.ended_at is not None
    ended = [other.ended_at for other in jobs if other.ended_at is not None and other.ended_at <= job.started_at]
    return (job.ended_at - max([job.created_at, *ended])).total_seconds()


def _processor(product: Product) -> float:
    """Processor seconds of the product's processes so far, ended ones too."""
    return sum(sum(process.cpu_times()[:4]) for process in product.processes())


def _waited_for() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
