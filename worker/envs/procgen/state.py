"""The serialised state of Procgen's slots, and the one change made to it: the level that a slot plays next.

A slot's state begins, as little-endian 32-bit integers: version, length of the game's name, the name, twelve options,
grid_step, level_seed_low, level_seed_high (procgen/src/game.cpp, Game::serialize). At its next reset the slot draws a
level from [low, high), so (level, level + 1) leaves one choice. Everything read is checked before anything is written:
a state with another layout raises an error instead of being corrupted.
"""

import struct
from typing import Any, Final, Literal

import cffi

from gsl.worker.envs.base import EnvError

SERIALIZE_VERSION: Final = 0
MAX_STATE_BYTES: Final = 2**20
DISTRIBUTION_MODE: Final = {"easy": 0, "hard": 1}


class SlotStates:
    """Reads and writes the slots of one procgen environment, and patches their next level."""

    def __init__(self, env: Any, game: str, mode: Literal["easy", "hard"]) -> None:
        self._env = env
        self._buffer = cffi.FFI().new("char[]", MAX_STATE_BYTES)
        self._bytes = cffi.FFI().buffer(self._buffer)
        self._game = game.encode()
        self._mode = DISTRIBUTION_MODE[mode]
        self._header = struct.Struct(f"<ii{len(self._game)}s15i")
        self._range = struct.Struct("<ii")

    def read(self, slot: int) -> bytes:
        """The slot's complete state."""
        return bytes(self._bytes[: self._load(slot)])

    def write(self, slot: int, state: bytes) -> None:
        """Restore the slot to `state`, and render its observation."""
        self._check(state, None)
        self._env.call_c_func("set_state", slot, state, len(state))

    def patch(self, slot: int, expected: int, level: int) -> None:
        """Let the slot play `level` after its next reset; `expected` is the level that it would have played."""
        size = self._load(slot)
        self._check(self._bytes, expected)
        self._range.pack_into(self._bytes, self._header.size - self._range.size, level, level + 1)
        self._env.call_c_func("set_state", slot, self._buffer, size)

    def _load(self, slot: int) -> int:
        return int(self._env.call_c_func("get_state", slot, self._buffer, MAX_STATE_BYTES))

    def _check(self, state: Any, expected: int | None) -> None:
        """Raise EnvError unless the header is that of this game and mode and would draw `expected`, if given."""
        if len(state) < self._header.size:
            raise EnvError(f"a Procgen state of {len(state)} bytes is shorter than its header")
        version, name_length, name, *rest = self._header.unpack_from(state)
        mode, sequential, grid_step, low, high = rest[7], rest[8], rest[12], rest[13], rest[14]
        found = {"version": version, "name length": name_length, "game": name, "mode": mode, "sequential": sequential}
        right = {
            "version": SERIALIZE_VERSION,
            "name length": len(self._game),
            "game": self._game,
            "mode": self._mode,
            "sequential": 0,
        }
        if found != right:
            raise EnvError(f"a Procgen state has {found} instead of {right}")
        if grid_step not in (0, 1) or high != low + 1 or (expected is not None and low != expected):
            raise EnvError(f"a Procgen state has grid_step {grid_step}, levels [{low}, {high}) instead of {expected}")
