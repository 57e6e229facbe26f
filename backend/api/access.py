"""Who may use which route: the one table of it, and the routes that it guards.

A route that is not in the table cannot be made. The guard comes before a request's body is read.
"""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security.utils import get_authorization_scheme_param
from pydantic import Field, TypeAdapter, ValidationError

from gsl.backend.domain.identity import Access, Identity, role_of
from gsl.backend.errors import ForbiddenError, UnauthorizedError
from gsl.backend.http.json_body import JsonRoute
from gsl.backend.services import identification
from gsl.backend.services.app_services import Services
from gsl.backend.store import reach
from gsl.protocol.api import Role
from gsl.protocol.api.base import MAX_ID

_DECLARED: dict[Access, str] = {
    "anyone": "get_health get_session sign_in accept_invitation begin_oidc finish_oidc",
    "viewer": """
        list_run_fields complete_run_query list_run_views list_plateau_defaults list_runs_by_experiment
        list_suites list_presets list_runs get_run preview_run get_record list_run_jobs get_job get_job_log get_queue
        get_worker_usage
        list_artifacts get_returns list_plateaus get_ledger list_events get_metrics list_figures get_figure get_gate
        list_gates list_experiments get_experiment get_comparison list_experiment_figures get_experiment_figure
        stream_changes get_run_provenance compare_run_provenance get_job_provenance compare_job_provenance export_run
        export_experiment list_webhooks get_storage list_projects get_project list_bin get_usage list_policies
        try_policy replay_plateau list_waiting_gates preview_gate list_comments add_comment delete_comment
        list_run_notes list_experiment_notes get_sweep get_metric_charts list_sweep_figures get_sweep_figure
        get_groups_comparison get_comparison_table list_comparison_figures get_comparison_figure get_compared_settings
        get_compared_provenance get_comparison_notebook
        list_variations get_variation get_tree
        get_video_choices list_videos get_video offer_continuation list_exporters get_run_exporters
        get_tracked_run
    """,
    "member": """
        change_runs store_run_view delete_run_view store_plateau_default delete_plateau_default
        create_run launch_baseline update_run delete_run cancel_run pause_run resume_run retry_run retry_job import_run
        approve_gate reject_gate approve_gates create_experiment update_experiment launch_experiment create_project
        update_project delete_project set_project_member remove_project_member delete_experiment restore_run
        restore_experiment create_approval_link list_approval_links revoke_approval_link create_run_link list_run_links
        create_experiment_link list_experiment_links revoke_share_link save_run_notes save_experiment_notes
        create_sweep stop_sweep launch_sweep_results
        ask_for_video cancel_video retry_video continue_run
        track_run report_tracked_epoch keep_tracked_run track_specialist leave_tracked_run
    """,
    "admin": """
        list_people update_person list_invitations create_invitation revoke_invitation list_worker_tokens
        create_worker_token revoke_worker_token list_audit create_webhook delete_webhook test_webhook
        purge_run purge_experiment set_account_quota set_project_quota store_policy update_policy drain_worker
        remove_worker
    """,
    "account": "sign_out change_password list_tokens create_token revoke_token list_identities unlink_identity",
    "metrics": "scrape_metrics",
    "approval link": "get_approval decide_approval",
    "share link": "get_shared",
    "viewer or worker": "list_workers get_artifact_content",
    "worker": """
        announce_worker claim_next_job claim_job claim_members keep_job report_job upload_artifact append_job_log
        finish_job
    """,
}
ACCESS: Mapping[str, Access] = {name: access for access, names in _DECLARED.items() for name in names.split()}
"""By the name of a route's function, which is its operation in the OpenAPI document."""

_OF_THE_BIN = frozenset({"restore_run", "restore_experiment", "purge_run", "purge_experiment"})
"""Routes that alone know what was deleted."""
_SHOWN_OF_RUNS = """
    get_run get_record list_run_jobs list_artifacts get_returns list_plateaus get_ledger list_events get_metrics
    replay_plateau list_figures get_figure get_gate list_gates get_run_provenance export_run get_metric_charts
    list_variations get_variation
"""
_SHOWN_OF_EXPERIMENTS = """
    get_experiment get_comparison list_experiment_figures get_experiment_figure export_experiment get_sweep
    list_sweep_figures get_sweep_figure
"""
SHOWN: Mapping[str, frozenset[str]] = {
    "run_id": frozenset(_SHOWN_OF_RUNS.split()), "experiment_id": frozenset(_SHOWN_OF_EXPERIMENTS.split()),
}  # fmt: skip
"""What a link that shows a run or an experiment opens, where this parameter of the path names that one."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def guarded(name: str, handle: Handler) -> Handler:
    """The route's handler for those who may use it. Raises KeyError for a route that nobody declared."""
    access = ACCESS[name]

    async def checked(request: Request) -> Response:
        await authorise(request, access, name)
        return await handle(request)

    return handle if access == "anyone" else checked


class GuardedRoute(JsonRoute):
    """A route of the API."""

    def get_route_handler(self) -> Handler:
        return guarded(self.name, super().get_route_handler())


class GuardedStream(APIRoute):
    """A route whose request or answer is a stream of raw bytes or events."""

    def get_route_handler(self) -> Handler:
        return guarded(self.name, super().get_route_handler())


async def authorise(request: Request, access: Access, name: str = "") -> Identity:
    """Remembers who sends the request to the route of this name. Raises `UnauthorizedError` and `ForbiddenError`, and
    `NotFoundError` if what the address names is not there for whoever asks."""
    identity = await identify(request)
    if not (identity.may(access) or _shows(identity, name, request)):
        raise ForbiddenError(_why(identity, access))
    await _check_named(request, identity, role_of(access), name in _OF_THE_BIN)
    request.state.identity = identity
    return identity


_NAMED: Mapping[str, reach.Kind] = {
    "run_id": "run", "job_id": "job", "artifact_id": "artifact", "experiment_id": "experiment", "project_id": "project",
}  # fmt: skip
"""What the parameters of addresses name that belongs to a project or to none."""
_KEY = TypeAdapter(Annotated[int, Field(ge=1, le=MAX_ID)])


async def _check_named(request: Request, identity: Identity, needed: Role | None, of_the_bin: bool) -> None:
    """Whether this person may see, or change, what the address names. The route gets the very number that was looked
    at; one that is none is left to it to refuse."""
    if needed is None or (identity.role is None and identity.shared is None):
        return
    services: Services = request.app.state.services
    for parameter in _NAMED.keys() & request.path_params.keys():
        with suppress(ValidationError):
            key = _KEY.validate_python(request.path_params[parameter])
            request.path_params[parameter] = str(key)
            check = partial(_check, services, identity, _NAMED[parameter], key, needed, of_the_bin)
            await to_thread.run_sync(check, limiter=services.identifying_threads)


def _check(services: Services, identity: Identity, kind: reach.Kind, key: int, needed: Role, of_the_bin: bool) -> None:
    with services.database.read() as session:
        reach.check(session, identity, kind, key, needed, of_the_bin)


def _shows(identity: Identity, name: str, request: Request) -> bool:
    """Whether a link shows what the request asks for."""
    shared = identity.shared
    if shared is None or name not in SHOWN[shared.parameter]:
        return False
    return bool(request.path_params.get(shared.parameter) == str(shared.id))


async def identify(request: Request) -> Identity:
    """Raises `UnauthorizedError`, which says what to do, if the request carries nothing that counts."""
    services: Services = request.app.state.services
    scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
    if scheme.lower() == "bearer" and token:
        known = identification.by_shared_token(services, token)
        return known or await _in_thread(services, identification.by_stored_token, token)
    cookie = request.cookies.get(services.settings.cookie)
    if cookie:
        return await _in_thread(services, identification.by_session, cookie)
    raise UnauthorizedError(
        "Nobody is signed in. In a browser, sign in or open the link that the server printed when it started; a "
        "script sends a token, from GSL_TOKEN, as `Authorization: Bearer <token>`."
    )


async def _in_thread(services: Services, find: Callable[[Services, str], Identity], secret: str) -> Identity:
    return await to_thread.run_sync(find, services, secret, limiter=services.identifying_threads)


async def _remembered(request: Request) -> Identity:
    identity: Identity = request.state.identity
    return identity


Who = Annotated[Identity, Depends(_remembered)]
"""Whoever sends a request to a route that is not for anyone."""


def _why(identity: Identity, access: Access) -> str:
    if identity.shared is not None:
        return f"This link shows {identity.shared} and opens nothing else."
    if identity.kind == "approval link":
        return "This link decides one gate and opens nothing else."
    if access in ("approval link", "share link"):
        return f"This route is for links alone: it needs the secret of an {access}."
    if access == "worker":
        return "This route is for workers: it needs a worker token."
    if identity.role is None:
        return f"This route is for people: a {identity.kind} token does not open it."
    if access == "account":
        return "A token cannot do this: sign in on the page."
    if identity.only_reads and identity.role != identity.scope_role:
        return f"This token may only read; this needs one of scope write, and the role {access}."
    access = "admin" if access == "metrics" else access
    return f"This needs the role {access}; {identity.name} has the role {identity.role}. An admin can change it."
