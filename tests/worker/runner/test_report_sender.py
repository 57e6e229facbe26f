"""The sender of reports loses nothing, skips nothing, and never makes the trainer wait."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gsl.client.errors import Refused, Stale
from gsl.client.worker_api import WorkerApi
from gsl.config.presets import PRESETS
from gsl.protocol.jobs import JobSpec
from gsl.protocol.lease import ClaimedJob
from gsl.protocol.reports import ArtifactReport, EpochReport, StartedReport
from gsl.worker.job import spool as spool_file
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.spool import SpoolError, SpoolWriter
from gsl.worker.runner.file_follower import AckedOffsets, FileFollower
from gsl.worker.runner.log_sender import LogSender
from gsl.worker.runner.report_sender import JOIN_S, ReportSender
from gsl.worker.runner.retry import Aborted, RetryUntil
from tests.worker.recording_api import RecordingApi

CLAIM = ClaimedJob(
    job_id=7, run_id=1, attempt=2, lease_seconds=90, heartbeat_seconds=20, resume=None, source=None,
    spec=JobSpec(config=PRESETS["forkmaze-quick"].config),
)  # fmt: skip


def epoch(number: int) -> EpochReport:
    return EpochReport(
        epoch=number, steps=100, job_steps=100 * number, seconds=0.5, episodes=1, mean_return=0.5, success_rate=None,
        mean_length=3.0, metrics={},
    )  # fmt: skip


@pytest.fixture
def api() -> Iterator[RecordingApi]:
    with RecordingApi() as api:
        yield api


@pytest.fixture
def folder(tmp_path: Path) -> JobFolder:
    return JobFolder(tmp_path)


@pytest.fixture
def spool(folder: JobFolder) -> Iterator[SpoolWriter]:
    spool = SpoolWriter(folder.spool)
    yield spool
    spool.close()


def make(api: RecordingApi, folder: JobFolder, **options: object) -> FileFollower:
    acked, retry = AckedOffsets(folder.path), RetryUntil(lambda: False)
    sender = ReportSender(WorkerApi(api.url, "token"), CLAIM, folder, acked, retry, **options)  # type: ignore[arg-type]  # only on_speed
    return sender.follower()


@contextmanager
def following(one: FileFollower) -> Iterator[None]:
    """The follower in its thread; at the end it has sent everything."""
    thread = threading.Thread(target=one.run)
    thread.start()
    yield
    one.close()
    thread.join(30)
    assert not thread.is_alive()


def log_follower(api: RecordingApi, folder: JobFolder, acked: AckedOffsets) -> FileFollower:
    return LogSender(WorkerApi(api.url, "token"), CLAIM, folder, acked, RetryUntil(lambda: False)).follower()


def test_reports_that_come_quickly_are_joined(api: RecordingApi, folder: JobFolder, spool: SpoolWriter) -> None:
    with following(make(api, folder)):
        begin = time.monotonic()
        for number in range(1, 201):
            spool.write(epoch(number))
            time.sleep(0.005)
        seconds = time.monotonic() - begin
    posts = [each for each in api.taken if each.what == "reports"]
    assert [report.epoch for report in api.reports if isinstance(report, EpochReport)] == list(range(1, 201))
    assert len(posts) <= 3 + seconds / JOIN_S  # one at first, one when the file is closed


def test_a_backlog_is_sent_without_pauses(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_file, "MAX_REPORTS", 2)
    for number in range(1, 41):
        spool.write(epoch(number))
    assert make(api, folder).drain()
    assert len(api.reports) == 40
    assert not make(api, folder).drain()


def epochs(api: RecordingApi) -> list[int]:
    return [report.epoch for report in api.reports if isinstance(report, EpochReport)]


def test_everything_said_arrives_once_and_in_order(api: RecordingApi, folder: JobFolder, spool: SpoolWriter) -> None:
    with following(make(api, folder)):
        for number in range(1, 60):
            spool.write(epoch(number))
    assert epochs(api) == list(range(1, 60))


def test_a_batch_holds_at_most_a_thousand_reports(api: RecordingApi, folder: JobFolder, spool: SpoolWriter) -> None:
    for number in range(1, 2502):
        spool.write(epoch(number))
    make(api, folder).drain()
    assert len(api.taken) == 3
    assert epochs(api) == list(range(1, 2502))


def test_a_batch_is_bounded_in_bytes_but_takes_any_single_report(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_file, "MAX_BYTES", 10)
    for number in range(1, 4):
        spool.write(epoch(number))
    make(api, folder).drain()
    assert len(api.taken) == 3


def test_reports_wait_out_an_outage_and_the_trainer_does_not(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter
) -> None:
    api.go_away()
    with following(make(api, folder)):
        for number in range(1, 30):
            spool.write(epoch(number))
        api.come_back()
    assert epochs(api) == list(range(1, 30))


@pytest.mark.parametrize("status", [500, 502, 503, 507, 429])
def test_an_api_in_trouble_is_asked_again(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter, status: int
) -> None:
    api.refuse = [status]
    spool.write(epoch(1))
    make(api, folder).drain()
    assert epochs(api) == [1]


def test_a_batch_whose_answer_was_lost_is_sent_again(api: RecordingApi, folder: JobFolder, spool: SpoolWriter) -> None:
    api.lose_answers = 1
    spool.write(epoch(1))
    make(api, folder).drain()
    assert epochs(api) == [1, 1]  # the API takes the second one as the first


def test_a_new_reporter_goes_on_where_the_old_one_was(api: RecordingApi, folder: JobFolder, spool: SpoolWriter) -> None:
    spool.write(epoch(1))
    make(api, folder).drain()
    spool.write(epoch(2))
    make(api, folder).drain()
    assert epochs(api) == [1, 2]


def test_a_half_written_line_waits_for_its_end(api: RecordingApi, folder: JobFolder) -> None:
    text = epoch(1).model_dump_json().encode() + b"\n"
    one = make(api, folder)
    folder.spool.write_bytes(text[:40])
    one.drain()
    assert epochs(api) == []
    folder.spool.write_bytes(text)
    one.drain()
    assert epochs(api) == [1]


def test_a_spool_that_was_cut_back_is_read_from_its_new_end(api: RecordingApi, folder: JobFolder) -> None:
    lines = [epoch(number).model_dump_json().encode() + b"\n" for number in (1, 2, 3)]
    folder.spool.write_bytes(b"".join(lines))
    one = make(api, folder)
    one.drain()
    folder.spool.write_bytes(lines[0])
    one.drain()
    with folder.spool.open("ab") as file:
        file.write(StartedReport(epoch=1, device="cpu", num_envs=2).model_dump_json().encode() + b"\n" + lines[1])
    AckedOffsets(folder.path).commit(spool=len(lines[0]))  # as the job runner does when it rewinds the spool
    make(api, folder).drain()
    assert epochs(api) == [1, 2, 3, 2]


def test_what_is_no_report_is_an_error_and_never_skipped(api: RecordingApi, folder: JobFolder) -> None:
    folder.spool.write_bytes(b"\0\0\0\n" + epoch(1).model_dump_json().encode() + b"\n")
    with pytest.raises(SpoolError, match="byte 0"):
        make(api, folder).drain()
    assert api.taken == []


def test_an_artifact_is_sent_between_what_was_said_before_and_after(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter
) -> None:
    (folder.path / "best.ckpt").write_bytes(b"weights")
    spool.write(epoch(1))
    spool.write(ArtifactReport(kind="best", name="best.ckpt", epoch=1, path="best.ckpt"))
    spool.write(epoch(2))
    make(api, folder).drain()
    assert [each.what for each in api.taken] == ["reports", "artifacts", "reports"]
    sent = api.taken[1]
    assert sent.body == b"weights"
    assert (sent.query["attempt"], sent.query["kind"], sent.query["epoch"]) == ("2", "best", "1")


def test_an_epochs_checkpoint_is_removed_once_it_has_arrived(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter
) -> None:
    for name in ("epoch-000001.ckpt", "plateau-000001.ckpt"):
        (folder.path / name).write_bytes(b"weights")
        spool.write(ArtifactReport(kind="checkpoint", name=name, epoch=1, path=name))
    make(api, folder).drain()
    assert not (folder.path / "epoch-000001.ckpt").exists()
    assert (folder.path / "plateau-000001.ckpt").exists()


@pytest.mark.parametrize("path", ["nowhere.ckpt", "../outside.ckpt"])
def test_an_announced_file_must_lie_in_the_folder(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter, path: str
) -> None:
    (folder.path.parent / "outside.ckpt").write_bytes(b"secret")
    spool.write(ArtifactReport(kind="best", name="best.ckpt", epoch=1, path=path))
    with pytest.raises(SpoolError):
        make(api, folder).drain()


@pytest.mark.parametrize(("status", "error"), [(409, Stale), (404, Stale), (422, Refused), (401, Refused)])
def test_a_refusal_ends_the_sender(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter, status: int, error: type[Refused]
) -> None:
    api.refuse = [status]
    spool.write(epoch(1))
    with pytest.raises(error, match="as the test wants"):
        make(api, folder).drain()


def test_a_reporter_that_shall_give_up_leaves_the_rest_for_later(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter
) -> None:
    api.go_away()
    spool.write(epoch(1))
    asked = itertools.count()
    retry = RetryUntil(lambda: next(asked) > 2)
    one = ReportSender(WorkerApi(api.url, "token"), CLAIM, folder, AckedOffsets(folder.path), retry).follower()
    with pytest.raises(Aborted):
        one.drain()
    api.come_back()
    make(api, folder).drain()
    assert epochs(api) == [1]


def test_the_speed_is_training_steps_by_training_seconds(
    api: RecordingApi, folder: JobFolder, spool: SpoolWriter
) -> None:
    speeds: list[float] = []
    spool.write(epoch(1))
    spool.write(epoch(2))
    make(api, folder, on_speed=speeds.append).drain()
    assert speeds == [200.0]


def test_the_log_is_shipped_from_where_the_attempt_began(api: RecordingApi, folder: JobFolder) -> None:
    folder.log.write_bytes(b"old and sent\n")
    acked = AckedOffsets(folder.path)
    acked.commit(log=len(b"old and sent\n"))
    with folder.log.open("ab") as log:
        log.write("neu: ä\n".encode())
    follower = log_follower(api, folder, acked)
    follower.close()
    follower.run()
    assert [(each.query["offset"], each.body.decode()) for each in api.taken] == [("0", "neu: ä\n")]


def test_a_refused_log_costs_no_job_but_a_lost_lease_does(api: RecordingApi, folder: JobFolder) -> None:
    folder.log.write_bytes(b"text\n")
    api.refuse = [422]
    log_follower(api, folder, AckedOffsets(folder.path)).drain()
    api.refuse = [409]
    with pytest.raises(Stale):
        log_follower(api, folder, AckedOffsets(folder.path)).drain()
