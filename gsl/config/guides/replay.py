"""Demonstrations among what a learner replays."""

from typing import ClassVar, Literal

from gsl.config.guides.base import GuideSettings, Hook


class Replay(GuideSettings):
    """Demonstrations in the replay (RLPD, Ball et al. 2023): part of each update is drawn from them.

    For learners that replay, among whose settings the share is. Beside other guides they draw from them likewise.
    """

    implementation: ClassVar[str] = "worker.guides.base:Guide"
    title: ClassVar[str] = "Replay"
    hooks: ClassVar[frozenset[Hook]] = frozenset({"replay"})

    name: Literal["replay"] = "replay"
