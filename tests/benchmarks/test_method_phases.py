"""Where a gain comes from: each seed's lowest variations by phase, beside the plain generalist on the same ones."""

from benchmarks.method.outcomes import Measured, Outcome
from benchmarks.method.phases import phases
from benchmarks.method.study import BASELINE
from tests.benchmarks.method_cases import outcome


def measured(arm: str, seed: int, final: dict[int, float], **fields: object) -> Outcome:
    return outcome(arm, seed, 0.0).model_copy(update={"final": Measured(training=final), **fields})


def with_specialists(seed: int, lowest: int, status: str = "succeeded") -> Outcome:
    gate = outcome("dapg", seed, 0.0).gates[0].model_copy(update={"partition": ((lowest,),)})
    before = Measured(training={0: 0.5, 1: 0.5} | {lowest: 0.1})
    return measured(
        "dapg", seed, {0: 0.8, 1: 0.8} | {lowest: 0.6}, gates=(gate,), before=before, specialists={lowest: 0.9},
        status=status,
    )  # fmt: skip


def test_the_lowest_variations_are_those_of_the_seed() -> None:
    grouped = {
        "dapg": {1: with_specialists(1, 0), 2: with_specialists(2, 1)},
        BASELINE: {1: measured(BASELINE, 1, {0: 0.2, 1: 0.7}), 2: measured(BASELINE, 2, {0: 0.7, 1: 0.4})},
    }
    *_, row = phases(grouped).splitlines()
    assert row == "| DAPG | 2 | 0.10 | 0.90 | 0.60 | 0.30 | 0.50 | 0.80 | 0.70 |"


def test_seeds_that_cannot_be_compared_are_left_out() -> None:
    alone = {seed: measured(BASELINE, seed, {0: 0.2, 1: 0.7}) for seed in (1, 3)}
    runs = {1: with_specialists(1, 0), 2: with_specialists(2, 0), 3: with_specialists(3, 0, "failed")}
    assert phases({"dapg": runs, BASELINE: alone}).splitlines()[-1].startswith("| DAPG | 1 | 0.10 |")
    assert phases({"dapg": {2: runs[2]}, BASELINE: alone}) == ""
    assert phases({"dapg": {1: outcome("dapg", 1, 1.0)}, BASELINE: alone}) == ""
