"""Sequential classification: which images are trained on, which are held out, what is refused."""

import pytest
from pydantic import ValidationError

from gsl.config.suites import ClassificationSuite
from gsl.config.suites.classification import IMAGES


def test_held_out_images_are_others_and_stay_when_their_number_changes() -> None:
    suite, more = ClassificationSuite(), ClassificationSuite(held_out_images=1000)
    training, held_out = set(suite.training_variations()), set(suite.held_out_variations())
    assert (len(training), len(held_out)) == (100, 500)
    assert not training & held_out
    assert training | held_out <= set(range(IMAGES))
    assert set(more.training_variations()) == training
    assert set(more.held_out_variations()) > held_out


def test_another_seed_chooses_other_images() -> None:
    assert ClassificationSuite(split_seed=1).training_variations() != ClassificationSuite().training_variations()


def test_more_images_than_there_are_are_refused_at_the_field() -> None:
    assert len(ClassificationSuite(images=1297, held_out_images=500).held_out_variations()) == 500
    with pytest.raises(ValidationError, match="at most 499") as error:
        ClassificationSuite(images=1298, held_out_images=500)
    assert [problem["loc"] for problem in error.value.errors()] == [("held_out_images",)]


def test_the_score_is_the_share_of_guesses_that_is_left() -> None:
    suite = ClassificationSuite(guesses=10)
    assert suite.max_episode_steps == 10
    assert [suite.score(value, None) for value in (-10.0, -5.0, 0.0)] == [0.0, 0.5, 1.0]


def test_a_machine_without_the_images_says_what_brings_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ClassificationSuite.missing() is None
    monkeypatch.setattr("gsl.config.suites.base.find_spec", lambda name: None)
    assert ClassificationSuite.missing() == 'sklearn is not installed; run: pip install ".[worker]"'
