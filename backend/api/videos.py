"""Videos of a run's policies: what can be watched, asking for it, and what there is."""

from typing import Annotated

from fastapi import Path, Query

from gsl.backend.api.access import Who
from gsl.backend.api.deps import MAX_ID, Limit, Offset, Reading, RunId, ServicesDep, Writing, problems, router
from gsl.backend.services import videos as decisions
from gsl.backend.store import runs, videos
from gsl.backend.store.configs import check_readable
from gsl.protocol.api import Page
from gsl.protocol.api.videos import VideoAsk, VideoChoices, VideoPublic

routes = router("videos")

VideoId = Annotated[int, Path(description="Id of the video.", ge=1, le=MAX_ID, examples=[4])]


@routes.get("/runs/{run_id}/video-choices", summary="Get what can be watched", responses=problems(404, 409))
def get_video_choices(run_id: RunId, session: Reading) -> VideoChoices:
    """The stored policies of the run, and why no video can be made, if so. 409 if the run is read-only."""
    return decisions.choices(session, runs.get(session, run_id))


@routes.get("/runs/{run_id}/videos", summary="List a run's videos, newest first", responses=problems(404, 409))
def list_videos(
    run_id: RunId,
    session: Reading,
    variation: Annotated[int | None, Query(ge=0, le=2**53, description="Only of this variation.")] = None,
    checkpoint_sha256: Annotated[
        str | None, Query(pattern=r"^[0-9a-f]{64}$", description="Only of the checkpoint with this content.")
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> Page[VideoPublic]:
    """Those that are made, and those that wait. 409 if the run is read-only."""
    run = runs.get(session, run_id)
    check_readable(run)
    return videos.listed(session, run, variation, checkpoint_sha256, limit, offset)


@routes.post("/runs/{run_id}/videos", summary="Ask for a video", responses=problems(400, 404, 409))
def ask_for_video(run_id: RunId, body: VideoAsk, who: Who, session: Writing, services: ServicesDep) -> VideoPublic:
    """A worker plays and films the episodes. Whoever asks for the same gets the same video; one that failed is tried
    again. 409 if no worker can film the suite."""
    run = runs.locked(session, run_id)
    video = decisions.ask(services, session, run, body, who.name)
    session.flush()
    return videos.public(session, run, [video])[0]


@routes.get("/runs/{run_id}/videos/{video_id}", summary="Get a video", responses=problems(404, 409))
def get_video(run_id: RunId, video_id: VideoId, session: Reading) -> VideoPublic:
    """Its state and, once it is made, what happened and the numbers of its files."""
    run = runs.get(session, run_id)
    check_readable(run)
    return videos.public(session, run, [videos.get(session, run_id, video_id)])[0]


@routes.post("/runs/{run_id}/videos/{video_id}/cancel", summary="Cancel a video", responses=problems(404, 409))
def cancel_video(run_id: RunId, video_id: VideoId, who: Who, session: Writing, services: ServicesDep) -> VideoPublic:
    """409 if it is made already."""
    run = runs.locked(session, run_id)
    check_readable(run)
    video = videos.get(session, run_id, video_id)
    decisions.cancel(services, session, video, who.name)
    session.flush()
    return videos.public(session, run, [video])[0]


@routes.post("/runs/{run_id}/videos/{video_id}/retry", summary="Try a video again", responses=problems(404, 409))
def retry_video(run_id: RunId, video_id: VideoId, who: Who, session: Writing, services: ServicesDep) -> VideoPublic:
    """409 unless it failed or was cancelled, or if its checkpoint was removed."""
    run = runs.locked(session, run_id)
    check_readable(run)
    video = videos.get(session, run_id, video_id)
    decisions.retry(services, session, run, video, who.name)
    session.flush()
    return videos.public(session, run, [video])[0]
