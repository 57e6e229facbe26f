"""Does GSL work? Both arms on the fork maze preset at equal total steps: python -m benchmarks.gsl_forkmaze.

Every run goes through the product's own state machine and trainer, without a server. Results are added to
benchmarks/results/gsl_forkmaze.json as runs end; runs found there with the same configuration are not repeated.
"""

import argparse
import json
import logging
import multiprocessing
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from pydantic import Field, TypeAdapter

from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.reports import EpochReport, Wire
from gsl.statistics import interquartile_mean, mean, paired_difference
from worker.alone import RunAlone
from worker.job_folder import write_atomically

RESULTS = Path(__file__).parent / "results" / "gsl_forkmaze.json"
ARMS = ("gsl", "generalist")


class Outcome(Wire):
    """How one run ended. A run that failed counts as success 0."""

    arm: str
    seed: int
    status: str
    message: str
    final_success: float
    final_by_goal: tuple[float, ...] = ()
    gate_success: float | None = None
    gate_by_goal: tuple[float, ...] = ()
    plateau_epoch: int | None = None
    steps: int = 0
    ledger: dict[str, int] = Field(default={}, description="Environment steps by phase and purpose.")
    seconds: float = 0.0
    config: RunConfig


OUTCOMES: TypeAdapter[list[Outcome]] = TypeAdapter(list[Outcome])


def one(config: RunConfig) -> Outcome:
    """Work through one run in a temporary folder."""
    logging.disable(logging.INFO)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        this = RunAlone(config, Path(folder)).finish()
        final, gate = this.success_by_variation("evaluation-final"), this.success_by_variation("evaluation-1")
        curve = [line for line in this.lines("generalist-1") if isinstance(line, EpochReport)]
    plateaus = [report.plateau.start_epoch for report in curve if report.plateau is not None]
    return Outcome(
        arm=config.arm,
        seed=config.seed,
        status=this.status,
        message=this.message,
        final_success=mean(final) if final else 0.0,
        final_by_goal=final,
        gate_success=mean(gate) if gate else None,
        gate_by_goal=gate,
        plateau_epoch=plateaus[0] if plateaus else None,
        steps=sum(this.ledger.values()),
        ledger={f"{phase} {purpose}": steps for (phase, purpose), steps in this.ledger.items()},
        seconds=time.monotonic() - started,
        config=config,
    )


def run_all(configs: Sequence[RunConfig], processes: int, file: Path) -> list[Outcome]:
    """Run what the file does not hold yet; the outcomes of all `configs`."""
    known = OUTCOMES.validate_json(file.read_bytes()) if file.exists() else []
    known = [outcome for outcome in known if outcome.config in configs]
    missing = [config for config in configs if all(config != outcome.config for outcome in known)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, max_tasks_per_child=1) as pool:
        for future in as_completed([pool.submit(one, config) for config in missing]):
            known.append(future.result())
            write(file, known)
            print(_line(known[-1]), flush=True)
    return known


def write(file: Path, outcomes: Iterable[Outcome]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(outcomes, key=lambda outcome: (outcome.arm, outcome.seed))
    write_atomically(file, json.dumps(OUTCOMES.dump_python(ordered, mode="json"), indent=1) + "\n")


def table(outcomes: Sequence[Outcome]) -> str:
    """Markdown: every seed of both arms, then the comparison."""
    arms = {arm: {o.seed: o for o in outcomes if o.arm == arm} for arm in ARMS}
    seeds = sorted(arms["gsl"].keys() & arms["generalist"].keys())
    rows = [
        "| seed | generalist at the gate | GSL, final | baseline, final | GSL, steps | baseline, steps |",
        "|---|---|---|---|---|---|",
    ]
    for seed in seeds:
        gsl, baseline = arms["gsl"][seed], arms["generalist"][seed]
        gate = "-" if gsl.gate_success is None else f"{gsl.gate_success:.2f}"
        success = f"{gsl.final_success:.3f} | {baseline.final_success:.3f}"
        rows.append(f"| {seed} | {gate} | {success} | {gsl.steps:,} | {baseline.steps:,} |")
    ours, theirs = ([arms[arm][seed].final_success for seed in seeds] for arm in ARMS)
    difference = paired_difference(ours, theirs)
    rows += [
        f"| mean | | {mean(ours):.3f} | {mean(theirs):.3f} | | |",
        f"| IQM | | {interquartile_mean(ours):.3f} | {interquartile_mean(theirs):.3f} | | |",
        "",
        f"GSL minus baseline, mean over {len(seeds)} seeds: {difference.estimate:+.3f}, "
        f"95 % bootstrap interval {difference.low:+.3f} to {difference.high:+.3f} (seeds resampled in pairs).",
    ]
    return "\n".join(rows)


def _line(outcome: Outcome) -> str:
    figure = f"{outcome.final_success:.3f} after {outcome.steps} steps, {outcome.seconds:.0f} s"
    return f"{outcome.arm} seed {outcome.seed}: {outcome.status}, {figure}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="forkmaze", choices=sorted(PRESETS))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 9)))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    base = PRESETS[given.preset].config.model_dump()
    configs = [RunConfig.model_validate(base | {"arm": arm, "seed": seed}) for seed in given.seeds for arm in ARMS]
    print(table(run_all(configs, given.processes, given.results)))


if __name__ == "__main__":
    main()
