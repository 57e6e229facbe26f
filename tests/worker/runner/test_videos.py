"""Videos by the real API, a real slot and a real trainer: asked for, filmed, decoded again."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from numpy.typing import NDArray

from gsl.cli.main import main
from gsl.client.errors import Refused
from gsl.client.models import Run, Video
from gsl.worker.runner.claiming import run_next
from gsl.worker.runner.job_runner import RunnerContext
from gsl.worker.runner.launcher import Launcher, launcher
from gsl.worker.runner.slot import Slot
from tests.worker.real_api import OWNER_TOKEN, RealApi

SMALL = {
    "arm": "generalist", "budget": {"total_steps": 1024},
    "learner": {"num_envs": 8, "num_steps": 64, "num_minibatches": 2},
    "evaluation": {"episodes": 1},
}  # fmt: skip


class Stage:
    """A run of the fork maze that has ended, and a slot that does whatever is asked for next."""

    def __init__(self, api: RealApi, folder: Path, launcher: Launcher) -> None:
        self.api, self.folder, self.slot, self.launcher = api, folder, Slot(folder, "w1"), launcher
        self.run: Run = api.client.create_run(preset="forkmaze-quick", config=SMALL)
        while self.work():
            pass
        self.run = api.client.run(self.run.id)
        self.checkpoint = api.client.policy_file(self.run.id)

    def work(self, videos: tuple[str, ...] = ("forkmaze",)) -> bool:
        context = RunnerContext(
            api=self.api.worker_api, api_url=self.api.url, slot=self.slot, worker="w1", worker_dir=self.folder,
            suites=["forkmaze"], videos=videos, stop_seconds=30.0, launcher=self.launcher,
        )  # fmt: skip
        return run_next(context)

    def ask(self, variation: int = 0, **options: Any) -> Video:
        return self.api.client.ask_for_video(self.run.id, self.checkpoint.id, variation, **options)

    def again(self, video: Video) -> Video:
        return self.api.client.video(self.run.id, video.id)

    def file(self, number: int | None, path: Path) -> Path:
        stored = {file.id: file for file in self.api.client.artifacts(self.run.id)}
        assert number is not None
        return self.api.client.download(stored[number], path)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("videos")
    with RealApi(folder / "data") as api, closing(launcher()) as trainers:
        yield Stage(api, folder / "worker", trainers)


def test_a_run_that_has_ended_is_watched(stage: Stage, tmp_path: Path) -> None:
    before = stage.api.client.run(stage.run.id)
    asked = stage.ask(3, episodes=2)
    assert (asked.status, asked.name, asked.held_out, asked.file_id) == ("queued", "goal 3", False, None)
    assert not stage.work(videos=())
    assert stage.work()
    made = stage.again(asked)
    assert (made.status, made.error) == ("succeeded", None)
    assert made.watched is not None
    assert len(made.watched) == 2

    trace = json.loads(stage.file(made.trace_id, tmp_path / "steps.json").read_text())
    lengths = [episode["length"] for episode in trace["episodes"]]
    assert lengths == [one.length for one in made.watched]
    frames = frames_of(stage.file(made.file_id, tmp_path / "video.mp4"))
    assert len(frames) == sum(lengths) + 2
    shows_every_step(trace)

    after = stage.api.client.run(stage.run.id)
    assert (after.status, after.spent_steps, after.measurement_steps) == (
        before.status, before.spent_steps, before.measurement_steps,
    )  # fmt: skip
    ledger = stage.api.client.ledger(stage.run.id)
    assert (ledger.viewed_steps, ledger.spent_steps) == (sum(lengths), before.spent_steps)
    assert all(job.kind != "video" for job in stage.api.client.jobs(stage.run.id))


def frames_of(path: Path) -> list[NDArray[Any]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat"), "it cannot be played while it loads"
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]


def shows_every_step(trace: dict[str, object]) -> None:
    for episode in trace["episodes"]:  # type: ignore[attr-defined]  # JSON
        assert len(episode["probabilities"]) == len(episode["action"]) == episode["length"]
        for probabilities, action in zip(episode["probabilities"], episode["action"], strict=True):
            assert sum(probabilities) == pytest.approx(1, abs=1e-3)
            assert probabilities[action] == max(probabilities), "the most probable action is taken"
        assert episode["return"][-1] == pytest.approx(sum(episode["reward"]), abs=1e-3)


def test_whoever_asks_for_the_same_gets_the_same(stage: Stage) -> None:
    asked = stage.ask(1)
    assert stage.ask(1).id == asked.id
    assert stage.work()
    made = stage.again(asked)
    assert stage.ask(1) == made
    others = [stage.ask(2), stage.ask(1, seed=5), stage.ask(1, deterministic=False)]
    assert len({made.id, *(other.id for other in others)}) == 4
    assert [one.id for one in stage.api.client.videos(stage.run.id, variation=2)] == [others[0].id]
    for other in others:
        stage.api.client.cancel_video(stage.run.id, other.id)
    assert not stage.work()


def test_a_video_that_was_cancelled_is_tried_again(stage: Stage) -> None:
    asked = stage.ask(0)
    assert stage.api.client.cancel_video(stage.run.id, asked.id).status == "cancelled"
    with pytest.raises(Refused, match="too late"):
        stage.api.client.cancel_video(stage.run.id, asked.id)
    assert stage.api.client.retry_video(stage.run.id, asked.id).status == "queued"
    assert stage.work()
    assert stage.again(asked).status == "succeeded"
    with pytest.raises(Refused, match="only one that failed"):
        stage.api.client.retry_video(stage.run.id, asked.id)


def test_a_part_of_a_video_can_be_had(stage: Stage, tmp_path: Path) -> None:
    asked = stage.ask(2, seed=1)
    assert stage.work()
    made = stage.again(asked)
    whole = stage.file(made.file_id, tmp_path / "video.mp4").read_bytes()
    content = f"{stage.api.url}/api/v1/artifacts/{made.file_id}/content"
    owner = {"Authorization": f"Bearer {OWNER_TOKEN}"}
    answer = httpx.get(content, headers={**owner, "Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, whole[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert answer.headers["Content-Type"] == "video/mp4"
    assert httpx.get(content, headers={**owner, "Range": "bytes=-7"}).content == whole[-7:]
    assert httpx.get(content, headers={**owner, "Range": "bytes=0-1,5-6"}).content == whole
    stale = httpx.get(content, headers={**owner, "Range": "bytes=1-", "If-Range": '"another"'})
    assert (stale.status_code, stale.content) == (200, whole)
    beyond = httpx.get(content, headers={**owner, "Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"variation": 10_000}, "variation"),
        ({"checkpoint_id": 999_999}, "checkpoint_id"),
        ({"episodes": 0}, "episodes"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_watched_is_named(stage: Stage, wrong: dict[str, int], field: str) -> None:
    body = {"checkpoint_id": stage.checkpoint.id, "variation": 0, **wrong}
    answer = httpx.post(
        f"{stage.api.url}/api/v1/runs/{stage.run.id}/videos", json=body,
        headers={"Authorization": f"Bearer {OWNER_TOKEN}"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_checkpoint_of_another_run_is_refused(stage: Stage) -> None:
    other = stage.api.client.create_run(preset="forkmaze-quick", config=SMALL)
    with pytest.raises(Refused, match="another run"):
        stage.api.client.ask_for_video(other.id, stage.checkpoint.id, 0)
    stage.api.client.cancel(other.id)


def test_a_shell_gets_the_video_and_its_steps(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What has been made is written at once."""
    monkeypatch.setenv("GSL_TOKEN", OWNER_TOKEN)
    asked = stage.ask(1)
    while stage.work():
        pass
    assert stage.again(asked).status == "succeeded"
    file = tmp_path / "goal.mp4"
    command = ["--url", stage.api.url, "video", str(stage.run.id), "--variation", "1", "-o", str(file)]
    assert main(command) == 0
    assert "goal 1" in capsys.readouterr().out
    assert len(frames_of(file)) > 0
    assert json.loads(file.with_suffix(".json").read_text())["episodes"]
    assert main(command) == 1
    assert "--force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0
    assert main([*command, "--force", "--checkpoint", "999"]) == 3
