"""What an experiment is said to be waiting for."""

from dataclasses import dataclass

from gsl.backend.domain.experiment_activity import RunsAlike, described
from gsl.protocol.dispatch import Need
from gsl.protocol.jobs import RunStatus


@dataclass
class Worker:
    name: str
    suites: tuple[str, ...]
    labels: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    trouble: str | None = None


LIVE = [Worker("w1", ("forkmaze",)), Worker("w2", ("procgen",), ("fast",))]


def alike(number: int, status: RunStatus, label: str = "", suite: str = "forkmaze", working: bool = False) -> RunsAlike:
    return RunsAlike(number, status, Need(suite, label), working)


def test_what_runs_do_comes_before_what_they_wait_for_and_how_they_ended() -> None:
    groups = [
        alike(4, "succeeded"), alike(2, "queued", "a100"), alike(1, "awaiting_approval"),
        alike(2, "generalist", working=True), alike(1, "finetune", working=True),
    ]  # fmt: skip
    assert described(groups, LIVE) == (
        "3 runs train, 1 waits for approval, 2 wait for a worker with label a100, 4 have finished"
    )


def test_the_worker_that_is_missing_is_named() -> None:
    assert described([alike(1, "queued")], LIVE) == "1 run waits for a free worker"
    assert described([alike(2, "specialists", suite="metaworld")], LIVE) == "2 runs wait for a worker with metaworld"
    assert described([alike(1, "queued", "fast")], LIVE) == "1 run waits for a worker with label fast"
    assert described([alike(1, "queued", "fast", "procgen")], LIVE) == "1 run waits for a free worker"


def test_an_empty_experiment_says_nothing_and_an_ended_one_how_it_ended() -> None:
    assert described([], LIVE) == ""
    assert described([alike(1, "failed"), alike(1, "cancelled")], []) == "1 run failed, 1 was cancelled"
