"""TensorBoard's event files: one folder for each run, and in it one for each job.

Files only grow, and TensorBoard reads on while they do. When a trainer goes on from an earlier epoch, a session start
with that step follows, by which TensorBoard forgets what comes after it. Scalars have single precision, as usual there.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.plugins.hparams.api_pb2 import STATUS_FAILURE, STATUS_SUCCESS
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData, SessionEndInfo, SessionStartInfo
from tensorboard.summary.writer.record_writer import RecordWriter

from gsl.exporters.about import About, Ending
from gsl.exporters.of_record import ExportedJob
from gsl.exporters.points import Point

_VERSION = "brain.Event:2"
_SUFFIX = ".gsl-lab"
_MOST_BUCKETS = 30


class LostFileError(OSError):
    """The file is shorter than what was written to it: somebody removed or replaced it."""


class EventFile:
    """A file that grows."""

    def __init__(self, folder: Path, began: datetime) -> None:
        self.path = folder / f"events.out.tfevents.{int(began.timestamp())}{_SUFFIX}"
        self._began = began

    def append(self, events: Iterable[Event], size: int) -> int:
        """Write after the first `size` bytes, and return how many there are then, safely stored.

        What a killed server wrote behind them gives way. Raises `LostFileError`, and OSError as files do.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), "r+b") as file:
            if file.seek(0, os.SEEK_END) < size:
                raise LostFileError(f"{self.path} has lost what was written to it")
            file.truncate(size)
            file.seek(size)
            writer = RecordWriter(file)
            if size == 0:
                writer.write(Event(wall_time=self._began.timestamp(), file_version=_VERSION).SerializeToString())
            for event in events:
                writer.write(event.SerializeToString())
            file.flush()
            os.fsync(file.fileno())
            return file.tell()


def write(folder: Path, about: About, jobs: Iterable[ExportedJob], ending: Ending) -> Path:
    """A run that has ended, whole; files of an earlier export are replaced. Returns the run's folder."""
    place = folder / about.folder
    for replaced in place.rglob(f"events.out.tfevents.*{_SUFFIX}"):
        replaced.unlink()
    EventFile(place, about.created_at).append([*of_beginning(about), *of_ending(ending)], 0)
    for job in jobs:
        EventFile(place / job.work.key, job.began).append(of_points(job.points), 0)
    return place


def of_points(points: Iterable[Point]) -> Iterator[Event]:
    for point in points:
        values = [Summary.Value(tag=name, simple_value=value) for name, value in point.scalars.items()]
        values += [Summary.Value(tag=name, histo=_histogram(found)) for name, found in point.histograms.items()]
        values += [_text(name, text) for name, text in point.texts.items()]
        yield Event(wall_time=point.at, step=point.step, summary=Summary(value=values))


def of_restart(step: int, at: float) -> Event:
    """What was written of this step and later ones is no longer so."""
    return Event(wall_time=at, step=step, session_log=SessionLog(status=SessionLog.START))


def of_beginning(about: About) -> list[Event]:
    """Of the run as a whole: its hyperparameters, its configuration as text, and what else is known of it."""
    at = about.created_at.timestamp()
    start = SessionStartInfo(start_time_secs=at, group_name=about.folder)
    for name, value in about.hyperparameters.items():
        kind = {bool: "bool_value", str: "string_value"}.get(type(value), "number_value")
        setattr(start.hparams[name], kind, value)
    facts = {"name": about.name, "tags": ", ".join(about.tags), **about.facts}
    rows = "\n".join(f"| {name} | {_cell(value)} |" for name, value in facts.items() if value != "")
    values = [
        _hparams(hparams.SESSION_START_INFO_TAG, HParamsPluginData(session_start_info=start)),
        _text("configuration", f"```json\n{json.dumps(about.config, indent=1)}\n```"),
        _text("run", f"| | |\n|---|---|\n{rows}"),
    ]
    return [Event(wall_time=at, step=0, summary=Summary(value=values))]


def of_ending(ending: Ending) -> list[Event]:
    status = STATUS_SUCCESS if ending.status == "succeeded" else STATUS_FAILURE
    end = HParamsPluginData(session_end_info=SessionEndInfo(status=status, end_time_secs=ending.at))
    values = [Summary.Value(tag=name, simple_value=value) for name, value in ending.scalars.items()]
    values.append(_hparams(hparams.SESSION_END_INFO_TAG, end))
    return [Event(wall_time=ending.at, step=ending.step, summary=Summary(value=values))]


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _text(tag: str, text: str) -> Summary.Value:
    data = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
    tensor = TensorProto(dtype=DT_STRING, string_val=[text.encode()], tensor_shape=shape)
    return Summary.Value(tag=f"{tag}/text_summary", metadata=data, tensor=tensor)


def _hparams(tag: str, content: HParamsPluginData) -> Summary.Value:
    return Summary.Value(tag=tag, metadata=hparams.create_summary_metadata(content), tensor=hparams.NULL_TENSOR)


def _histogram(values: Sequence[float]) -> HistogramProto:
    """Of all values; a bucket reaches from the limit before it to its own."""
    found = np.asarray(values, dtype=np.float64)
    counts, edges = np.histogram(found, bins=min(_MOST_BUCKETS, max(1, len(found))))
    return HistogramProto(
        min=found.min(),
        max=found.max(),
        num=len(found),
        sum=found.sum(),
        sum_squares=float(np.square(found).sum()),
        bucket_limit=edges.tolist(),
        bucket=[0.0, *counts.astype(float).tolist()],
    )
