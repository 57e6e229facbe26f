"""Checkpoints: exact, whole or absent, never a pickle."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gsl.worker.job.checkpoint import CheckpointError, load, save


def test_everything_comes_back_exactly(tmp_path: Path) -> None:
    rng = np.random.default_rng(0).bit_generator.state
    picture = torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    state: dict[str, Any] = {
        "epoch": 3, "none": None, "third": 1 / 3, "rng": rng, "words": ["a", "b"],
        "deep": {"er": {"scalar": torch.tensor(5.0), "picture": picture, "bytes": np.arange(7, dtype=np.uint8)}},
        "truth": np.array([True, False]), "empty": np.empty((0, 3)), "wide": np.array([2**63], np.uint64),
    }  # fmt: skip
    save(tmp_path / "x.ckpt", state)
    back = load(tmp_path / "x.ckpt")
    assert {key: back[key] for key in ("epoch", "none", "third", "rng", "words")} == {
        key: state[key] for key in ("epoch", "none", "third", "rng", "words")
    }
    assert np.array_equal(back["deep"]["er"]["picture"], picture.numpy())
    assert back["deep"]["er"]["scalar"].shape == ()
    for name in ("truth", "empty", "wide"):
        assert back[name].dtype == state[name].dtype
        assert np.array_equal(back[name], state[name])


def test_the_same_state_makes_the_same_file(tmp_path: Path) -> None:
    state = {"weights": torch.ones(3), "epoch": 1}
    save(tmp_path / "a.ckpt", state)
    save(tmp_path / "b.ckpt", state)
    assert (tmp_path / "a.ckpt").read_bytes() == (tmp_path / "b.ckpt").read_bytes()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    save(tmp_path / "x.ckpt", {"epoch": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        save(tmp_path / "x.ckpt", {"epoch": float("nan")})
    assert load(tmp_path / "x.ckpt") == {"epoch": 1}


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pickle.ckpt").write_bytes(pickle.dumps({"epoch": 1}))
    with zipfile.ZipFile(tmp_path / "other.ckpt", "w") as archive:
        archive.writestr("data.pkl", pickle.dumps({"epoch": 1}))
    save(tmp_path / "half.ckpt", {"weights": torch.ones(1000)})
    (tmp_path / "half.ckpt").write_bytes((tmp_path / "half.ckpt").read_bytes()[:2000])
    with zipfile.ZipFile(tmp_path / "bomb.ckpt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tensors.safetensors", bytes(2**24))
        archive.writestr("state.json", "{}")
    for name in ("pickle.ckpt", "other.ckpt", "half.ckpt", "bomb.ckpt"):
        with pytest.raises(CheckpointError, match=name):
            load(tmp_path / name)
