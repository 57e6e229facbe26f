"""Filming a policy: its episodes as a video, and every step as JSON beside it.

The pictures of an episode are one more than its steps: the first is before any step. So picture `first_frame + t` shows
what step `t` has led to.
"""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from gsl.atomic_file import write_text
from gsl.method.variation_returns import finite
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import WatchedEpisode
from gsl.seeds import derive
from gsl.worker.envs import FilmedEnv, make_filmed, training_trial
from gsl.worker.envs.sampling.samplers import QueueSampler
from gsl.worker.learners import Learner
from gsl.worker.learners.base import Thinker, to_device
from gsl.worker.nets.distributions import Categorical
from gsl.worker.rollout.collect import Policy
from gsl.worker.rollout.env_runner import EnvRunner, StepResult
from gsl.worker.rollout.video_file import VideoFile

_DIGITS = 5
"""Of the numbers in the JSON."""


@dataclass
class Watched:
    """One episode: what the policy thought and did, and what it got."""

    first_frame: int
    reward: list[float | None] = field(default_factory=list)
    action: list[Any] = field(default_factory=list)
    thought: list[list[float]] = field(default_factory=list)  # what `thinks` says
    thinks: Literal["probabilities", "mean"] = "mean"  # of all actions; or the mean action
    total: float | None = None  # None until it has ended
    success: bool | None = None

    def summary(self) -> WatchedEpisode:
        return WatchedEpisode(total=finite(self.total or 0.0), length=len(self.reward), success=self.success)


@dataclass(frozen=True)
class Film:
    """What was filmed."""

    episodes: tuple[Watched, ...]
    frame_rate: int

    @property
    def steps(self) -> int:
        return sum(len(episode.reward) for episode in self.episodes)

    def write_trace(self, path: Path, about: dict[str, Any]) -> None:
        """Everything as JSON; numbers that are not finite are null."""
        episodes = [_columns(episode) for episode in self.episodes]
        write_text(path, json.dumps({**about, "frame_rate": self.frame_rate, "episodes": episodes}, allow_nan=False))


def film(spec: JobSpec, learner: Learner, path: Path, on_step: Callable[[], None]) -> Film:
    """Play the job's episodes and write the video. Raises EnvError if the suite's environments cannot be filmed.

    Each episode has an environment of its own, whose first picture is that of its beginning. So a policy with memory is
    shown at the beginning of its trials.
    """
    shown = spec.video
    if shown is None:
        raise ValueError(f"{spec.key} does not say what to film")
    [variation] = (*spec.variations, *spec.held_out)
    policy = learner.policy(deterministic=shown.deterministic, seed=derive(spec.seed, "policy"))
    episodes: list[Watched] = []
    with closing(VideoFile(path)) as video:
        for number in range(shown.episodes):
            seed = derive(spec.seed, "video", number)
            env = make_filmed(spec.config.suite, QueueSampler([variation]), seed, training_trial(spec.config))
            with closing(env):
                episodes.append(_play(env, learner, policy, video, on_step))
    return Film(tuple(episodes), env.frame_rate)


def _play(env: FilmedEnv, learner: Learner, policy: Policy, video: VideoFile, on_step: Callable[[], None]) -> Watched:
    runner, episode = EnvRunner(env), Watched(video.frames)
    video.add(env.frame(), env.frame_rate)
    while episode.total is None:
        on_step()
        observation = runner.observation.copy()  # an environment may write the next one into the same memory
        action = policy(observation)
        episode.thinks, thought = _thoughts(learner, policy, observation)
        result = runner.step(action)
        video.add(env.frame(), env.frame_rate)
        _note(episode, result, action[0], thought)
    return episode


@torch.no_grad()
def _thoughts(
    learner: Learner, policy: object, observation: NDArray[Any]
) -> tuple[Literal["probabilities", "mean"], list[float]]:
    """Of the policy about what it just saw: the probability of each action, or the mean action."""
    if isinstance(policy, Thinker) and policy.thought is not None:
        distribution = policy.thought
    else:
        distribution = learner.network.policy(to_device(observation, learner.device))
    if isinstance(distribution, Categorical):
        return "probabilities", distribution.log_probs[0].exp().tolist()
    return "mean", np.asarray(distribution.mode()[0].cpu()).tolist()


def _note(episode: Watched, result: StepResult, action: Any, thought: list[float]) -> None:
    reward = float(result.step.reward[0])
    episode.reward.append(finite(reward))
    episode.action.append(action.tolist())
    episode.thought.append(thought)
    if len(result.ended):
        episode.total = float(result.ended.returns[0])
        episode.success = None if result.ended.success is None else bool(result.ended.success[0])


def _columns(episode: Watched) -> dict[str, Any]:
    """As in the JSON: columns with an entry for each step."""
    earned = np.cumsum([reward or 0.0 for reward in episode.reward])
    return {
        "first_frame": episode.first_frame,
        "length": len(episode.reward),
        "total": finite(episode.total or 0.0),
        "success": episode.success,
        "reward": _rounded(episode.reward),
        "return": _rounded(earned.tolist()),
        "action": episode.action,
        episode.thinks: [_rounded(thought) for thought in episode.thought],
    }


def _rounded(numbers: list[Any]) -> list[float | None]:
    return [None if number is None else finite(round(number, _DIGITS)) for number in numbers]
