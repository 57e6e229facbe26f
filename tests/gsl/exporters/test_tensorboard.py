"""TensorBoard's own loader reads what was exported: every number, also after a trainer has gone back."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

from gsl.exporters import of_record, tensorboard
from gsl.exporters.about import About
from gsl.exporters.points import Point
from gsl.record import RunRecord, read

RECORD = Path("benchmarks/results/gsl_forkmaze/forkmaze-dapg-1.json.gz")
BEGAN = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return read(RECORD)


@pytest.fixture(scope="module")
def opened(record: RunRecord, tmp_path_factory: pytest.TempPathFactory) -> EventMultiplexer:
    folder = tmp_path_factory.mktemp("logdir")
    about = of_record.about(record, 7)
    tensorboard.write(folder, about, of_record.jobs(record), of_record.ending(record))
    found = EventMultiplexer(size_guidance={"scalars": 0, "histograms": 0, "tensors": 0})
    return found.AddRunsFromDirectory(str(folder)).Reload()


def points(*steps: int) -> list[Point]:
    return [Point(2 * step, 100 * step, 1.0 * step, {"training/return": step / 10}) for step in steps]


def test_every_job_is_a_run_under_the_name_of_ours(record: RunRecord, opened: EventMultiplexer) -> None:
    name = of_record.about(record, 7).folder
    trained = {job.work.key for job in record.jobs if job.work.kind != "demonstrations"}
    assert set(opened.Runs()) == {name, *(f"{name}/{key}" for key in trained)}


def test_scalars_and_their_steps_are_those_of_the_reports(record: RunRecord, opened: EventMultiplexer) -> None:
    folder = of_record.about(record, 7).folder
    for job in record.jobs:
        epochs = [report for report in job.reports if report.type == "epoch" and report.mean_return is not None]
        if not epochs:
            continue
        found = opened.Scalars(f"{folder}/{job.work.key}", "training/return")
        assert [each.step for each in found] == [job.start_steps + report.job_steps for report in epochs]
        assert [each.value for each in found] == [np.float32(report.mean_return) for report in epochs]
        entropy = opened.Scalars(f"{folder}/{job.work.key}", "learner/entropy")
        assert len(entropy) == len([report for report in epochs if report.metrics.get("entropy") is not None])


def test_a_histogram_holds_every_variation(record: RunRecord, opened: EventMultiplexer) -> None:
    folder = of_record.about(record, 7).folder
    [report] = [each for job in record.jobs if job.work.key == "evaluation-final" for each in job.reports
                if each.type == "evaluation"]  # fmt: skip
    [found] = opened.Histograms(f"{folder}/evaluation-final", "evaluation/return_by_variation")
    values = np.array([each.mean_return for each in report.training], dtype=np.float64)
    histogram = found.histogram_value
    assert (histogram.num, histogram.min, histogram.max) == (len(values), values.min(), values.max())
    assert histogram.sum == pytest.approx(values.sum())
    assert sum(histogram.bucket) == len(values)


def test_settings_are_hyperparameters_with_the_final_score(record: RunRecord, opened: EventMultiplexer) -> None:
    run = of_record.about(record, 7).folder
    metadata = opened.SummaryMetadata(run, "_hparams_/session_start_info")
    start = HParamsPluginData.FromString(metadata.plugin_data.content).session_start_info
    assert start.hparams["learner.learning_rate"].number_value == record.config.learner.learning_rate
    assert start.hparams["guide.name"].string_value == record.config.guide.name
    [final] = opened.Scalars(run, "final/score")
    assert final.value == np.float32(of_record.ending(record).scalars["final/score"])
    [text] = opened.Tensors(run, "configuration/text_summary")
    assert b'"learning_rate"' in text.tensor_proto.string_val[0]


def test_what_a_trainer_takes_back_is_forgotten_while_tensorboard_reads(tmp_path: Path) -> None:
    file = tensorboard.EventFile(tmp_path, BEGAN)
    reading = EventAccumulator(str(tmp_path))
    size = file.append(tensorboard.of_points(points(1, 2, 3)), 0)
    assert [each.step for each in reading.Reload().Scalars("training/return")] == [100, 200, 300]
    again = [replace(point, scalars={"training/return": 9.0}) for point in points(2, 3, 4)]
    file.append([tensorboard.of_restart(101, 4.0), *tensorboard.of_points(again)], size)
    found = [(each.step, each.value) for each in reading.Reload().Scalars("training/return")]
    assert found == [(100, np.float32(0.1)), (200, 9.0), (300, 9.0), (400, 9.0)]


def test_what_was_written_and_not_noted_is_written_once(tmp_path: Path) -> None:
    """As by a server that was killed in between, or on a full disk that took half of a record."""
    file = tensorboard.EventFile(tmp_path, BEGAN)
    noted = file.append(tensorboard.of_points(points(1)), 0)
    file.append(tensorboard.of_points(points(2, 3)), noted)
    file.path.write_bytes(file.path.read_bytes()[:-5])
    file.append(tensorboard.of_points(points(2, 3)), noted)
    found = EventAccumulator(str(tmp_path)).Reload().Scalars("training/return")
    assert [each.step for each in found] == [100, 200, 300]
    file.path.write_bytes(b"")
    with pytest.raises(tensorboard.LostFileError):
        file.append(tensorboard.of_points(points(4)), noted)


@pytest.mark.parametrize("name", ["../../etc", "a/b\\c", "..", "", "a\nb\x00\x1b[31m", "é" * 200, "日本 語", "C:\\x"])
def test_any_name_makes_one_plain_folder(name: str, tmp_path: Path) -> None:
    folders = {About(number, name, BEGAN, {}).folder for number in (1, 2)}
    assert len(folders) == 2
    for folder in folders:
        (tmp_path / folder).mkdir()
        assert [each.name for each in tmp_path.iterdir() if each.name == folder] == [folder]
        assert folder.isprintable()
        assert not folder.startswith(".")
