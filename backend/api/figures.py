"""Figures of a run as Plotly JSON, built in Python, so that the page, notebooks and scripts show the same ones."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Header, Query, Response
from sqlmodel import Session

import gsl.backend.domain.comparison
import gsl.backend.domain.run_axis
import gsl.backend.figures
import gsl.method.changes
import gsl.method.statistics
from gsl.backend.api.deps import Reading, RunId, problems, router
from gsl.backend.domain import variation_choice
from gsl.backend.domain.figure_data import Metric
from gsl.backend.domain.run_axis import Axis, branch_of
from gsl.backend.errors import InvalidError, NotFoundError
from gsl.backend.figures import run_figures
from gsl.backend.figures.registration import RunOptions
from gsl.backend.figures.style import Theme, View
from gsl.backend.store.figures.job_rows import job_rows
from gsl.backend.store.figures.readiness import figure_state, figure_version
from gsl.backend.store.figures.snapshots import JobEpoch
from gsl.backend.store.suites import suite_of
from gsl.protocol.api import FigureInfo, FigurePublic
from gsl.protocol.reports import Source

routes = router("figures")

MOST_SNAPSHOTS = 8  # panels side by side
_JOB_EPOCHS = re.compile(r"\d{1,18}:\d{1,9}(,\d{1,18}:\d{1,9})*")

Epochs = Annotated[
    str,
    Query(
        max_length=300,
        description="What `variation_histogram` shows: `latest`, `paper` (early, midway, before the gate, at the end), "
        f"or at most {MOST_SNAPSHOTS} pairs job:epoch, for example 12:40,12:80.",
        examples=["12:40,12:80"],
    ),
]

Chosen = Annotated[
    str,
    Query(
        max_length=variation_choice.MOST_CHARACTERS,
        description="The variations that figures with the control `choice` show or mark, as numbers and ranges; "
        "empty for all.",
        examples=["0-15,18"],
    ),
]
WhichAxis = Annotated[
    Axis, Query(description="Steps of the run in total, or along its critical path, on which specialists are parallel.")
]
OneSpecialist = Annotated[
    str | None,
    Query(description="The only one shown: its cycle and number.", pattern=r"^\d{1,6}-\d{1,6}$", examples=["1-12"]),
]


@routes.get("/runs/{run_id}/figures", summary="List a run's figures", responses=problems(404))
def list_figures(run_id: RunId, session: Reading) -> list[FigureInfo]:
    """Every figure, and whether the run has data for it. A figure without data says when it will have some."""
    _version(session, run_id)
    state = figure_state(session, run_id)
    return [
        FigureInfo(
            name=figure.name, title=figure.title, description=figure.description, ready=figure.ready(state),
            tab=figure.tab, controls=figure.controls, optional=figure.optional,
        )
        for figure in run_figures().values()
    ]  # fmt: skip


@routes.get(
    "/runs/{run_id}/figures/{name}",
    summary="Get a figure as Plotly JSON",
    response_model=FigurePublic,
    responses=problems(404) | {304: {"description": "Not changed since the version in `If-None-Match`."}},
)
def get_figure(
    run_id: RunId,
    name: str,
    session: Reading,
    theme: Annotated[Theme, Query(description="Colour scheme of the page that shows the figure.")] = "light",
    metric: Annotated[
        Metric | None, Query(description="Mean return or success rate; by default success if the suite has it.")
    ] = None,
    width: Annotated[int, Query(ge=200, le=4000, description="Width on the screen in CSS pixels.")] = 900,
    epochs: Epochs = "latest",
    source: Annotated[
        Source | Literal["any"],
        Query(description="Episodes for `variation_histogram`; `any` prefers evaluations."),
    ] = "any",
    axis: WhichAxis = "total",
    specialist: OneSpecialist = None,
    variations: Chosen = "",
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """`data` and `layout` for Plotly; numbers are typed arrays. Polling with `If-None-Match` is cheap."""
    chosen = run_figures().get(name)
    if chosen is None:
        raise NotFoundError(f"There is no figure named {name}. The figures are {', '.join(run_figures())}.")
    headers = {"ETag": f'W/"{_version(session, run_id)}-{code_version()}"', "Cache-Control": "no-cache"}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    options = RunOptions(
        view=View(theme=theme, metric=metric or _metric(session, run_id), width=width),
        epochs=_job_epochs(session, run_id, epochs),
        paper=epochs == "paper",
        source=None if source == "any" else source,
        axis=axis,
        specialist=_specialist(session, run_id, specialist),
        chosen=variation_choice.chosen(variations, _known(session, run_id)) if variations else None,
    )
    return Response(chosen.build(session, run_id, options).to_json(), media_type="application/json", headers=headers)


def _known(session: Session, run_id: int) -> list[int]:
    """Every variation that the run has, held out or not."""
    suite = suite_of(session, run_id)
    return [*suite.training_variations(), *suite.held_out_variations()]


def _version(session: Session, run_id: int) -> str:
    version = figure_version(session, run_id)
    if version is None:
        raise NotFoundError.of("run", run_id)
    return version


@cache
def code_version() -> str:
    """Changes with the figures' own code, so that clients fetch the figures again after an upgrade."""
    folder = Path(gsl.backend.figures.__file__).parent
    beside = (gsl.backend.domain.comparison, gsl.backend.domain.run_axis, gsl.method.changes, gsl.method.statistics)
    sources = [*sorted(folder.glob("*.py")), *(Path(str(module.__file__)) for module in beside)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


def _metric(session: Session, run_id: int) -> Metric:
    return "success" if suite_of(session, run_id).has_success else "return"


def _specialist(session: Session, run_id: int, asked: str | None) -> str | None:
    if asked is None:
        return None
    branches = [branch_of(job.key) for job in job_rows(session, run_id) if job.kind == "specialist"]
    known = list(dict.fromkeys("-".join(branch) for branch in branches if branch))
    if asked not in known:
        those = f"its specialists are {known[0]} to {known[-1]}" if known else "it has none"
        raise InvalidError.field("specialist", f"run {run_id} has no specialist {asked}; {those}")
    return asked


def _job_epochs(session: Session, run_id: int, text: str) -> list[JobEpoch]:
    if text in ("latest", "paper"):
        return []
    if not _JOB_EPOCHS.fullmatch(text) or text.count(",") >= MOST_SNAPSHOTS:
        raise InvalidError.field(
            "epochs", f"must be latest, paper or up to {MOST_SNAPSHOTS} pairs job:epoch, as in 12:40"
        )
    pairs = [pair.split(":") for pair in text.split(",")]
    epochs = [(int(job), int(epoch)) for job, epoch in pairs]
    unknown = sorted({job for job, _ in epochs} - {job.id for job in job_rows(session, run_id)})
    if unknown:
        raise InvalidError.field("epochs", f"run {run_id} has no job {unknown[0]}")
    return epochs
