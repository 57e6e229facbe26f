"""In which formats runs are exported for other tools, and how far that is."""

from collections.abc import Iterator

from gsl.backend.api.deps import Reading, RunId, ServicesDep, problems, router
from gsl.backend.db.export_models import RunExport
from gsl.backend.db.models import Run
from gsl.backend.services.exportable import obstacle
from gsl.backend.settings import Settings
from gsl.backend.store import run_exports, runs
from gsl.protocol.api.exporting import EXPORTERS, Exporter, ExporterPublic, ExportPublic, RunExporters

routes = router("exports")

_TITLES: dict[Exporter, str] = {"tensorboard": "TensorBoard", "wandb": "Weights & Biases (offline)"}


@routes.get("/exporters", summary="List the formats in which runs can be exported while they train")
def list_exporters(services: ServicesDep) -> list[ExporterPublic]:
    settings = services.settings
    return [
        ExporterPublic(
            name=name,
            title=_TITLES[name],
            by_default=name in settings.exporters,
            folder=str(settings.exports_dir / name),
            obstacle=obstacle(settings, name),
        )
        for name in EXPORTERS
    ]


@routes.get("/runs/{run_id}/exporters", summary="See how far a run is exported", responses=problems(404))
def get_run_exporters(run_id: RunId, session: Reading, services: ServicesDep) -> RunExporters:
    """Files that were written stay where they are when an exporter is taken off, or the run is deleted."""
    run = runs.get(session, run_id)
    found = _exports(run, run_exports.rows_of(session, run_id), services.settings)
    chosen = None if run.exporters is None else tuple(name for name in EXPORTERS if name in run.exporters)
    return RunExporters(chosen=chosen, exports=tuple(found))


def _exports(run: Run, rows: dict[str, RunExport], settings: Settings) -> Iterator[ExportPublic]:
    wanted = settings.exporters if run.exporters is None else run.exporters
    for name in EXPORTERS:
        if name not in wanted:
            continue
        row = rows.get(name)
        current = row is not None and (row.revision, row.status) == (run.revision, run.status)
        folder = "" if name == "wandb" else run_exports.about(run).folder if row is None else row.folder
        error = "" if current else obstacle(settings, name) or (row and row.error) or ""
        yield ExportPublic(
            exporter=name,
            folder=str(settings.exports_dir / name / folder),
            state="failed" if error else "current" if current else "waiting",
            error=error,
            exported_at=None if row is None else row.exported_at,
        )
