"""Learning histories: whole episodes in order and evenly spaced, whatever the rollouts cut, and their files."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gsl.worker.experience import Rollout
from gsl.worker.rollout import demonstration_file
from gsl.worker.rollout.demonstration_file import Episode, Provenance
from gsl.worker.rollout.history import HistoryRecorder, counts_of
from tests.worker.learners.states import same

LONG, SLOTS = 3, 2
FROM = Provenance(
    job="", source_job="", checkpoint_sha256="", checkpoint_epoch=0, seed=0, filter="", deterministic=False
)


def rollouts(episodes: int, steps: int, variations: int = 1) -> list[Rollout]:
    """Episodes of three steps whose reward is their number; slot 1 counts from 100. They are cut after `steps`."""
    total = episodes * LONG
    number = torch.arange(total) // LONG
    reward = torch.stack([number, number + 100], dim=1).float()
    done = (torch.arange(total) % LONG == LONG - 1)[:, None].expand(-1, SLOTS)
    variation = (number % variations)[:, None].expand(-1, SLOTS)
    action = torch.arange(total)[:, None].expand(-1, SLOTS)
    blank = torch.zeros(total, SLOTS)
    names = ("observation", "action", "log_prob", "value", "reward", "done", "variation")
    whole = dict(zip(names, (reward[..., None], action, blank, blank, reward, done, variation), strict=True))
    return [
        Rollout(**{name: column[at : at + steps] for name, column in whole.items()}, next_observation=blank[0, :, None])
        for at in range(0, total, steps)
    ]


def recorded(pieces: list[Rollout], slots: int = SLOTS, episodes: int = 4) -> HistoryRecorder:
    recorder = HistoryRecorder(slots, episodes)
    for piece in pieces:
        recorder.observe(piece)
    return recorder


def numbers(episodes: list[Episode], history: int) -> list[int]:
    return [int(each.reward[0]) for each in episodes if each.history == history]


@pytest.mark.parametrize("steps", [3, 4, 7, 300])
def test_episodes_are_whole_in_order_and_evenly_spaced(steps: int) -> None:
    found = list(recorded(rollouts(100, steps)).episodes())
    assert [len(each.action) for each in found] == [LONG] * 8
    assert all(np.diff(each.action).tolist() == [1, 1] for each in found)
    first = numbers(found, 0)
    assert numbers(found, 1) == [each + 100 for each in first]
    assert first[0] == 0
    assert first == sorted(first)
    assert first[-1] >= 75
    assert max(np.diff(first)) <= 2 * min(np.diff(first))


def test_few_episodes_are_all_kept() -> None:
    assert numbers(list(recorded(rollouts(3, 4)).episodes()), 0) == [0, 1, 2]
    assert not list(recorded([]).episodes())


def test_each_variation_of_each_environment_has_a_history() -> None:
    found = list(recorded(rollouts(20, 5, variations=2), slots=1).episodes())
    assert [(each.history, each.variation) for each in found[::4]] == [(0, 0), (1, 1)]
    assert all(each % 2 == 0 for each in numbers(found, 0))
    counts = counts_of(found, (0, 1, 2))
    assert [(count.variation, count.kept, count.mean_return is None) for count in counts] == [
        (0, 4, False), (1, 4, False), (2, 0, True),
    ]  # fmt: skip


@pytest.mark.parametrize("after", [0, 1, 5])
def test_it_goes_on_exactly_also_within_an_episode(after: int) -> None:
    pieces = rollouts(30, 7)
    undisturbed = recorded(pieces)
    other = HistoryRecorder(SLOTS, 4)
    other.restore(recorded(pieces[:after]).state())
    for piece in pieces[after:]:
        other.observe(piece)
    assert same(other.state(), undisturbed.state())


def test_histories_of_several_files_stay_apart_and_in_order(tmp_path: Path) -> None:
    paths = [tmp_path / "1.npz", tmp_path / "2.npz"]
    for path in paths:
        demonstration_file.save(path, list(recorded(rollouts(20, 5)).episodes()), FROM)
    shown = demonstration_file.load(paths)
    assert shown is not None
    assert shown.history is not None
    assert shown.history.tolist() == sorted(shown.history.tolist())
    assert set(shown.history.tolist()) == {0, 1, 2, 3}
    assert len(set(shown.episode.tolist())) == 16
    plain = [Episode(0, each.observation, each.action, each.total, None, each.reward) for each in
             recorded(rollouts(3, 5)).episodes()]  # fmt: skip
    demonstration_file.save(paths[1], plain, FROM)
    mixed = demonstration_file.load(paths)
    assert mixed is not None
    assert mixed.history is None
