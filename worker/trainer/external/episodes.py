"""Episodes that a trainer of somebody's own reports: checked against its order, and summed up as GSL Lab's own are."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from gsl.config.suites import SuiteSettings
from gsl.protocol.keeping import Keeping
from gsl.worker.rollout.episodes import Episodes
from gsl.worker.trainer.external.process import TrainerError
from gsl.worker.trainer.external.protocol import PlayedEpisode


def checked(episodes: Sequence[PlayedEpisode], allowed: Collection[int], suite: SuiteSettings) -> Episodes:
    """The episodes as arrays. Raises TrainerError for one that its order does not allow."""
    for number, episode in enumerate(episodes):
        if (wrong := _wrong(episode, allowed, suite)) is not None:
            raise TrainerError(f"episodes.{number}: {wrong}")
    success = np.array([bool(one.success) for one in episodes], np.bool_) if suite.has_success else None
    return Episodes(
        np.array([one.variation for one in episodes], np.int64),
        np.array([one.total for one in episodes], np.float64),
        np.array([one.length for one in episodes], np.int64),
        success,
    )


def _wrong(episode: PlayedEpisode, allowed: Collection[int], suite: SuiteSettings) -> str | None:
    if episode.variation not in allowed:
        return f"variation {episode.variation} is not among those of the order"
    if episode.length > suite.max_episode_steps:
        return f"length {episode.length} is above the suite's longest episode, {suite.max_episode_steps} steps"
    if suite.has_success and episode.success is None:
        return "success is missing, by which this suite is scored"
    return None


def check_numbers(episodes: Sequence[PlayedEpisode], variations: Sequence[int], each: int, what: str) -> None:
    """An evaluation compares policies only if every variation is played equally often. Raises TrainerError."""
    played = Counter(one.variation for one in episodes)
    for variation in variations:
        if played[variation] != each:
            number = played[variation]
            raise TrainerError(f"played {number} {what} episodes of variation {variation} instead of {each}")


def check_kept(episodes: Sequence[PlayedEpisode], keeping: Keeping) -> None:
    """A demonstration must be worth it: that is what makes specialists' gains the generalist's. Raises TrainerError."""
    kept, tried = Counter(one.variation for one in episodes if one.kept), Counter(one.variation for one in episodes)
    for variation, number in tried.items():
        if number > keeping.tries:
            raise TrainerError(
                f"played {number} episodes of variation {variation}, more than the {keeping.tries} tries"
            )
    for variation, number in kept.items():
        if number > keeping.episodes:
            raise TrainerError(f"kept {number} episodes of variation {variation}, more than {keeping.episodes}")
    for episode in episodes:
        if episode.kept and not keeping.is_worth_it(episode.variation, episode.total, episode.success):
            raise TrainerError(
                f"kept an episode of variation {episode.variation} with return {episode.total:g}"
                + (" that was no success" if keeping.filter == "success" else f"; {_least(episode, keeping)}")
            )


def _least(episode: PlayedEpisode, keeping: Keeping) -> str:
    return f"it must {'exceed' if keeping.strictly else 'reach'} {keeping.least[episode.variation]:g}"
