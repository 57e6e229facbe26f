"""Where jobs lie on the axis of a run: specialists share a stretch in total, and are parallel on the critical path."""

from dataclasses import dataclass

import numpy as np
import pytest

from gsl.backend.domain.run_axis import Axis, places
from gsl.phases.ledger import Entry, critical_path


@dataclass(frozen=True)
class Job:
    id: int
    key: str
    start_steps: int
    steps: int


JOBS = (
    Job(1, "generalist-1", 0, 100),
    Job(2, "evaluation-1", 100, 10),
    Job(3, "specialist-1-1", 110, 40),
    Job(4, "specialist-1-2", 110, 20),
    Job(5, "evaluation-before", 110, 0),
    Job(6, "specialist-1-1-2", 170, 30),
    Job(7, "demonstrations-1-2", 200, 5),
    Job(8, "finetune-1", 205, 60),
    Job(9, "specialist-2-1", 265, 10),
    Job(10, "finetune-2", 275, 50),
)


def at(axis: Axis, job: int, *own: int) -> list[int]:
    placed: list[int] = places(JOBS, axis)[job].of(np.array(own)).tolist()
    return placed


def test_specialists_share_the_stretch_that_they_spend_together() -> None:
    assert at("total", 3, 0, 10, 20, 40) == [110, 130, 150, 175]  # from 25 on, only the first goes on
    assert at("total", 4, 0, 20) == [110, 150]
    assert at("total", 6, 0, 30) == [175, 205]  # its second rung ends where fine-tuning begins
    assert at("total", 8, 0, 60) == [205, 265]


def test_on_the_critical_path_they_train_in_parallel() -> None:
    assert at("critical", 3, 0, 40) == [110, 150]
    assert at("critical", 4, 0, 20) == [110, 130]
    assert at("critical", 6, 0, 30) == [150, 180]
    assert at("critical", 8, 0, 60) == [180, 240]
    assert at("critical", 10, 50) == [300]


@pytest.mark.parametrize("axis", ["total", "critical"])
def test_what_is_measured_beside_specialists_stands_where_they_branch_off(axis: Axis) -> None:
    assert at(axis, 5, 0) == [110]


def test_the_axis_ends_where_the_ledger_does() -> None:
    entries = [Entry("generalist", job.key, "training", job.steps) for job in JOBS]
    assert at("critical", 10, 50) == [critical_path(entries)]
    assert at("total", 10, 50) == [sum(job.steps for job in JOBS)]
