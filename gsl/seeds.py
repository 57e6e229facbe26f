"""Named seeds: all randomness in a run derives from its one seed."""

import zlib

import numpy as np


def derive(seed: int, *names: str | int) -> int:
    """A 31-bit seed for a named purpose, by numpy's SeedSequence; the same names always give the same seed."""
    words = [zlib.crc32(str(name).encode()) for name in names]
    state = np.random.SeedSequence([seed, *words]).generate_state(1)
    return int(state[0]) & 0x7FFFFFFF
