"""What a worker sends to the backend: its registration, and everything about the job it holds."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

from gsl.client import files
from gsl.client.errors import Refused, Stale
from gsl.client.transport import Transport
from gsl.protocol.api import LogSize, WorkerPublic
from gsl.protocol.lease import (
    ArtifactRef,
    ClaimedJob,
    ClaimRequest,
    FinishRequest,
    HeartbeatReply,
    HeartbeatRequest,
    MembersRequest,
    NextJobRequest,
    RegistrationReply,
    ReportBatch,
    WorkerInfo,
)
from gsl.protocol.reports import ArtifactReport

_GONE = (404, 409)
_CLAIMED = TypeAdapter(ClaimedJob | None)
_MEMBERS = TypeAdapter(list[ClaimedJob])


class WorkerApi:
    """The routes for workers. They raise `Stale` if the attempt lost the job (409) or the job was deleted (404)."""

    def __init__(self, url: str, token: str) -> None:
        self._transport = Transport(url, token)

    def close(self) -> None:
        self._transport.close()

    def announce(self, info: WorkerInfo) -> RegistrationReply:
        response = self._transport.request("PUT", f"/workers/{quote(info.name, safe='')}", **_json(info))
        return RegistrationReply.model_validate_json(response.content)

    def workers(self) -> list[WorkerPublic]:
        """All workers that the server knows."""
        answer = self._transport.request("GET", "/workers")
        return TypeAdapter(list[WorkerPublic]).validate_json(answer.content)

    def claim_next(
        self,
        worker: str,
        suites: Sequence[str],
        labels: Sequence[str] = (),
        videos: Sequence[str] = (),
        wait: float = 0.0,
    ) -> ClaimedJob | None:
        """The job whose turn it is, of those that the worker can run, or None if there is none for `wait` seconds.

        `videos` are those of its suites that it can make videos of.
        """
        able = {"suites": tuple(suites), "labels": tuple(labels), "videos": tuple(videos)}
        asked = NextJobRequest(worker=worker, wait=wait, **able)
        response = self._transport.request("POST", "/jobs/next", **_json(asked))
        return _CLAIMED.validate_json(response.content)

    def claim(self, job_id: int, worker: str) -> ClaimedJob:
        """Out of turn. Raises `Stale` if another worker was faster, or if the job cannot be claimed."""
        response = self._post(job_id, "claim", **_json(ClaimRequest(worker=worker)))
        return ClaimedJob.model_validate_json(response.content)

    def claim_members(self, job_id: int, attempt: int, worker: str, most: int) -> list[ClaimedJob]:
        """The worker's share of the queued specialists that may train together with this one, at most so many."""
        asked = MembersRequest(attempt=attempt, worker=worker, most=most)
        return _MEMBERS.validate_json(self._post(job_id, "members", **_json(asked)).content)

    def heartbeat(self, job_id: int, attempt: int, worker: str) -> HeartbeatReply:
        response = self._post(
            job_id, "heartbeat", **_json(HeartbeatRequest(attempt=attempt, worker=worker)), timeout=10.0
        )
        return HeartbeatReply.model_validate_json(response.content)

    def report(self, job_id: int, batch: ReportBatch) -> None:
        self._post(job_id, "reports", **_json(batch))

    def upload(self, job_id: int, attempt: int, report: ArtifactReport, path: Path) -> None:
        """Send an announced file; sending it twice does no harm."""
        query: dict[str, str | int] = {
            "attempt": attempt, "kind": report.kind, "name": report.name, "epoch": report.epoch,
            "sha256": files.sha256(path),
        }  # fmt: skip
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
        self._post(job_id, "artifacts", params=query, content=files.chunks(path), headers=headers)

    def append_log(self, job_id: int, attempt: int, offset: int, text: bytes) -> int:
        """Write `text` at `offset` bytes of this attempt's log; returns the log's size."""
        query = {"attempt": attempt, "offset": offset}
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        response = self._post(job_id, "log", params=query, content=text, headers=headers)
        return LogSize.model_validate_json(response.content).size

    def finish(self, job_id: int, request: FinishRequest) -> None:
        self._post(job_id, "finish", **_json(request))

    def download(self, artifact: ArtifactRef, path: Path) -> Path:
        return files.download(self._transport, artifact, path)

    def _post(self, job_id: int, what: str, **options: object) -> httpx.Response:
        try:
            return self._transport.request("POST", f"/jobs/{job_id}/{what}", **options)
        except Refused as refused:
            if refused.status in _GONE:
                raise Stale(refused.status, refused.detail) from refused
            raise


def _json(message: BaseModel) -> dict[str, object]:
    return {"content": message.model_dump_json().encode(), "headers": {"Content-Type": "application/json"}}
