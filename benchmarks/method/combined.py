"""The README's figure of results: every case of every study that has results."""

import importlib
from pathlib import Path

from benchmarks.method.figure import Row, draw
from benchmarks.method.outcomes import read
from benchmarks.method.study import RESULTS, Study

MODULES = ("gsl_metaworld", "gsl_procgen", "gsl_forkmaze")
FILE = RESULTS / "gsl.svg"


def draw_all(file: Path = FILE) -> None:
    """Draw whatever results the repository holds."""
    rows: list[Row] = []
    for name in MODULES:
        study: Study = importlib.import_module(f"benchmarks.{name}").STUDY
        outcomes = read(study.results)
        rows += [(case, outcomes) for case in study.cases]
    draw(rows, file)
