"""The table that compares ways to deal specialists' steps."""

from benchmarks.method.outcomes import Measured, Outcome
from benchmarks.method.pages import ROOT
from benchmarks.specialist_steps import STUDY, WAYS, table


def outcome(way: str, seed: int, success: float, status: str = "succeeded") -> Outcome:
    case = STUDY.case(way)
    measured = Measured(training={0: success, 1: success})
    return Outcome(
        case=way, arm="dapg", seed=seed, metric="success", status=status, message="", final=measured, before=measured,
        steps=1_000_000, curve=(), seconds=1.0, config=case.config("dapg", seed),
    )  # fmt: skip


def test_ways_differ_in_specialists_alone() -> None:
    configs = [STUDY.case(way).config("dapg", 1001).model_dump() for way in WAYS]
    differing = {name for name in configs[0] if any(config[name] != configs[0][name] for config in configs)}
    assert differing == {"specialists"}


def test_differences_are_paired_by_seed_and_failures_count() -> None:
    outcomes = [outcome("lowest", seed, 0.5) for seed in (1001, 1002, 1003)]
    outcomes += [outcome("rungs-2", 1001, 0.7), outcome("rungs-2", 1002, 0.6), outcome("rungs-2", 1003, 0.9, "failed")]
    rows = {row.split("|")[1].strip(): row for row in table(outcomes).splitlines()[2:]}
    assert len(rows) == 2
    halved = rows["the lowest, halved in two rungs"]
    assert "0.70, 0.60, 0.00" in halved
    assert "-0.067" in halved


def test_runs_with_other_settings_are_left_out() -> None:
    other = outcome("lowest", 1001, 0.5).model_copy(update={"config": STUDY.case("gain").config("dapg", 1001)})
    assert table([other]) == "No run has ended yet."


def test_the_page_has_its_marks() -> None:
    assert "<!-- results:specialist_steps -->" in (ROOT / "docs" / "learning.md").read_text()
