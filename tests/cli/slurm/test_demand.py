"""How many workers are submitted and cancelled: a table of what waits, what Slurm has and what the workers do."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from gsl.cli.slurm.batch import Submitted
from gsl.cli.slurm.demand import Kind, demand, job_of
from gsl.client.models import Queue, Worker

FRESH, OLD = 1.0, 300.0


def waiting(ready: int, suite: str = "forkmaze", label: str = "", video: bool = False) -> dict[str, Any]:
    """Some more jobs need the same but are held."""
    return {
        "suite": suite, "worker_label": label, "video": video, "jobs": ready + 2, "ready": ready, "runs": [],
        "workers": [], "message": "",
    }  # fmt: skip


def queue(*waits: dict[str, Any]) -> Queue:
    return Queue.model_validate({"queued": [], "running": [], "waiting": waits, "ready": 0})


def worker(name: str, job_id: int | None = None, suites: Sequence[str] = ("forkmaze",), **further: Any) -> Worker:
    known = {
        "name": name, "host": "node1", "device": "cpu", "suites": suites, "videos": suites, "version": "0",
        "live": True, "job_id": job_id, "run_id": None, "speeds": {}, "trouble": None,
        "last_seen": datetime.now(UTC), **further,
    }  # fmt: skip
    return Worker.model_validate(known)


def job(number: int, state: str = "PENDING", age: float = FRESH) -> Submitted:
    return Submitted(number, state, age)


KIND = Kind("w", most=4)


@pytest.mark.parametrize(
    ("ready", "ours", "workers", "submit"),
    [
        (0, [], [], 0),
        (1, [], [], 1),
        (16, [], [], 4),
        (3, [job(1), job(2)], [], 1),  # what is pending will take a job each, however long it is pending
        (3, [job(1, age=OLD), job(2, age=OLD), job(3, age=OLD)], [], 0),
        (16, [job(1), job(2), job(3)], [], 1),
        (16, [job(1), job(2), job(3), job(4), job(5)], [], 0),
        (2, [job(1, "RUNNING")], [worker("w-1@a", job_id=7)], 2),
        (2, [job(1, "RUNNING")], [worker("w-1@a")], 1),  # it is about to take one
        (2, [job(1, "RUNNING")], [], 1),  # it starts
        (2, [job(1, "RUNNING")], [worker("w-1@a", trouble="its disk is full")], 2),
        (2, [job(1, "RUNNING")], [worker("w-1@a", draining=True)], 2),
        (1, [], [worker("w-1@a", job_id=7, live=False), worker("other", job_id=8)], 1),
    ],
)
def test_as_many_are_submitted_as_are_missing(
    ready: int, ours: list[Submitted], workers: list[Worker], submit: int
) -> None:
    assert demand(KIND, queue(waiting(ready)), workers, ours).submit == submit


@pytest.mark.parametrize(
    ("ready", "ours", "cancelled"),
    [
        (0, [job(1), job(2)], []),  # the next phase may need them in a moment
        (0, [job(1, age=OLD), job(2, age=OLD)], [2, 1]),
        (1, [job(1, age=OLD), job(2, age=OLD)], [2]),
        (0, [job(1, "RUNNING", OLD), job(2, age=OLD)], [2]),  # what runs ends by itself
        (9, [job(number) for number in range(1, 7)], [6, 5]),  # two keepers at once, or a smaller --most
    ],
)
def test_only_what_has_not_started_is_cancelled(ready: int, ours: list[Submitted], cancelled: list[int]) -> None:
    assert [job.id for job in demand(KIND, queue(waiting(ready)), [], ours).cancel] == cancelled


def test_a_worker_with_several_slots_takes_as_many_jobs() -> None:
    kind = Kind("w", most=9, slots=4)
    assert demand(kind, queue(waiting(9)), [], []).submit == 3
    going = [worker("w-1@a-0", job_id=1), worker("w-1@a-1", job_id=2), worker("w-1@a-2"), worker("w-1@a-3")]
    assert demand(kind, queue(waiting(7)), going, [job(1, "RUNNING")]).submit == 2


def test_jobs_for_other_labels_are_left_alone() -> None:
    waits = queue(waiting(2, label="a100"), waiting(1))
    plain, labelled = demand(KIND, waits, [], []), demand(Kind("w", 4, labels=["a100"]), waits, [], [])
    assert (plain.submit, plain.foreign) == (1, {"forkmaze and the label a100": 2})
    assert (labelled.submit, labelled.foreign) == (3, {})


def test_what_the_workers_were_seen_to_lack_is_left_alone_unless_it_is_asked_for() -> None:
    """Or workers would be started and end again and again for jobs that none of them can run."""
    waits, seen = queue(waiting(2, "maniskill"), waiting(1)), [worker("w-1@a", live=False)]
    assert demand(KIND, waits, [], []).submit == 3
    assert (demand(KIND, waits, seen, []).submit, demand(KIND, waits, seen, []).foreign) == (1, {"maniskill": 2})
    assert demand(Kind("w", 4, suites=["maniskill"]), waits, seen, []).submit == 2


def test_trainers_and_videos_count_like_suites() -> None:
    waits = queue(waiting(1, "trainer:ours"), waiting(1, video=True))
    able = [worker("w-1@a", suites=["forkmaze", "trainer:ours"], live=False)]
    blind = [worker("w-1@a", suites=["forkmaze", "trainer:ours"], videos=[], live=False)]
    assert (demand(KIND, waits, able, []).submit, demand(KIND, waits, blind, []).submit) == (2, 1)


def test_a_worker_s_name_says_which_job_it_is() -> None:
    assert (job_of("w-12@node1-0", "w"), job_of("w-12@node1", "w-1"), job_of("w2-1@a", "w")) == (12, None, None)
