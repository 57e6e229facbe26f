"""Files of demonstrations come from other machines: none may take more memory than it admits, or than there is."""

import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest

from gsl.worker.rollout.demonstration_file import MOST_UNPACKED, Episode, Provenance, load, read_provenance, save

MIB = 2**20
HEADER = b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }".ljust(118)
NOTHING = Provenance(
    job="d", source_job="s", checkpoint_sha256="0", checkpoint_epoch=1, seed=0, filter="none", deterministic=True
)


def deflated(start: bytes, mebibytes: int) -> bytes:
    """`start` and so many MiB of zeros, compressed: equal blocks need to be made only once."""
    first, rest = zlib.compressobj(wbits=-15), zlib.compressobj(wbits=-15)
    opening = first.compress(start) + first.flush(zlib.Z_FULL_FLUSH)
    block = rest.compress(bytes(MIB)) + rest.flush(zlib.Z_FULL_FLUSH)
    return opening + block * mebibytes + rest.flush()


def archive(path: Path, name: str, content: bytes, stated: int, entries: int = 1) -> Path:
    """A zip file with one compressed entry, which its directory lists so often, each time with this size."""
    known = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(content), stated, len(name), 0)
    local = b"PK\x03\x04" + known + name.encode() + content
    listed = b"PK\x01\x02" + struct.pack("<H", 20) + known + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name.encode()
    end = struct.pack("<HHHHIIH", 0, 0, entries, entries, entries * len(listed), len(local), 0)
    path.write_bytes(local + listed * entries + b"PK\x05\x06" + end)
    return path


def peak_of_refusal(path: Path, why: str) -> int:
    """Bytes of memory that it took to refuse the file."""
    tracemalloc.start()
    try:
        for read in (lambda: load([path]), lambda: read_provenance(path)):
            with pytest.raises(ValueError, match=why):
                read()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_what_does_not_fit_in_memory_is_refused_unread(tmp_path: Path) -> None:
    size = 3800 * MIB
    entries = MOST_UNPACKED // size + 1
    bomb = archive(tmp_path / "bomb.npz", "provenance.npy", deflated(HEADER % size, 3800), size, entries)
    assert bomb.stat().st_size < 8 * MIB
    assert peak_of_refusal(bomb, "bomb.npz") < MIB
    with pytest.raises(ValueError, match=str(MOST_UNPACKED)):
        load([bomb])


def test_a_directory_that_lies_about_sizes_is_found_out(tmp_path: Path) -> None:
    content = deflated(HEADER % (64 * MIB), 64)
    for name in ("action.npy", "provenance.npy"):
        with pytest.raises(ValueError, match=r"small\.npz"):
            load([archive(tmp_path / "small.npz", name, content, 200)])
    no_array = archive(tmp_path / "text.npz", "action.npy", deflated(b"text", 64), 200)
    assert peak_of_refusal(no_array, "text.npz") < MIB


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    episode = Episode(0, np.zeros((500, 4), np.float32), np.arange(500), 1.0, True, np.ones(500, np.float32))
    save(tmp_path / "good.npz", [episode], NOTHING)
    assert read_provenance(tmp_path / "good.npz") == NOTHING
    found = load([tmp_path / "good.npz"])
    assert found is not None
    assert len(found.action) == 500
    whole = (tmp_path / "good.npz").read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[:300])
    middle = whole.index(b"action.npy") + 60
    (tmp_path / "flipped.npz").write_bytes(whole[:middle] + b"\xff" * 40 + whole[middle + 40 :])
    for name in ("cut.npz", "flipped.npz"):
        with pytest.raises(ValueError, match=name):
            load([tmp_path / name])
