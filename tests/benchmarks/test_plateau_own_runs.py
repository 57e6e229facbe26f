"""H on whole runs that trained on: its first firing is judged by what came later, by the metric that it watches."""

from collections.abc import Sequence

import numpy as np

from benchmarks.plateau.own_runs import judged
from gsl.config.recommended import plateau_of
from gsl.protocol.reports import EpochReport


def run(values: Sequence[float], success: float = 0.5) -> list[EpochReport]:
    return [
        EpochReport(
            epoch=number, steps=100, job_steps=100 * number, seconds=1.0, episodes=20, mean_return=value,
            success_rate=success, mean_length=5.0, metrics={},
        )
        for number, value in enumerate(values, start=1)
    ]  # fmt: skip


RESTING = np.interp(np.arange(200), [0, 20, 65, 200], [0.0, 1.0, 1.0, 3.0])
STALLED = np.minimum(np.linspace(0, 4, 200), 1.0)


def test_a_rest_within_a_short_window_is_a_false_alarm_and_the_end_of_learning_is_not() -> None:
    found = judged(plateau_of(100), 10_000, [run(RESTING.tolist()), run(STALLED.tolist())])
    assert (found.curves, found.fired) == (2, 2)
    assert (found.verdicts["false"], found.verdicts["right"]) == (1, 1)
    longer = judged(plateau_of(200), 20_000, [run(RESTING.tolist())])
    assert longer.fired == 0


def test_the_metric_is_that_of_the_settings() -> None:
    rising = run(np.linspace(0, 1, 200).tolist())
    assert judged(plateau_of(60), 6000, [rising]).fired == 0
    assert judged(plateau_of(60, "success"), 6000, [rising]).fired == 1


def test_epochs_without_an_episode_are_no_evidence() -> None:
    empty = [epoch.model_copy(update={"episodes": 0, "mean_return": None}) for epoch in run([0.0] * 100)]
    assert judged(plateau_of(60), 6000, [empty]).fired == 0
