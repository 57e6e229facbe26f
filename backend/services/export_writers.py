"""Writes what is new of one run in one format."""

import threading
from collections.abc import Callable, Mapping
from datetime import timedelta

from gsl.backend.db.export_models import RunExport
from gsl.backend.db.models import Run
from gsl.backend.services.app_services import Services
from gsl.backend.store import run_exports, runs
from gsl.exporters import wandb_offline
from gsl.protocol.api.exporting import Exporter
from gsl.protocol.jobs import ENDED

CLAIMS: Mapping[Exporter, timedelta] = {"tensorboard": timedelta(minutes=1), "wandb": timedelta(minutes=15)}
"""How long one process has a run's export; for TensorBoard, from each chunk on anew."""


def to_tensorboard(services: Services, row: RunExport, closed: threading.Event) -> None:
    """Each chunk is noted as soon as it is safely stored, so that a server that is killed goes on behind it."""
    from gsl.exporters.tensorboard import LostFileError  # an extra of the package

    with services.database.read() as session:
        run = runs.get(session, row.run_id)
        jobs = run_exports.behind(session, row.run_id, "tensorboard")
    try:
        size = _beginning(services, row, run)
        for job_id in jobs:
            while _chunk(services, row, run, job_id):
                if closed.is_set():
                    raise InterruptedError
        size = _ending(services, row, run, size)
    except LostFileError:
        with services.database.write() as session:
            run_exports.start_over(session, row)
        return
    with services.database.write() as session:
        run_exports.done(session, row, run.revision, run.status, size)
        services.publish(session, "run", run.id)


def _chunk(services: Services, row: RunExport, run: Run, job_id: int) -> bool:
    """Whether there is more of the job."""
    from gsl.exporters import tensorboard

    with services.database.read() as session:
        chunk = run_exports.chunk(session, run, job_id, "tensorboard")
    events = [] if chunk.restart is None else [tensorboard.of_restart(chunk.restart, chunk.at)]
    events += tensorboard.of_points(chunk.points)
    size = chunk.cursor.size
    if events:
        folder = services.settings.exports_dir / "tensorboard" / row.folder / chunk.key
        size = tensorboard.EventFile(folder, chunk.began).append(events, size)
    with services.database.write() as session:
        run_exports.advance(session, chunk, size)
        run_exports.keep(session, row, CLAIMS["tensorboard"])
    return chunk.more


def _beginning(services: Services, row: RunExport, run: Run) -> int:
    """Bytes of the file about the run as a whole."""
    from gsl.exporters import tensorboard

    if row.size:
        return row.size
    folder = services.settings.exports_dir / "tensorboard" / row.folder
    size = tensorboard.EventFile(folder, run.created_at).append(tensorboard.of_beginning(run_exports.about(run)), 0)
    with services.database.write() as session:
        run_exports.sized(session, row, size)
    return size


def _ending(services: Services, row: RunExport, run: Run, size: int) -> int:
    from gsl.exporters import tensorboard

    if run.status not in ENDED:
        return size
    folder = services.settings.exports_dir / "tensorboard" / row.folder
    return tensorboard.EventFile(folder, run.created_at).append(tensorboard.of_ending(run_exports.ending(run)), size)


def to_wandb(services: Services, row: RunExport, closed: threading.Event) -> None:
    """A run that has ended, whole; what was written of it before is replaced."""
    with services.database.read() as session:
        run = runs.get(session, row.run_id)
        jobs = run_exports.jobs_of(session, run)
    about = run_exports.about(run)
    wandb_offline.write(services.settings.exports_dir, about, jobs, run_exports.ending(run), closed)
    with services.database.write() as session:
        run_exports.done(session, row, run.revision, run.status, 0)
        services.publish(session, "run", run.id)


Writer = Callable[[Services, RunExport, threading.Event], None]
WRITERS: Mapping[Exporter, Writer] = {"tensorboard": to_tensorboard, "wandb": to_wandb}
