"""Writing pictures as a video that every browser plays: H.264 in MP4, readable from its beginning on."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.stream import VideoStream

from gsl.worker.envs.base import EnvError, Picture

_QUALITY = "20"
"""H.264's constant rate factor: lower is better and larger; 18 is said to look lossless."""
_KEY_EVERY_S = 1
"""How far apart pictures are that need no other: a browser seeks by them."""


class VideoFile:
    """A file to which pictures are added, complete once it is closed."""

    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "faststart"})
        self._stream: VideoStream | None = None
        self.frames = 0

    def add(self, picture: Picture, rate: int) -> None:
        """`rate` is in pictures a second. Raises EnvError for what is no picture, or not as large as the first."""
        _check(picture)
        stream = self._stream = self._stream or self._begun(picture, rate)
        if picture.shape[:2] != (stream.height, stream.width):
            raise EnvError(f"a picture has the shape {picture.shape}; the first was {stream.height} x {stream.width}")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts, frame.time_base = self.frames, Fraction(1, rate)
        self._container.mux(stream.encode(frame))
        self.frames += 1

    def close(self) -> None:
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def _begun(self, picture: Picture, rate: int) -> VideoStream:
        options = {"crf": _QUALITY, "preset": "veryfast", "g": str(rate * _KEY_EVERY_S), "bf": "0"}
        stream: Any = self._container.add_stream("libx264", rate=rate, options=options)
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, rate)
        begun: VideoStream = stream
        return begun


def _check(picture: Picture) -> None:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise EnvError(
            f"a picture is {picture.dtype} of the shape {picture.shape}; it must be uint8 (height, width, 3)"
        )
    if picture.shape[0] % 2 or picture.shape[1] % 2:
        raise EnvError(f"a picture is {picture.shape[0]} x {picture.shape[1]}; both sides must be even")
