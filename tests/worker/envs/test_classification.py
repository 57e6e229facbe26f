"""Sequential classification: what guesses cost, what a policy without memory can expect, exact continuation."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from gsl.config.suites import ClassificationSuite
from gsl.worker.envs import classification
from gsl.worker.envs.base import EnvError
from gsl.worker.envs.classification import ClassificationEnv, digits
from gsl.worker.envs.sampling.samplers import QueueSampler, UniformSampler
from gsl.worker.rollout.evaluate import measure

SUITE = ClassificationSuite(images=20, held_out_images=5)
Policy = Callable[[NDArray[Any]], NDArray[Any]]


def env_of(suite: ClassificationSuite = SUITE, num_envs: int = 4, seed: int = 0) -> ClassificationEnv:
    return ClassificationEnv(
        suite, num_envs, UniformSampler(suite.training_variations(), np.random.default_rng(seed)), 0
    )


def mean_return(suite: ClassificationSuite, policy: Policy, episodes: int = 100) -> float:
    measured = measure(suite, policy, suite.training_variations(), episodes, 64, 0, lambda: None)
    return float(np.mean([each.mean_return for each in measured.returns if each.mean_return is not None]))


def test_the_images_are_scikit_learns() -> None:
    theirs = load_digits()
    images, labels = digits()
    assert np.array_equal(images, theirs.data.astype(np.float32) / 16)
    assert np.array_equal(labels, theirs.target)


def test_each_wrong_guess_costs_one_and_the_right_one_ends_the_episode() -> None:
    env, (images, labels) = env_of(), digits()
    seen = env.reset()
    shown = env.variation.copy()
    assert np.array_equal(seen, images[shown])
    right = labels[shown]
    wrong = (right + 1) % 10
    step = env.step(np.where(np.arange(4) < 2, right, wrong))
    assert step.reward.tolist() == [0.0, 0.0, -1.0, -1.0]
    assert step.done.tolist() == [True, True, False, False]
    assert np.array_equal(step.variation, shown)
    assert np.array_equal(step.observation, images[env.variation])
    assert np.array_equal(env.variation[2:], shown[2:])


def test_sure_of_a_wrong_label_costs_every_guess() -> None:
    images, labels = digits()
    known = {images[each].tobytes(): labels[each] for each in SUITE.training_variations()}

    def wrong(observation: NDArray[Any]) -> NDArray[Any]:
        return np.array([(known.get(one.tobytes(), 0) + 1) % 10 for one in observation])

    assert mean_return(SUITE, wrong, 2) == -20.0


def test_guessing_at_random_has_the_return_of_the_formula() -> None:
    rng = np.random.default_rng(0)
    expected = -sum(0.9**t for t in range(1, 21))
    assert mean_return(SUITE, lambda seen: rng.integers(10, size=len(seen))) == pytest.approx(expected, abs=0.3)


def test_with_its_guesses_observed_a_policy_need_not_repeat_any() -> None:
    """Labels in a random order: half of the other nine come before the right one."""
    rng, suite = np.random.default_rng(0), SUITE.model_copy(update={"guesses_observed": True})

    def untried(seen: NDArray[Any]) -> NDArray[Any]:
        return np.asarray((rng.random((len(seen), 10)) - seen[:, 64:]).argmax(1))

    assert mean_return(suite, untried) == pytest.approx(-4.5, abs=0.15)


@pytest.mark.parametrize("observed", [False, True])
def test_a_restored_environment_goes_on_exactly(observed: bool) -> None:
    suite, rng = SUITE.model_copy(update={"guesses_observed": observed}), np.random.default_rng(3)
    env, other = env_of(suite), env_of(suite)
    env.reset()
    for _ in range(7):
        seen = env.step(rng.integers(10, size=4)).observation
    assert np.array_equal(other.restore(env.state()), seen)
    actions = (digits()[1][env.variation] + 1) % 10  # wrong, so that no sampler is asked
    ours, theirs = env.step(actions), other.step(actions)
    for name in ("observation", "reward", "done", "variation"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name))


def test_a_slot_with_nothing_left_sees_nothing_and_is_never_right() -> None:
    variation = SUITE.held_out_variations()[0]
    env = ClassificationEnv(SUITE, 2, QueueSampler([variation]), 0)
    seen = env.reset()
    assert env.variation.tolist() == [variation, -1]
    assert not seen[1].any()
    assert env.step(np.array([digits()[1][variation], 9])).done.tolist() == [True, False]


def test_what_there_is_no_image_of_is_refused() -> None:
    with pytest.raises(EnvError, match="1797"):
        ClassificationEnv(SUITE, 1, QueueSampler([1797]), 0)
    with pytest.raises(EnvError, match="4 slots, not 2"):
        env_of(num_envs=2).restore(env_of(num_envs=4).state())


@pytest.mark.parametrize(
    ("found", "said"),
    [(None, "not installed"), (SimpleNamespace(submodule_search_locations=["/nowhere"]), "cannot be read")],
)
def test_images_that_are_missing_are_told_of(found: Any, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classification, "find_spec", lambda name: found)
    with pytest.raises(EnvError, match=said):
        digits.__wrapped__()


def test_other_images_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "datasets" / "data").mkdir(parents=True)
    np.savetxt(tmp_path / "datasets" / "data" / "digits.csv.gz", np.zeros((3, 65)), delimiter=",")
    found = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(classification, "find_spec", lambda name: found)
    with pytest.raises(EnvError, match=r"\(3, 65\)"):
        digits.__wrapped__()
