"""The command that every study has: run what is missing, then tables, figure and pages anew."""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.method.combined import draw_all
from benchmarks.method.figure import draw
from benchmarks.method.outcomes import Outcome, read
from benchmarks.method.pages import PAGE, put
from benchmarks.method.running import Asked, run_all
from benchmarks.method.study import Study
from benchmarks.method.table import table

HELP = """Runs found in the results with the same configuration are not repeated, and a run that was interrupted, by
whatever, goes on in its working folder; delete that folder after the code has changed."""


def main(study: Study, arguments: Sequence[str] | None = None, page: Path = PAGE) -> None:
    """Do what the command line asks for. `page` has marks for the study's tables."""
    given = _parser(study).parse_args(arguments)
    asked = Asked(
        study, given.cases, given.arms, given.seeds, given.processes, given.results, given.work / study.name,
        again=given.again,
    )  # fmt: skip
    if not given.show:
        run_all(asked)
    outcomes = read(given.results)
    print(said := tables(study, outcomes))
    draw([(case, outcomes) for case in study.cases], given.results.with_suffix(".svg"))
    if given.results.resolve() == study.results.resolve():
        put(page, study.name, said)
        draw_all()


def tables(study: Study, outcomes: Sequence[Outcome]) -> str:
    """Markdown of every case, each under its title where there are several."""
    said = [(case.title, table(case, outcomes)) for case in study.cases]
    return said[0][1] if len(said) == 1 else "\n\n".join(f"### {title}\n\n{text}" for title, text in said)


def _parser(study: Study) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{study.name}", description=f"{study.title}. {HELP}")
    cases = [case.name for case in study.cases]
    parser.add_argument("--seeds", type=int, nargs="+", default=list(study.seeds))
    parser.add_argument("--arms", nargs="+", default=list(study.arms), choices=study.every_arm)
    parser.add_argument("--cases", nargs="+", default=cases, choices=cases)
    parser.add_argument("--processes", type=int, default=1, help="seeds that are worked on side by side")
    parser.add_argument("--results", type=Path, default=study.results, help="file of outcomes; records lie beside it")
    parser.add_argument(
        "--work", type=Path, default=Path(tempfile.gettempdir()) / "gsl-benchmarks", help="folder of what is under way"
    )
    parser.add_argument("--again", action="store_true", help="repeat runs that failed")
    parser.add_argument("--show", action="store_true", help="run nothing: tables, figures and pages of what is there")
    return parser
