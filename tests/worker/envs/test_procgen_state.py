"""The slots' state: another layout raises before anything is written."""

from collections.abc import Iterator

import numpy as np
import pytest

from gsl.config.suites import ProcgenSuite
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.procgen.env import ProcgenEnv
from gsl.worker.envs.procgen.state import SlotStates
from gsl.worker.envs.sampling.samplers import UniformSampler

LENGTH = -1  # the word before the name: how long it is


@pytest.fixture
def slots() -> Iterator[SlotStates]:
    sampler = UniformSampler([5], np.random.default_rng(0))
    env = ProcgenEnv(ProcgenSuite(game="coinrun", num_threads=0), 1, sampler, seed=0)
    yield env._slots
    env.close()


def changed(state: bytes, word: int, value: int) -> bytes:
    """The state with one 32-bit word of its header replaced; words count from behind the game's name."""
    at = 4 if word == LENGTH else 8 + len("coinrun") + 4 * word
    return state[:at] + value.to_bytes(4, "little", signed=True) + state[at + 4 :]


def test_patching_changes_the_range_and_nothing_else(slots: SlotStates) -> None:
    before = slots.read(0)
    slots.patch(0, expected=5, level=9)
    assert slots.read(0) == changed(changed(before, 13, 9), 14, 10)


def test_patching_a_slot_that_holds_another_level_is_refused(slots: SlotStates) -> None:
    before = slots.read(0)
    with pytest.raises(EnvError, match=r"\[5, 6\).*6"):
        slots.patch(0, expected=6, level=9)
    assert slots.read(0) == before


@pytest.mark.parametrize(
    ("word", "value", "message"),
    [
        (LENGTH, 6, "name length"),
        (7, 1, "mode"),
        (8, 1, "sequential"),
        (12, 7, "grid_step 7"),
        (14, 200, r"\[5, 200\)"),
    ],
)
def test_a_state_of_another_kind_is_refused(slots: SlotStates, word: int, value: int, message: str) -> None:
    state = slots.read(0)
    with pytest.raises(EnvError, match=message):
        slots.write(0, changed(state, word, value))


def test_a_state_of_another_version_is_refused(slots: SlotStates) -> None:
    with pytest.raises(EnvError, match="version': 1"):
        slots.write(0, (1).to_bytes(4, "little") + slots.read(0)[4:])


def test_a_state_that_is_too_short_is_refused(slots: SlotStates) -> None:
    with pytest.raises(EnvError, match="10 bytes"):
        slots.write(0, slots.read(0)[:10])
