"""The measurement of adapting: what is trained and played, kept, and said."""

from pathlib import Path

import pytest

from benchmarks import meta_learning
from benchmarks.meta_learning import NAME, PAGE, PRESET_OF, Outcome, config_of, holds, learn, read, run_all, table
from gsl.config.presets import PRESETS, Preset
from gsl.config.suites import NavigationSuite
from tests.worker.local_run.tiny_presets import tiny

SMALL: dict[str, Preset] = {
    name: PRESETS[name].model_copy(update={"config": tiny(PRESETS[name].config)}) for name in PRESET_OF.values()
}


@pytest.fixture
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meta_learning, "PRESETS", SMALL)


def made_up(name: str, seed: int, gain: float, flat: float = 0.0) -> Outcome:
    before = PRESETS[PRESET_OF[name]].config.learner.fewest_episodes - 1
    adapted, same = ([-20.0 + seed] * before + [-20.0 + seed + more] * 2 for more in (gain + 0.1 * seed, flat))
    return Outcome(name, seed, 1000, 60.0, training=adapted, held_out=adapted, control=same)


@pytest.mark.usefixtures("_tiny")
@pytest.mark.parametrize("name", list(PRESET_OF))
def test_every_episode_of_the_trial_is_measured_also_where_it_cannot_adapt(name: str) -> None:
    outcome = learn(name, 1, 64)
    episodes = SMALL[PRESET_OF[name]].config.trial.episodes
    assert len(outcome.training) == len(outcome.held_out) == len(outcome.control) == episodes
    assert all(returns < 0 for returns in (*outcome.training, *outcome.held_out, *outcome.control))


def test_every_seed_has_other_goals() -> None:
    suites = [config_of("maml", seed).suite for seed in (1, 2)]
    assert all(isinstance(suite, NavigationSuite) for suite in suites)
    assert suites[0] != suites[1]


@pytest.mark.usefixtures("_tiny")
def test_what_the_file_holds_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, page = tmp_path / "results.json", tmp_path / "page.md"
    page.write_text(f"<!-- results:{NAME} -->\n<!-- /results -->\n")
    run_all(["pearl"], [1], 64, file, page)
    first = read(file)
    monkeypatch.setattr(meta_learning, "learn", None)
    assert run_all(["pearl"], [1], 64, file, page) == first
    assert "PEARL, held out" in page.read_text()


def test_a_gain_must_be_certain_and_absent_where_it_cannot_adapt() -> None:
    good = [made_up("maml", seed, 5.0) for seed in (1, 2, 3)]
    assert holds(good, "maml")
    assert not holds([made_up("maml", seed, 0.0) for seed in (1, 2, 3)][:1] + good[:1], "maml")
    assert not holds([made_up("maml", seed, 5.0, flat=4.0) for seed in (1, 2, 3)], "maml")
    assert table(good).count("MAML-TRPO") == 3
    assert f"<!-- results:{NAME} -->" in PAGE.read_text()
