"""Features of variations: what the last layer sees, projected alike every time, only where they are wanted."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gsl.config.networks import MLP
from gsl.protocol.reports import EvaluationReport
from gsl.worker.envs import make_env
from gsl.worker.envs.base import spaces_of
from gsl.worker.envs.sampling.samplers import QueueSampler
from gsl.worker.job.folder import JobFolder
from gsl.worker.nets import make_network
from gsl.worker.rollout.collect import play
from gsl.worker.rollout.features import SIZE, FeatureObserver, projected
from tests.worker.jobs import TINY_MAZE, done, lines, spec

CLUSTERED = TINY_MAZE.model_copy(
    update={"specialists": TINY_MAZE.specialists.model_copy(update={"partition": "clustered"})}
)


def reported(folder: JobFolder) -> EvaluationReport:
    return next(line for line in lines(folder) if isinstance(line, EvaluationReport))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    short = spec(budget_steps=4 * TINY_MAZE.learner.batch_size)
    return done(tmp_path_factory.mktemp("trained"), short).resume


def evaluated(path: Path, trained: Path, clustered: bool) -> EvaluationReport:
    config = CLUSTERED if clustered else TINY_MAZE
    return reported(done(path, spec("evaluation", config, start="resume", budget_steps=0), trained))


def test_an_evaluation_reports_every_training_variation(tmp_path: Path, trained: Path) -> None:
    report = evaluated(tmp_path / "one", trained, clustered=True)
    assert [entry.variation for entry in report.features] == [entry.variation for entry in report.training]
    assert {len(entry.features) for entry in report.features} == {SIZE}
    assert len({entry.features for entry in report.features}) == len(report.features)
    assert evaluated(tmp_path / "two", trained, clustered=True).features == report.features


def test_they_change_no_figure_and_are_left_out_where_nobody_wants_them(tmp_path: Path, trained: Path) -> None:
    plain, clustered = (evaluated(tmp_path / str(wanted), trained, wanted) for wanted in (False, True))
    assert plain.features == ()
    assert plain.training == clustered.training


def test_they_are_means_of_what_the_last_layer_sees() -> None:
    """With a stride of four the first step alone of each episode is looked at where none is longer than that."""
    suite = TINY_MAZE.suite.model_copy(update={"time_limit": 4})
    env = make_env(suite, 2, QueueSampler([0, 1]), 3)
    network = make_network(MLP(width=8, depth=1), spaces_of(env), 0)
    watcher = FeatureObserver(network, torch.device("cpu"))
    first = env.reset().copy()
    env.close()
    env = make_env(suite, 2, QueueSampler([0, 1]), 3)
    play(env, lambda observation: np.zeros(2, np.int64), 2, lambda: None, watcher)
    env.close()
    found = {entry.variation: entry.features[:8] for entry in watcher.report()}
    with torch.no_grad():
        wanted = network.policy_features(torch.as_tensor(first)).numpy()
    for row, variation in enumerate((0, 1)):
        assert found[variation] == pytest.approx(wanted[row], abs=1e-4)


def test_a_projection_keeps_distances_roughly_and_is_the_same_everywhere() -> None:
    points = np.random.default_rng(0).normal(size=(40, 256))
    assert np.array_equal(projected(points), projected(points.copy()))
    narrow = points[:, :SIZE]
    assert projected(narrow) is narrow
    before = np.linalg.norm(points[1:] - points[0], axis=1)
    after = np.linalg.norm(projected(points)[1:] - projected(points)[0], axis=1)
    assert np.median(after / before) == pytest.approx(1.0, abs=0.2)
