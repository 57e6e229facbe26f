"""Ours against Stable-Baselines3, alternately: python -m benchmarks.peers [--only cartpole mt10] [--pairs 5] [--parts].

With --parts it says instead where the time of our loop goes.

Results go to benchmarks/results/peers.json, those of cases that are not run now stay; the figure beside it is drawn
from all of them. Exit code 1 when a promised ratio was not reached.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.peers import parts
from benchmarks.peers.alternation import alternate
from benchmarks.peers.cases import CASES
from benchmarks.peers.environment import peers_python
from benchmarks.peers.figure import draw
from benchmarks.peers.limit import limit_of
from benchmarks.peers.results import FILE, Result, result_of, store, stored, table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES), metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--pairs", type=int, default=5, help="pairs of windows of each case")
    parser.add_argument("--results", type=Path, default=FILE)
    parser.add_argument("--parts", action="store_true", help="the parts of our loop alone, without the other side")
    given = parser.parse_args()
    if given.parts:
        print("\n\n".join(parts.table(CASES[name], parts.parts_of(CASES[name])) for name in given.only))
        return 0
    theirs, measured = peers_python(), dict[str, Result]()
    for name in given.only:
        case = CASES[name]
        print(f"{case.title}: {given.pairs} pairs of windows of {case.steps_a_window:,} steps", flush=True)
        run = alternate(case, Path(sys.executable), theirs, given.pairs)
        measured[name] = result_of(case, run, limit_of(case))
        store(given.results, stored(given.results) | measured)
    everything = stored(given.results)
    draw(list(everything.values()), given.results.with_suffix(".svg"))
    print(table(everything))
    return 0 if all(result.holds for result in measured.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
