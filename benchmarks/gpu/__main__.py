"""What this machine's GPU brings: python -m benchmarks.gpu [--device cpu] [--seconds 480] [--only peers settings].

It needs no network and no other package than it finds: a peer that is not installed is named as such. The JSON is
written after each section, the most telling first, so that a run that is cut short leaves what it found.
"""

import argparse
import sys
import time
from pathlib import Path

import torch

from benchmarks.gpu.results import FILE, Results, Section, begin, line, store, table
from benchmarks.gpu.sections import SECTIONS, Scope


def main() -> int:
    given = _arguments()
    device = torch.device(given.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    results = begin(device)
    end = time.monotonic() + given.seconds
    for number, name in enumerate(given.only):
        left = [SECTIONS[each][1] for each in given.only[number:]]
        _measure(name, Scope(device, given.small, left[0] / sum(left) * (end - time.monotonic())), results)
        store(given.results, results)
    print(table(results))
    return 0


def _measure(name: str, scope: Scope, results: Results) -> None:
    """Add the section; time that it leaves is the later ones'."""
    title, _, answer = SECTIONS[name]
    print(f"{title}: at most {scope.seconds:.0f} s", flush=True)
    started = time.monotonic()
    rows = answer(scope)
    results.sections[name] = Section(title=title, seconds=time.monotonic() - started, rows=tuple(rows))
    for row in rows:
        print(line(row), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), help="CUDA where there is a GPU")
    parser.add_argument("--seconds", type=float, default=480, help="for everything")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="SECTION")
    parser.add_argument("--small", action="store_true", help="tiny problems, to try the command itself")
    parser.add_argument("--results", type=Path, default=FILE)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
