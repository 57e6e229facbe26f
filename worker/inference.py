"""A trained policy outside of training: what a robot, a notebook or another program does with a checkpoint.

    policy = load_policy("policy.ckpt")
    action = policy(observation)

Checkpoints are read without pickle, so one from elsewhere cannot run code.
"""

import tempfile
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from gsl.config.learners import LearnerSettings
from gsl.config.parts import RunParts
from gsl.config.suites import SuiteSettings
from gsl.worker import plugins
from gsl.worker.job import checkpoint
from gsl.worker.job.checkpoint import CheckpointError, State
from gsl.worker.learners import Learner
from gsl.worker.learners.base import Promptable
from gsl.worker.spaces import Spaces
from gsl.worker.trainer.device import choose_device

Device = Literal["cpu", "cuda", "auto"]


class Policy:
    """A policy that has been trained, and what it was trained on."""

    def __init__(self, suite: SuiteSettings, spaces: Spaces, learner: Learner, deterministic: bool, seed: int) -> None:
        self.suite, self.spaces = suite, spaces
        self._choose = learner.policy(deterministic=deterministic, seed=seed)

    def __call__(self, observation: NDArray[Any]) -> NDArray[Any]:
        """The actions for observations (n, *observation_shape), or the action for a single one.

        An action is an integer, or a vector with components that the environment clips to [-1, 1]. Raises ValueError
        for another shape.
        """
        shape, given = self.spaces.observation_shape, np.asarray(observation)
        if given.shape == shape:
            single: NDArray[Any] = self(given[None])[0]
            return single
        if given.shape[1:] != shape:
            raise ValueError(f"observations must have the shape {shape} or (n, {str(shape)[1:]}, not {given.shape}")
        return self._choose(given)

    def prompt(self, observation: NDArray[Any], action: NDArray[Any], reward: NDArray[Any], done: NDArray[Any]) -> None:
        """Show T steps of a demonstration to every trial that begins from now on: to a distilled sequence model alone.

        Observations (T, n) are the suite's own, without last action, reward and mark. Raises ValueError for a policy
        that cannot be prompted, or for columns of different lengths.
        """
        choose: object = self._choose  # a function has no prompt, but other policies may
        if not isinstance(choose, Promptable):
            raise ValueError("this policy cannot be prompted: it is no distilled sequence model")
        if not len(observation) == len(action) == len(reward) == len(done) > 0:
            raise ValueError("a demonstration has as many observations as actions, rewards and ends of episodes")
        choose.prompt(observation, action, reward, done)


def load_policy(
    file: str | Path | bytes,
    *,
    deterministic: bool = True,
    seed: int = 0,
    device: Device = "cpu",
    settings: RunParts | None = None,
) -> Policy:
    """The policy in a checkpoint, given as its path or its content; `seed` is for sampling if not `deterministic`.

    A checkpoint of version 0.1.0 or earlier lacks the `settings` it was trained with: pass its run's configuration, as
    `client.run(7).config`. Raises CheckpointError if the file is not a checkpoint or cannot be used here.
    """
    state = _read(file)
    parts = settings or _settings(state)
    if parts.learner.is_external:
        raise CheckpointError("the policy is one of somebody's own trainer, which alone can use it")
    learner_settings = _for_inference(parts.learner, device)
    spaces = Spaces.restored(state["spaces"])
    make = plugins.load(learner_settings)
    of_suite = plugins.spaces_for(parts.suite, spaces)
    learner: Learner = make(learner_settings, of_suite, seed, choose_device(learner_settings), None)
    learner.clone(state["learner"])
    return Policy(parts.suite, spaces, learner, deterministic, seed)


def _read(file: str | Path | bytes) -> State:
    if not isinstance(file, bytes):
        return checkpoint.load(Path(file))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes.ckpt"
        path.write_bytes(file)
        return checkpoint.load(path)


def _settings(state: State) -> RunParts:
    """Suite and learner that the policy was trained with."""
    if "settings" not in state:
        raise CheckpointError("the checkpoint lacks its settings, as those of earlier versions do; pass settings=")
    try:
        return RunParts.model_validate(state["settings"])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CheckpointError(f"the checkpoint's settings cannot be read here: {where}: {first['msg']}") from error


def _for_inference(learner: LearnerSettings, device: Device) -> LearnerSettings:
    """On this device, and without compiling, which takes longer than it saves."""
    compiles = {"compile": False} if "compile" in type(learner).model_fields else {}
    return learner.model_copy(update={"device": device, **compiles})
