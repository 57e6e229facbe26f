"""A project with something of every kind, and everybody who may or may not see it."""

from dataclasses import dataclass
from typing import Any

from gsl.backend.services.app_services import Services
from gsl.backend.store import accounts, credentials, projects
from gsl.protocol.api import ProjectRole, TokenScope
from tests.backend.api_driver import ApiDriver, epoch, started
from tests.backend.people import Header, account, bearer, token

ARMS = {"preset": "forkmaze-quick", "arms": [{"name": "a"}], "seeds": [1]}
SEE, CHANGE, NOTHING = "see", "change", "nothing"
ALLOWED = {
    "admin": CHANGE, "admin's reader": SEE, "member": CHANGE, "member's reader": SEE, "viewer": SEE,
    "viewer who is a member there": CHANGE, "limited": CHANGE, "limited reader": SEE, "limited admin": CHANGE,
    "outsider": NOTHING, "limited to another": NOTHING, "admin limited to another": NOTHING,
    "viewer elsewhere": NOTHING, "reader who is a viewer everywhere": SEE,
}  # fmt: skip
"""What each sender may do with what belongs to the project."""


@dataclass
class Stage:
    """Project 1 with an experiment, a run at work, a run at its gate; nothing belongs to project 2 or to none."""

    project: int
    run: int
    gate: int
    job: int
    artifact: int
    experiment: int
    senders: dict[str, Header]

    def path(self, pattern: str) -> str:
        named = {"run_id": self.run, "job_id": self.job, "artifact_id": self.artifact, "name": "nothing"}
        named |= {"experiment_id": self.experiment, "project_id": self.project, "gate_id": 1, "comment_id": 1}
        named |= {"variation_id": 0}
        named |= {"video_id": 1, "number": 1}
        return pattern.format_map(named)


def limited(services: Services, name: str, role: Any, project: int, scope: TokenScope = "write") -> Header:
    person = account(services, name, role)
    with services.database.write() as session:
        return bearer(credentials.create_token(session, person, "limited", scope, None, project)[1])


def join(services: Services, project: int, name: str, role: ProjectRole) -> None:
    with services.database.write() as session:
        projects.put_member(session, projects.get(session, project), accounts.get(session, name), role)


def senders(services: Services, project: int, other: int) -> dict[str, Header]:
    found = {
        "admin": token(services, "ada", "admin"), "admin's reader": token(services, "ada", "admin", "read"),
        "member": token(services, "max", "member"), "member's reader": token(services, "max", "member", "read"),
        "viewer": token(services, "vera", "member"), "viewer who is a member there": token(services, "will", "viewer"),
        "limited": limited(services, "max", "member", project),
        "limited reader": limited(services, "max", "member", project, "read"),
        "limited admin": limited(services, "ada", "admin", project), "outsider": token(services, "eve", "member"),
        "limited to another": limited(services, "max", "member", other),
        "admin limited to another": limited(services, "ada", "admin", other),
        "viewer elsewhere": token(services, "otto", "viewer"),
        "reader who is a viewer everywhere": token(services, "will", "viewer", "read"),
    }  # fmt: skip
    for name, role in (("max", "member"), ("vera", "viewer"), ("will", "member")):
        join(services, project, name, role)  # type: ignore[arg-type]  # ProjectRole
    for name in ("max", "otto"):
        join(services, other, name, "member")
    return found


def shared_stage(api: ApiDriver, services: Services) -> Stage:
    project, other = (api.post("/projects", {"name": name}, 201)["id"] for name in ("Maze", "Other"))
    experiment = api.post("/experiments", {"name": "n", "project_id": project}, 201)["id"]
    [launched] = api.post(f"/experiments/{experiment}/runs", ARMS, 201)
    run, job = launched["id"], api.job(launched["id"])
    api.announce("w1", "forkmaze")
    api.claim(job)
    api.report(job, started(), epoch(1))
    artifact = api.upload(job, b"weights")["id"]
    gate = api.at_the_gate(project_id=project)
    return Stage(project, run, gate, job, artifact, experiment, senders(services, project, other))
