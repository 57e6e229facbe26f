"""A policy that was really trained acts outside of training as it did in it."""

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from gsl.config.learners import PPG, PPO, LearnerSettings
from gsl.config.networks import MLP
from gsl.config.presets import PRESETS
from gsl.protocol.reports import EvaluationReport
from gsl.worker.inference import load_policy
from gsl.worker.job import checkpoint
from gsl.worker.job.checkpoint import CheckpointError
from gsl.worker.job.folder import JobFolder
from gsl.worker.rollout.evaluate import evaluate
from tests.worker.jobs import TINY_MAZE, done, lines, spec
from tests.worker.local_run.tiny_presets import tiny


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    """A generalist after thirty epochs."""
    return done(tmp_path_factory.mktemp("trained") / "job", spec())


def test_it_acts_as_the_learner_that_was_trained(trained: JobFolder, tmp_path: Path) -> None:
    job = spec("evaluation")
    evaluated = done(tmp_path / "evaluation", job, trained.resume)
    [report] = [line for line in lines(evaluated) if isinstance(line, EvaluationReport)]
    policy = load_policy(trained.resume)

    class Loaded:
        """What an evaluation asks of a learner."""

        def policy(self, *, deterministic: bool, seed: int) -> object:
            assert deterministic == job.config.evaluation.deterministic
            return load_policy(trained.resume, deterministic=deterministic, seed=seed)

    again = evaluate(job, Loaded(), report.epoch, lambda: None)  # type: ignore[arg-type]  # a policy is a callable
    assert again.training == report.training
    assert again.held_out == report.held_out
    assert policy.suite == TINY_MAZE.suite


def test_path_text_and_bytes_are_the_same_policy(trained: JobFolder) -> None:
    first, second, third = (
        load_policy(file) for file in (trained.resume, str(trained.resume), trained.resume.read_bytes())
    )
    observations = np.random.default_rng(0).normal(size=(5, *first.spaces.observation_shape)).astype(np.float32)
    assert first(observations).tolist() == second(observations).tolist() == third(observations).tolist()
    assert first(observations[2]) == first(observations)[2]
    assert set(first(observations).tolist()) <= set(range(first.spaces.actions.size))
    with pytest.raises(ValueError, match="shape"):
        first(observations[:, :-1])


def test_samples_differ_by_seed_alone(trained: JobFolder) -> None:
    shape = load_policy(trained.resume).spaces.observation_shape
    observations = np.zeros((64, *shape), dtype=np.float32)
    drawn = [load_policy(trained.resume, deterministic=False, seed=seed)(observations).tolist() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    "learner",
    [
        PPG(network=MLP(width=8), num_envs=4, num_steps=8, num_minibatches=2, n_pi=2, e_aux=1, aux_rollouts=2),
        PPO(
            network=MLP(width=8),
            num_envs=4,
            num_steps=8,
            num_minibatches=2,
            popart=True,
            norm_reward=False,
        ),
    ],
    ids=["ppg", "ppo with popart"],
)
def test_every_learner_on_the_maze_can_be_loaded(learner: LearnerSettings, tmp_path: Path) -> None:
    folder = done(tmp_path / "job", spec(config=TINY_MAZE.model_copy(update={"learner": learner}), budget_steps=128))
    policy = load_policy(folder.resume)
    assert policy(np.zeros((2, *policy.spaces.observation_shape), dtype=np.float32)).shape == (2,)


def test_a_policy_of_vectors_can_be_loaded(tmp_path: Path) -> None:
    config = tiny(PRESETS["gymnasium-pendulum"].config)
    folder = done(tmp_path / "job", spec(config=config, budget_steps=64))
    policy = load_policy(folder.resume)
    actions = policy(np.zeros((3, 3), dtype=np.float32))
    assert actions.shape == (3, 1)
    assert config.learner.name == "sac"


def test_a_checkpoint_without_settings_asks_for_them(trained: JobFolder, tmp_path: Path) -> None:
    state = checkpoint.load(trained.resume)
    del state["settings"]
    checkpoint.save(tmp_path / "old.ckpt", state)
    with pytest.raises(CheckpointError, match="settings="):
        load_policy(tmp_path / "old.ckpt")
    observation = np.zeros(load_policy(trained.resume).spaces.observation_shape, dtype=np.float32)
    assert load_policy(tmp_path / "old.ckpt", settings=TINY_MAZE)(observation) == load_policy(trained.resume)(
        observation
    )


def test_what_is_no_checkpoint_is_refused(trained: JobFolder, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError):
        load_policy(b"\x80\x04pickle")
    with pytest.raises(CheckpointError):
        load_policy(safetensors.numpy.save({"a": np.zeros(1)}))
    state = checkpoint.load(trained.resume)
    state["settings"]["learner"] = {"name": "magic"}
    checkpoint.save(tmp_path / "foreign.ckpt", state)
    with pytest.raises(CheckpointError, match="learner"):
        load_policy(tmp_path / "foreign.ckpt")
