"""How often does criterion H fire wrongly, late or never? Real and synthetic curves under several criteria.

    python -m benchmarks.plateau

About a minute. Writes its tables into docs/plateau.md.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.method.pages import ROOT, put
from benchmarks.plateau.criteria import BEFORE, CRITERIA, NOW, Criterion, Firing, first_firing
from benchmarks.plateau.curves import Array, Curve, as_success, procgen, shortened, synthetic
from benchmarks.plateau.own_runs import own_runs
from benchmarks.plateau.verdicts import Score, firings, score, tally
from gsl.config.presets import PRESETS
from gsl.config.recommended import plateau_of

PAGE = ROOT / "docs" / "plateau.md"
SEEDS = 10
CHOICES = ((0.15, 0.05), (0.2, 0.1), (0.2, 0.2), (0.25, 0.2), (0.3, 0.2), (0.3, 0.25), (0.4, 0.25), (0.4, 0.3))
"""Windows and margins between which was chosen, as shares of the epochs and of the range."""
HEAD = "| {} | curves | fired | false, of firings | missed | late | median firing |\n|---|---|---|---|---|---|---|"


def real() -> str:
    """Every criterion on the real curves, as they are and seen through few episodes."""
    long = procgen()
    groups = {
        "Procgen in 610 epochs": shortened(long, 610),
        "The same shapes as success of 20 episodes, 120 epochs": as_success(long, 120, 20, 2),
        "The same shapes as success of 20 episodes, 20 epochs": as_success(long, 20, 20, 2),
    }
    return "\n\n".join(_table(f"**{title}**", CRITERIA, curves) for title, curves in groups.items())


def preset() -> str:
    """The settings of one preset, literally, on the curves that have its length."""
    curves = procgen()
    settings = PRESETS["procgen-paper"].config.plateau
    before, found = firings(CRITERIA[BEFORE], curves), firings(partial(first_firing, settings), curves)
    rows = [_row("before, all", tally(curves, before)), _row("**now, all**", tally(curves, found))]
    for level in ("easy", "hard"):
        places = [place for place, curve in enumerate(curves) if curve.name.startswith(level)]
        half = tally([curves[place] for place in places], [found[place] for place in places])
        rows.append(_row(f"now, {level} levels", half))
    return "\n".join([HEAD.format("`procgen-paper`"), *rows])


def choices() -> str:
    """Other windows and margins, at three lengths."""
    long = procgen()
    lengths = {
        "300 epochs": shortened(long, 300), "120 epochs, 20 episodes": as_success(long, 120, 20, 1),
        "20 epochs, 20 episodes": as_success(long, 20, 20, 1),
    }  # fmt: skip
    lines = ["| window | margin |" + "".join(f" {name} |" for name in lengths), "|---|---|" + "---|" * len(lengths)]
    for window, margin in CHOICES:
        found = [score(_chosen(window, margin), curves) for curves in lengths.values()]
        cells = (f"{s.fired_share:.0%} · {s.false_share:.0%} · {_when(s)}" for s in found)
        lines.append(f"| {window:.0%} | {margin:.0%} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def shapes(epochs: int = 120) -> str:
    """Before and now on every synthetic shape."""
    found = synthetic(epochs, SEEDS)
    lines = ["| shape | before | now |", "|---|---|---|"]
    for name, curves in found.items():
        cells = (_verdicts(score(CRITERIA[criterion], curves)) for criterion in (BEFORE, NOW))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _chosen(window: float, margin: float) -> Criterion:
    def criterion(curve: Array) -> Firing | None:
        size = max(2, round(window * len(curve)))
        return first_firing(plateau_of(len(curve)).model_copy(update={"window": size, "margin": margin}), curve)

    return criterion


def _table(title: str, criteria: dict[str, Criterion], curves: list[Curve]) -> str:
    return "\n".join([HEAD.format(title), *(_row(name, score(one, curves)) for name, one in criteria.items())])


def _row(name: str, found: Score) -> str:
    return (
        f"| {name} | {found.curves} | {found.fired_share:.0%} | {found.false_share:.1%} | "
        f"{found.verdicts['missed']} | {found.verdicts['late']} | {_when(found)} |"
    )


def _when(found: Score) -> str:
    return "-" if found.median is None else f"{found.median:.0%} of the run"


def _verdicts(found: Score) -> str:
    said = ", ".join(f"{count} {name}" for name, count in found.verdicts.items() if count)
    return said if found.median is None else f"{said}; at {found.median:.0%}"


BLOCKS: dict[str, Callable[[], str]] = {
    "plateau_preset": preset, "plateau_real": real, "plateau_shapes": shapes, "plateau_own": own_runs,
    "plateau_choices": choices,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plateau", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--page", type=Path, default=PAGE, help="where the tables are written")
    page = parser.parse_args().page
    for name, block in BLOCKS.items():
        text = block()
        print(f"{text}\n", flush=True)
        put(page, name, text)


if __name__ == "__main__":
    main()
