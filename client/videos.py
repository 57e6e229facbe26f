"""Videos of policies: what can be watched, asking for it, and waiting until it is made."""

from typing import Any

from gsl.client import models
from gsl.client.endpoints import Conversation, Pages, endpoint, get, paged, post


class VideoCalls:
    """What the clients can watch."""

    @endpoint
    def video_choices(self, run_id: int) -> Conversation[models.VideoChoices]:
        """The stored policies of a run, and why no video can be made, if so."""
        return get(models.VideoChoices, f"/runs/{run_id}/video-choices")

    @endpoint
    def ask_for_video(
        self, run_id: int, checkpoint_id: int, variation: int, *, deterministic: bool = True, seed: int = 0,
        episodes: int = 1,
    ) -> Conversation[models.Video]:  # fmt: skip
        """Let a worker film a checkpoint's policy on a variation; asking for the same again gets the same video.

        Its files, an MP4 and every step as JSON, are artifacts for `download`, once `status` is succeeded.
        """
        body: dict[str, Any] = {"checkpoint_id": checkpoint_id, "variation": variation, "deterministic": deterministic}
        return post(models.Video, f"/runs/{run_id}/videos", {**body, "seed": seed, "episodes": episodes})

    @paged
    def videos(self, run_id: int, *, variation: int | None = None) -> Pages[models.Video]:
        """Newest first: those that are made, and those that wait."""
        return Pages(models.Video, f"/runs/{run_id}/videos", {"variation": variation})

    @endpoint
    def video(self, run_id: int, video_id: int) -> Conversation[models.Video]:
        return get(models.Video, f"/runs/{run_id}/videos/{video_id}")

    @endpoint
    def cancel_video(self, run_id: int, video_id: int) -> Conversation[models.Video]:
        return post(models.Video, f"/runs/{run_id}/videos/{video_id}/cancel")

    @endpoint
    def retry_video(self, run_id: int, video_id: int) -> Conversation[models.Video]:
        """Try one that failed or was cancelled again."""
        return post(models.Video, f"/runs/{run_id}/videos/{video_id}/retry")
