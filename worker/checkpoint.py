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

FORMAT = 2
_ARRAY = "__array__"


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
            archive.writestr(zipfile.ZipInfo("tensors.safetensors"), safetensors.numpy.save(arrays))
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


def _without_arrays(value: Any, path: tuple[str, ...], arrays: Arrays) -> Any:
    if isinstance(value, dict):
        return {key: _without_arrays(child, (*path, key), arrays) for key, child in value.items()}
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        name = "/".join(path)
        arrays[name] = np.array(value, order="C")  # safetensors stores memory as it lies; keeps zero dimensions
        return {_ARRAY: name}
    return value


def _with_arrays(value: Any, arrays: Arrays) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {_ARRAY}:
        return arrays[value[_ARRAY]]
    return {key: _with_arrays(child, arrays) for key, child in value.items()}
