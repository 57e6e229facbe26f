"""Checkpoints: one stored zip with `state.json` and `tensors.safetensors`. No pickle, ever.

A state is a tree of dictionaries with text keys; its leaves are tensors, arrays or JSON values. Arrays go to
safetensors under their path, and their place in the JSON says so.
"""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
import torch
from numpy.typing import NDArray

State = dict[str, Any]
Arrays = dict[str, NDArray[Any]]

FORMAT = 3
_ARRAY = "__array__"
_DTYPES = {
    "<f8": "F64", "<f4": "F32", "<f2": "F16", "<i8": "I64", "<i4": "I32", "<i2": "I16", "|i1": "I8",
    "<u8": "U64", "<u4": "U32", "<u2": "U16", "|u1": "U8", "|b1": "BOOL",
}  # fmt: skip
"""numpy's names of types to those of safetensors."""


class CheckpointError(RuntimeError):
    """The file is not a checkpoint that this version reads."""


def save(path: Path, state: State) -> None:
    """Write the whole state, or nothing: the file appears complete under its name."""
    arrays: Arrays = {}
    text = json.dumps({"format": FORMAT, "state": _without_arrays(state, (), arrays)}, allow_nan=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(zipfile.ZipInfo("state.json"), text)  # no date: the same state makes the same file
            _write_arrays(archive, arrays)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load(path: Path) -> State:
    """The state that `save` was given, with numpy arrays in place of tensors. Raises CheckpointError."""
    try:
        with zipfile.ZipFile(path) as archive:
            described = json.loads(archive.read("state.json"))
            arrays = safetensors.numpy.load(archive.read("tensors.safetensors"))
    except (zipfile.BadZipFile, KeyError, ValueError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{path.name} is not a checkpoint: {error}") from error
    if described["format"] != FORMAT:
        raise CheckpointError(f"{path.name} has format {described['format']}; this version reads {FORMAT}")
    state: State = _with_arrays(described["state"], arrays)
    return state


def _write_arrays(archive: zipfile.ZipFile, arrays: Arrays) -> None:
    """In the format of safetensors, straight from where they lie: a replay of gigabytes is not copied."""
    order = sorted(arrays, key=lambda name: (-arrays[name].dtype.itemsize, name))  # every one at a multiple of its size
    header, end = dict[str, Any](), 0
    for name in order:
        start, end = end, end + arrays[name].nbytes
        dtype, shape = _DTYPES[arrays[name].dtype.str], list(arrays[name].shape)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with archive.open(zipfile.ZipInfo("tensors.safetensors"), "w", force_zip64=True) as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name in order:
            file.write(arrays[name].data.cast("B") if arrays[name].nbytes else b"")


def _without_arrays(value: Any, path: tuple[str, ...], arrays: Arrays) -> Any:
    if isinstance(value, dict):
        return {key: _without_arrays(child, (*path, key), arrays) for key, child in value.items()}
    if isinstance(value, torch.Tensor):
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
