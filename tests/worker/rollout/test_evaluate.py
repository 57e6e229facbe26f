"""Evaluation jobs: fresh episodes, the same number everywhere, a picture where the suite has one."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from gsl.protocol.reports import ArtifactReport, EvaluationReport, StartedReport
from gsl.worker.job.checkpoint import load
from gsl.worker.job.folder import EXIT_ENDED, EXIT_STOPPED, JobFolder
from tests.worker.jobs import done, lines, numbers, prepare, spec, work


@pytest.fixture(scope="module")
def generalist(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return done(tmp_path_factory.mktemp("generalist"), spec(budget_steps=10 * 128))


def test_it_measures_and_draws(generalist: JobFolder, tmp_path: Path) -> None:
    folder = done(tmp_path, spec("evaluation", start="resume"), generalist.resume)
    started, _, report, picture = lines(folder)
    assert isinstance(started, StartedReport)
    assert isinstance(report, EvaluationReport)
    assert report.epoch == load(generalist.resume)["epoch"]
    assert {entry.variation: entry.episodes for entry in report.training} == dict.fromkeys(spec().variations, 2)
    assert {entry.variation: entry.episodes for entry in report.held_out} == dict.fromkeys(spec().held_out, 2)
    lengths = [entry.mean_length * entry.episodes for entry in (*report.training, *report.held_out)]
    assert sum(lengths[: len(report.training)]) == report.steps
    assert sum(lengths[len(report.training) :]) == report.measurement_steps
    assert (report.rounds, report.rounds_asked) == (2, 2)
    assert isinstance(picture, ArtifactReport)
    assert ElementTree.parse(folder.path / picture.path).getroot().tag.endswith("svg")


def test_the_same_seed_measures_the_same(generalist: JobFolder, tmp_path: Path) -> None:
    jobs = [done(tmp_path / name, spec("evaluation", start="resume"), generalist.resume) for name in "ab"]
    assert numbers(jobs[0]) == numbers(jobs[1])


@pytest.mark.parametrize(("budget", "rounds"), [(95, 1), (96, 2), (1, 1)])
def test_it_plays_the_rounds_that_surely_fit_its_budget_and_one_at_least(
    generalist: JobFolder, tmp_path: Path, budget: int, rounds: int
) -> None:
    """A round of three variations takes 48 steps at most; every episode that begins ends, held-out ones are whole."""
    folder = done(tmp_path, spec("evaluation", start="resume", budget_steps=budget), generalist.resume)
    report, result = next(line for line in lines(folder) if isinstance(line, EvaluationReport)), folder.read_result()
    assert (report.rounds, report.rounds_asked) == (rounds, 2)
    assert [entry.episodes for entry in report.training] == [rounds] * 3
    assert [entry.episodes for entry in report.held_out] == [2]
    assert result is not None
    assert result.steps == report.steps <= max(budget, 48)


def test_by_what_a_measurement_says_nothing_is_selected_and_no_step_of_it_counts(
    generalist: JobFolder, tmp_path: Path
) -> None:
    job = spec("evaluation", start="resume", evaluations_count=False, budget_steps=0)
    folder = done(tmp_path, job, generalist.resume)
    report, result = next(line for line in lines(folder) if isinstance(line, EvaluationReport)), folder.read_result()
    assert (report.steps, report.rounds, result and result.steps) == (0, 2, 0)
    episodes = (*report.training, *report.held_out)
    assert report.measurement_steps == sum(entry.mean_length * entry.episodes for entry in episodes)


def test_a_stopped_evaluation_starts_anew(generalist: JobFolder, tmp_path: Path) -> None:
    folder = prepare(tmp_path, spec("evaluation", start="resume"), generalist.resume)
    folder.stop.touch()
    assert work(folder) == EXIT_STOPPED
    folder.stop.unlink()
    assert work(folder) == EXIT_ENDED
    assert sum(isinstance(line, EvaluationReport) for line in lines(folder)) == 1
