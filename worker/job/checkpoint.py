"""Checkpoints: one safetensors file. Never a pickle.

A state is a tree of dictionaries with text keys; its leaves are tensors, arrays or JSON values. Each array is stored
under its path in the tree. The rest is JSON in the file's metadata, where `{"__array__": path}` stands for an array.
The runner reads that JSON as well, so this module does not import torch.
"""

import json
import zipfile
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from gsl.atomic_file import atomic_path

State = dict[str, Any]
Arrays = dict[str, NDArray[Any]]

FORMAT = 4
_ZIP_FORMAT = 3
"""Up to version 0.1: a zip file of `state.json` and `tensors.safetensors`. Still read, no longer written."""
_ZIP_MAGIC = b"PK\x03\x04"
_ARRAY = "__array__"


class CheckpointError(RuntimeError):
    """The file is not a checkpoint that this version can read."""


@runtime_checkable
class _Tensor(Protocol):
    """As much of torch.Tensor as saving needs."""

    def detach(self) -> Any: ...


def save(path: Path, state: State) -> None:
    """Write the whole state, or nothing. Raises ValueError for numbers that JSON does not have."""
    arrays: Arrays = {}
    text = json.dumps({"format": FORMAT, "state": _without_arrays(state, (), arrays)}, allow_nan=False)
    with atomic_path(path) as partial:
        # One entry of metadata: the library writes several in random order, and equal states shall make equal files.
        safetensors.numpy.save_file(arrays, partial, metadata={"state": text})


def load(path: Path) -> State:
    """The state given to `save`, with numpy arrays in place of tensors. Raises CheckpointError."""
    text, arrays = _read(path, with_arrays=True)
    state: State = _with_arrays(_described(path, text), arrays)
    return state


def read_state_json(path: Path) -> State:
    """The state without its arrays, which are not read. Raises CheckpointError."""
    text, _ = _read(path, with_arrays=False)
    return _described(path, text)


def _read(path: Path, *, with_arrays: bool) -> tuple[str | bytes, Arrays]:
    try:
        if _is_zip(path):
            return _read_zip(path, with_arrays)
        with safetensors.safe_open(path, framework="np") as file:
            return file.metadata()["state"], file.get_tensors() if with_arrays else {}
    except (zipfile.BadZipFile, KeyError, TypeError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{path.name} is not a checkpoint: {error}") from error


def _is_zip(path: Path) -> bool:
    """By its first bytes; `zipfile.is_zipfile` looks at the last ones, which are weights here and may be anything."""
    with path.open("rb") as file:
        return file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC


def _read_zip(path: Path, with_arrays: bool) -> tuple[bytes, Arrays]:
    with zipfile.ZipFile(path) as archive:
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):
            raise zipfile.BadZipFile("it is compressed, as no version wrote it, so its size in memory is unknown")
        arrays = safetensors.numpy.load(archive.read("tensors.safetensors")) if with_arrays else {}
        return archive.read("state.json"), arrays


def _described(path: Path, text: str | bytes) -> State:
    """The state in a checkpoint's JSON."""
    try:
        described = json.loads(text)
    except ValueError as error:
        raise CheckpointError(f"{path.name} is not a checkpoint: {error}") from error
    if described["format"] not in (_ZIP_FORMAT, FORMAT):
        raise CheckpointError(
            f"{path.name} has format {described['format']}; this version reads {_ZIP_FORMAT} and {FORMAT}"
        )
    state: State = described["state"]
    return state


def _without_arrays(value: Any, path: tuple[str, ...], arrays: Arrays) -> Any:
    if isinstance(value, dict):
        return {key: _without_arrays(child, (*path, key), arrays) for key, child in value.items()}
    if isinstance(value, _Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        name = "/".join(path)
        # safetensors stores memory as it lies; not `ascontiguousarray`, which adds a dimension to scalars
        arrays[name] = value if value.flags.c_contiguous else np.array(value, order="C")
        return {_ARRAY: name}
    return value


def _with_arrays(value: Any, arrays: Arrays) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {_ARRAY}:
        return arrays[value[_ARRAY]]
    return {key: _with_arrays(child, arrays) for key, child in value.items()}
