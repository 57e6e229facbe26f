"""Where runs and experiments belong: launched into a project, moved to another one."""

from sqlmodel import Session

from gsl.backend.db.models import Experiment, Run
from gsl.backend.domain.identity import Identity
from gsl.backend.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from gsl.backend.services.app_services import Services
from gsl.backend.store import experiments, projects, reach


def project_for(
    session: Session, who: Identity, project_id: int | None, experiment_id: int | None = None
) -> int | None:
    """The project of what is launched or moved: that of its experiment, or else the one named, or none.

    Raises `InvalidError` for what is not there for the person, and `ForbiddenError` if they may not add to it.
    """
    if experiment_id is not None:
        project_id = _of_experiment(session, who, experiment_id, project_id)
    elif project_id is not None and who.role_in(project_id) is None:
        raise InvalidError.field("project_id", f"project {project_id} does not exist")
    if not who.may_in(project_id, "member"):
        raise ForbiddenError(reach.refusal(session, who, project_id, "member"))
    if project_id is not None:
        _hold(session, project_id)
    return project_id


def _hold(session: Session, project_id: int) -> None:
    try:
        projects.locked(session, project_id, shared=True)
    except NotFoundError:
        raise InvalidError.field("project_id", f"project {project_id} does not exist") from None


def _of_experiment(session: Session, who: Identity, experiment_id: int, project_id: int | None) -> int | None:
    found = experiments.held(session, experiment_id)
    if found is None or found.deleted_at is not None or who.role_in(found.project_id) is None:
        raise InvalidError.field("experiment_id", f"experiment {experiment_id} does not exist")
    if project_id not in (None, found.project_id):
        belongs = "no project" if found.project_id is None else f"project {found.project_id}"
        raise InvalidError.field("project_id", f"must be left out: experiment {experiment_id} belongs to {belongs}")
    return found.project_id


def in_project(project_id: int | None) -> str:
    """For the audit."""
    return f"project {project_id}" if project_id else "no project"


def move_run(services: Services, session: Session, who: Identity, run: Run, wanted: int) -> int | None:
    """Move a locked run to a project, or with 0 to none; returns the project before.

    Raises `ConflictError` if it is part of an experiment.
    """
    target = project_for(session, who, wanted or None)
    if run.experiment_id is not None and target != run.project_id:
        raise ConflictError(
            f"Run {run.id} is part of experiment {run.experiment_id}: move that, and its runs move with it."
        )
    before, run.project_id = run.project_id, target
    _announce(services, session, before, target)
    return before


def move_experiment(
    services: Services, session: Session, who: Identity, experiment: Experiment, wanted: int
) -> int | None:
    """Move a locked experiment and its runs to a project, or with 0 to none; returns the project before."""
    target = project_for(session, who, wanted or None)
    before, experiment.project_id = experiment.project_id, target
    session.flush()
    experiments.move_runs(session, experiment)
    _announce(services, session, before, target)
    return before


def _announce(services: Services, session: Session, *project_ids: int | None) -> None:
    """Both those who lose sight of it and those who gain it look again."""
    for project_id in dict.fromkeys(project_ids):
        services.publish(session, "project", project_id=project_id)
