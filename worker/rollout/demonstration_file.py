"""Files of demonstrations: recorded episodes with their provenance, as npz."""

import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.lib.format import MAGIC_PREFIX
from numpy.typing import NDArray
from pydantic import Field

from gsl.atomic_file import write_atomically
from gsl.protocol.reports import Wire
from gsl.worker.experience import Demonstrations, Earned
from gsl.worker.rollout.demonstration_weights import Weight, step_weights

MOST_UNPACKED = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
"""Most bytes that the files of a job may unpack to: joining them takes as many again, so more do not fit in memory."""
_MOST_PROVENANCE = 2**20


class Provenance(Wire):
    """Where demonstrations come from."""

    job: str
    source_job: str
    checkpoint_sha256: str
    checkpoint_epoch: int
    seed: int
    filter: str
    deterministic: bool
    record: str = Field(default="episodes", description="`history`: what specialists did while they learnt, in order.")
    suite: dict[str, Any] | None = Field(default=None, description="Its settings; absent in files from before 0.2.")
    spaces: dict[str, Any] | None = Field(default=None, description="Observations and actions; absent like `suite`.")


@dataclass(frozen=True)
class Episode:
    """One recorded episode of L steps."""

    variation: int
    observation: NDArray[Any]  # (L, *observation_shape)
    action: NDArray[Any]  # (L,) int64 or (L, size) float32
    total: float  # raw return
    success: bool | None
    reward: NDArray[np.float32]  # (L,) raw
    cut: NDArray[Any] | None = None  # (*observation_shape), the last one, if a time limit outside the task ended it
    history: int | None = None  # whose it is; its episodes are in order


def save(path: Path, episodes: Sequence[Episode], provenance: Provenance) -> None:
    """Write one row for each step: observation, action, reward, variation, episode (from 0) and that episode's return.

    `truncated` marks the steps at which a time limit outside the task ended an episode; `final_observation` has one row
    for each of them. `history` is there for episodes of histories. Without episodes the arrays are empty. `provenance`
    is JSON in UTF-8.
    """
    lengths = [len(episode.action) for episode in episodes]
    cut = [episode.cut for episode in episodes if episode.cut is not None]
    ends = np.cumsum(lengths, dtype=np.int64) - 1
    truncated = np.zeros(sum(lengths), np.bool_)
    truncated[[end for end, episode in zip(ends, episodes, strict=True) if episode.cut is not None]] = True
    seen, nothing = [e.observation for e in episodes], np.empty((0,), np.float32)
    whose = [episode.history for episode in episodes if episode.history is not None]
    histories = {"history": np.repeat(np.array(whose, np.int64), lengths)} if whose else {}
    with write_atomically(path) as file:
        np.savez_compressed(
            file,
            observation=np.concatenate(seen) if seen else nothing,
            action=np.concatenate([e.action for e in episodes]) if episodes else np.empty((0,), np.int64),
            reward=np.concatenate([e.reward for e in episodes]) if episodes else nothing,
            truncated=truncated,
            final_observation=np.stack(cut) if cut else np.empty((0, *seen[0].shape[1:]) if seen else 0, np.float32),
            variation=np.repeat(np.array([e.variation for e in episodes], np.int64), lengths),
            episode=np.repeat(np.arange(len(episodes)), lengths),
            episode_return=np.repeat(np.array([e.total for e in episodes], np.float64), lengths),
            provenance=np.frombuffer(provenance.model_dump_json().encode(), np.uint8),
            **histories,
        )


_COLUMNS = ("observation", "action", "variation", "episode", "episode_return")
_EARNED = ("reward", "truncated", "final_observation")  # absent in files of earlier versions
_HISTORY = "history"  # only of histories


def load(paths: Sequence[Path], weight: Weight = "none") -> Demonstrations | None:
    """All demonstrations of these files, concatenated; None if there are none. Never unpickles.

    Raises ValueError for files that are damaged or unpack to more than `MOST_UNPACKED`, and for weights by advantage if
    one of the files has no rewards.
    """
    _check_unpacked(paths)
    parts: list[dict[str, NDArray[Any]]] = []
    episodes = histories = 0
    for path in paths:
        with _opened(path) as file:
            if not len(file["action"]):
                continue
            part = {name: file[name] for name in (*_COLUMNS, *_EARNED, _HISTORY) if name in file.files}
        if weight == "advantage" and "reward" not in part:
            raise ValueError(f"{path.name} has no rewards: set demonstrations.weight to none or return")
        part["episode"] = part["episode"] + episodes
        episodes = int(part["episode"][-1]) + 1
        if _HISTORY in part:
            part[_HISTORY] = part[_HISTORY] + histories
            histories = int(part[_HISTORY].max()) + 1
        parts.append(part)
    return _joined(parts, weight) if parts else None


def _joined(parts: Sequence[dict[str, NDArray[Any]]], weight: Weight) -> Demonstrations:
    def column(name: str) -> NDArray[Any]:
        found = [part[name] for part in parts if name != "final_observation" or len(part[name])]
        return np.concatenate(found) if found else parts[0][name]

    rows = {name: column(name) for name in _COLUMNS}
    earned = {name: column(name) for name in _EARNED} if all("reward" in part for part in parts) else {}
    weights = step_weights(weight, rows["variation"], rows["episode"], rows.pop("episode_return"), earned.get("reward"))
    return Demonstrations(
        **{name: torch.from_numpy(values) for name, values in rows.items()},
        weight=torch.from_numpy(weights),
        earned=Earned(**{name: torch.from_numpy(values) for name, values in earned.items()}) if earned else None,
        history=torch.from_numpy(column(_HISTORY)) if all(_HISTORY in part for part in parts) else None,
    )


def read_provenance(path: Path) -> Provenance:
    """The provenance in a file of demonstrations. Raises ValueError if the file has none."""
    if any(name.startswith("provenance") and size > _MOST_PROVENANCE for name, size in _stated(path)):
        raise ValueError(f"{path.name} has a provenance of more than {_MOST_PROVENANCE} bytes")
    with _opened(path) as file:
        return Provenance.model_validate(json.loads(file["provenance"].tobytes().decode()))


def _check_unpacked(paths: Sequence[Path]) -> None:
    """Raises ValueError if the files' directories state too much; reading never goes beyond what they state."""
    total = sum(size for path in paths for _, size in _stated(path))
    if total > MOST_UNPACKED:
        names = ", ".join(path.name for path in paths)[:500]
        raise ValueError(
            f"{names}: unpacked, these demonstrations have {total} bytes, more than half of this machine's memory "
            f"({MOST_UNPACKED}); record fewer of them"
        )


def _stated(path: Path) -> list[tuple[str, int]]:
    """Names and unpacked sizes of a file's arrays, as its directory states them.

    Only arrays are read in small pieces up to that size; numpy unpacks whatever else there is at once.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as opened:
                    if opened.read(len(MAGIC_PREFIX)) != MAGIC_PREFIX:
                        raise ValueError(f"{path.name} has no demonstrations: {entry.filename} is not an array")
            return [(entry.filename, entry.file_size) for entry in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path.name} has no demonstrations: {error}") from error


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The arrays of a file by name. Raises ValueError if it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            yield file
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise ValueError(f"{path.name} is damaged: {error}") from error
