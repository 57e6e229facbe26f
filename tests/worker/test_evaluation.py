"""Evaluation jobs: fresh episodes, the same number everywhere, a picture where the suite has one."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from gsl.reports import ArtifactReport, EvaluationReport, StartedReport
from tests.worker.jobs import done, lines, numbers, prepare, spec, work
from worker.checkpoint import load
from worker.job_folder import EXIT_ENDED, EXIT_STOPPED, JobFolder


@pytest.fixture(scope="module")
def generalist(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return done(tmp_path_factory.mktemp("generalist"), spec(budget_steps=10 * 128))


def test_it_measures_and_draws(generalist: JobFolder, tmp_path: Path) -> None:
    folder = done(tmp_path, spec("evaluation", start="resume"), generalist.resume)
    started, report, picture = lines(folder)
    assert isinstance(started, StartedReport)
    assert isinstance(report, EvaluationReport)
    assert report.epoch == load(generalist.resume)["epoch"]
    assert {entry.variation: entry.episodes for entry in report.training} == dict.fromkeys(spec().variations, 2)
    assert {entry.variation: entry.episodes for entry in report.held_out} == dict.fromkeys(spec().held_out, 2)
    lengths = [entry.mean_length * entry.episodes for entry in (*report.training, *report.held_out)]
    assert sum(lengths) <= report.steps
    assert isinstance(picture, ArtifactReport)
    assert ElementTree.parse(folder.path / picture.path).getroot().tag.endswith("svg")


def test_the_same_seed_measures_the_same(generalist: JobFolder, tmp_path: Path) -> None:
    jobs = [done(tmp_path / name, spec("evaluation", start="resume"), generalist.resume) for name in "ab"]
    assert numbers(jobs[0]) == numbers(jobs[1])


def test_its_budget_is_kept(generalist: JobFolder, tmp_path: Path) -> None:
    folder = done(tmp_path, spec("evaluation", start="resume", budget_steps=40), generalist.resume)
    result = folder.read_result()
    assert result is not None
    assert result.steps <= 40


def test_a_stopped_evaluation_starts_anew(generalist: JobFolder, tmp_path: Path) -> None:
    folder = prepare(tmp_path, spec("evaluation", start="resume"), generalist.resume)
    folder.stop.touch()
    assert work(folder) == EXIT_STOPPED
    folder.stop.unlink()
    assert work(folder) == EXIT_ENDED
    assert sum(isinstance(line, EvaluationReport) for line in lines(folder)) == 1
