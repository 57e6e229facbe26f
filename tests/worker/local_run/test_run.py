"""Whole runs without a server."""

from pathlib import Path

import pytest

from gsl.config.guides import BC, GAIL, DAgger, GuideSettings, NoGuide
from gsl.config.method import BudgetSettings, EvaluationSettings, SpecialistSettings
from gsl.config.plateau import PlateauSettings
from gsl.config.sampling import RoundRobinSampling
from gsl.worker.job.checkpoint import load
from gsl.worker.local_run import LocalRun
from tests.worker.jobs import TINY_MAZE

TINY_RUN = TINY_MAZE.model_copy(
    update={
        "plateau": PlateauSettings(sigma=0, window=4, min_epochs=2),
        "specialists": SpecialistSettings(count=2, steps=512),
        "evaluation": EvaluationSettings(episodes=2, held_out_sample=1),
        "budget": BudgetSettings(total_steps=6000, generalist_steps=1024),
    }
)


def test_every_phase_and_every_step_is_counted(tmp_path: Path) -> None:
    this = LocalRun(TINY_RUN, tmp_path).finish()
    assert this.status == "succeeded", this.message
    assert [job.key for job in this.jobs][-2:] == ["finetune-1", "evaluation-final"]
    assert this.spent == sum(job.spent for job in this.jobs) <= TINY_RUN.budget.total_steps
    assert len(this.success_by_variation("evaluation-final")) == len(TINY_RUN.suite.training_variations())


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs below find the jobs that they have in common."""
    return tmp_path_factory.mktemp("shared")


@pytest.mark.parametrize(
    "guide",
    [
        NoGuide(),
        GAIL(updates=1, batch_size=16, width=16),
        BC(passes=3),
        BC(passes=3, train_on=True),
        DAgger(),
        DAgger(form="kickstarting", decay=0.9),
    ],
    ids=["none", "gail", "bc", "bc and on", "dagger", "kickstarting"],
)
def test_every_guide_goes_through_all_phases(guide: GuideSettings, shared: Path) -> None:
    this = LocalRun(TINY_RUN.model_copy(update={"guide": guide}), shared).finish()
    assert this.status == "succeeded", this.message
    assert (("specialists", "demonstrations") in this.ledger) is (guide.learns_from == "demonstrations")
    offline = isinstance(guide, BC) and not guide.train_on
    assert (("finetune", "training") in this.ledger) is not offline
    assert this.spent == sum(job.spent for job in this.jobs) <= TINY_RUN.budget.total_steps


@pytest.mark.parametrize("guide", [GAIL(updates=1, batch_size=16, width=16), DAgger(form="kickstarting", decay=0.9)])
def test_scales_of_each_variation_go_through_all_phases(guide: GuideSettings, tmp_path: Path) -> None:
    """Specialists and fine-tuning begin with the generalist's scales, of all variations of the run."""
    scaled = {"popart": True, "norm_reward": False, "critic_layer_norm": True}
    learner = type(TINY_RUN.learner).model_validate(TINY_RUN.learner.model_dump() | scaled)
    turns = {"learner": learner, "sampling": RoundRobinSampling(), "guide": guide}
    this = LocalRun(TINY_RUN.model_copy(update=turns), tmp_path).finish()
    assert this.status == "succeeded", this.message
    for key in ("generalist-1", "specialist-1-1", "finetune-1"):
        [folder] = tmp_path.glob(f"{key}-*")
        scales = load(folder / "resume.ckpt")["learner"]["popart"]
        assert tuple(scales["variations"]) == TINY_RUN.suite.training_variations()
        assert (scales["epochs"] > 0).all()


def test_runs_share_what_they_do_alike(tmp_path: Path) -> None:
    """With another guide only what begins with fine-tuning is worked on anew; the numbers are those of a run alone."""
    first = LocalRun(TINY_RUN, tmp_path).finish()
    done = set(tmp_path.iterdir())
    guide = TINY_RUN.guide.model_copy(update={"coefficient": 0.1})
    other = TINY_RUN.model_copy(update={"guide": guide})
    second, alone = LocalRun(other, tmp_path).finish(), LocalRun(other, tmp_path / "alone").finish()
    new = {path.name.rsplit("-", 1)[0] for path in set(tmp_path.iterdir()) - done}
    assert new == {"finetune-1", "evaluation-final", "alone"}
    assert [job.key for job in second.jobs] == [job.key for job in first.jobs]
    assert second.ledger == alone.ledger
    said = [{key: report.training for key, report in run.evaluations.items()} for run in (second, alone)]
    assert said[0] == said[1]


def test_specialists_train_as_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        this = LocalRun(TINY_RUN, tmp_path).finish()
    assert "2 jobs train as one: specialist-1-1, specialist-1-2" in caplog.text
    assert [this.result(f"specialist-1-{index}") is not None for index in (1, 2)] == [True, True]
