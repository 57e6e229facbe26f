"""The studies: fair arms, the sizes that were asked for, pages with marks for their tables."""

import pytest

from benchmarks.gsl_forkmaze import STUDY as FORKMAZE
from benchmarks.gsl_metaworld import STUDY as METAWORLD
from benchmarks.gsl_procgen import STUDY as PROCGEN
from benchmarks.method.combined import MODULES
from benchmarks.method.pages import PAGE
from benchmarks.method.study import BASELINE, COLOURS, TITLES, Case, Study
from benchmarks.mt10_learners import STUDY as LEARNERS

STUDIES = (METAWORLD, PROCGEN, FORKMAZE)
CASES = [pytest.param(case, id=case.name) for study in STUDIES for case in study.cases]


@pytest.mark.parametrize("case", CASES)
def test_arms_of_a_seed_differ_in_nothing_but_the_guide(case: Case) -> None:
    configs = [case.config(arm, 3) for arm in (*case.guides, BASELINE)]
    assert {config.seed for config in configs} == {3}
    same = [config.model_dump(exclude={"guide", "arm"}) for config in configs]
    assert all(config == same[0] for config in same)


def test_arms_with_other_learners_are_plain_generalists_with_the_same_steps() -> None:
    [case] = LEARNERS.cases
    assert set(LEARNERS.arms) == case.arms
    assert f"<!-- results:{LEARNERS.name} -->" in PAGE.read_text()
    plain = case.config(BASELINE, 3)
    for arm, name in (("trpo", "trpo"), ("sac", "sac")):
        config = case.config(arm, 3)
        assert (config.arm, config.learner.name, config.guide.name) == ("generalist", name, "none")
        own = {"guide", "learner"}
        assert config.model_dump(exclude=own) == plain.model_dump(exclude=own)


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_every_study_has_arms_seeds_and_a_place_for_its_tables(study: Study) -> None:
    assert set(study.arms) <= set(study.every_arm) <= set(TITLES) == set(COLOURS)
    assert BASELINE in study.arms
    assert len(study.seeds) >= 5
    assert f"<!-- results:{study.name} -->" in PAGE.read_text()
    assert study.name in MODULES


def test_sizes_are_those_that_were_asked_for() -> None:
    assert METAWORLD.cases[0].base.budget.total_steps >= 3_000_000
    assert {"dapg", "dagger"} <= set(METAWORLD.arms)
    assert len(PROCGEN.cases) >= 2
    for case in PROCGEN.cases:
        suite = case.base.suite
        assert case.base.budget.total_steps >= 1_000_000
        assert min(len(suite.training_variations()), len(suite.held_out_variations())) >= 24
        assert case.base.evaluation.held_out_sample >= 24
