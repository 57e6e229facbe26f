"""Do specialists' steps go where they teach? Ways to deal them on the fork maze, at equal total environment steps.

    nice python -m benchmarks.specialist_steps --seeds 1001 1002

Half the preset's steps, so that the specialists' are scarce: the paper's lowest with equal steps, successive halving in
two and three rungs, and selection by what can be gained. These seeds take no part in the results of the method.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.method.outcomes import Outcome, read
from benchmarks.method.pages import ROOT, put
from benchmarks.method.running import Asked, run_all
from benchmarks.method.study import Case, Study
from gsl.config.guides import DAPG
from gsl.config.presets import PRESETS
from gsl.config.recommended import plateau_within
from gsl.config.run import RunConfig
from gsl.method.statistics import mean_std, paired_difference

TOTAL_STEPS, GENERALIST_STEPS, SPECIALIST_STEPS = 1_000_000, 300_000, 40_000
FIRST = "lowest"
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    FIRST: ("the lowest, equal steps", {}),
    "rungs-2": ("the lowest, halved in two rungs", {"rungs": 2}),
    "rungs-3": ("the lowest, halved in three rungs", {"rungs": 3}),
    "gain": ("by what can be gained, equal steps", {"selection": "gain"}),
}


def base(changes: dict[str, Any]) -> RunConfig:
    """The preset with fewer steps and its specialists dealt with otherwise."""
    preset = PRESETS["forkmaze"].config
    parts = {
        "budget": {"total_steps": TOTAL_STEPS, "generalist_steps": GENERALIST_STEPS},
        "specialists": preset.specialists.model_dump() | {"steps": SPECIALIST_STEPS} | changes,
        "plateau": plateau_within(preset.learner, GENERALIST_STEPS),
    }
    return RunConfig.model_validate(preset.model_dump() | parts)


STUDY = Study(
    name="specialist_steps",
    title="Ways to deal specialists' steps on the fork maze at equal total steps",
    cases=tuple(
        Case(name, title, base(changes), {"dapg": DAPG(form="log_probability", coefficient=0.3)})
        for name, (title, changes) in WAYS.items()
    ),
    arms=("dapg",),
    seeds=(1001, 1002, 1003, 1004, 1005),
)


def table(outcomes: Sequence[Outcome]) -> str:
    """A row a way: final success, and what it differs from equal steps by, paired by seed; a failed run counts as 0."""
    scores = {
        case.name: {
            o.seed: _score(o) for o in outcomes if (o.case, o.config) == (case.name, case.config(o.arm, o.seed))
        }
        for case in STUDY.cases
    }
    rows = ["| specialists | seeds | final success | minus equal steps, paired [95 %] | every seed |", "|---" * 5 + "|"]
    for case in STUDY.cases:
        mine, first = scores[case.name], scores[FIRST]
        both = sorted(mine.keys() & first.keys())
        if not mine:
            continue
        pairs = [mine[seed] for seed in both], [first[seed] for seed in both]
        differs = paired_difference(*pairs).text("+.3f") if both and case.name != FIRST else "-"
        seeds = ", ".join(f"{mine[seed]:.2f}" for seed in sorted(mine))
        said = mean_std(list(mine.values())).text(".3f")
        rows.append(f"| {case.title} | {len(mine)} | {said} | {differs} | {seeds} |")
    return "\n".join(rows) if len(rows) > 2 else "No run has ended yet."


def _score(outcome: Outcome) -> float:
    figures = outcome.final.training.values()
    return sum(figures) / len(figures) if outcome.status == "succeeded" and figures else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{STUDY.name}", description=STUDY.title)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(STUDY.seeds))
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "gsl-benchmarks")
    parser.add_argument("--show", action="store_true", help="run nothing: the table of what is there")
    given = parser.parse_args()
    if not given.show:
        run_all(Asked(STUDY, given.ways, STUDY.arms, given.seeds, 1, STUDY.results, given.work / STUDY.name))
    print(said := table(read(STUDY.results)))
    put(ROOT / "docs" / "learning.md", STUDY.name, said)


if __name__ == "__main__":
    main()
