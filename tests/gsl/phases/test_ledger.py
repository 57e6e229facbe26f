"""Totals and the critical path."""

from dataclasses import replace

from gsl.phases.ledger import Entry, critical_jobs, totals

ENTRIES = (
    Entry("generalist", "generalist-1", "training", 100),
    Entry("evaluation", "evaluation-1", "evaluation", 10),
    Entry("specialists", "specialist-1-1", "training", 50),
    Entry("specialists", "specialist-1-1", "evaluation", 5),
    Entry("specialists", "specialist-1-2", "training", 40),
    Entry("specialists", "demonstrations-1-1", "demonstrations", 1),
    Entry("specialists", "demonstrations-1-2", "demonstrations", 30),
    Entry("specialists", "demonstrations-1-0", "demonstrations", 20),
    Entry("finetune", "finetune-1", "training", 200),
    Entry("evaluation", "evaluation-1", "measurement", 7),
    Entry("evaluation", "evaluation-final", "measurement", 1000),
)


def test_every_counted_step_is_in_every_sum_and_measurements_stand_apart() -> None:
    found = totals(ENTRIES, 500)
    assert found.measured == 1007
    assert found.spent == sum(found.by_phase.values()) == sum(found.by_purpose.values()) == 456
    assert found.by_phase == {"generalist": 100, "evaluation": 10, "specialists": 146, "finetune": 200}
    assert found.by_purpose == {"training": 390, "evaluation": 15, "demonstrations": 51}
    assert found.left == 44


def test_the_longest_branch_counts_once_with_its_demonstrations() -> None:
    assert totals(ENTRIES, 500).critical_path == 100 + 10 + (40 + 30) + 200


def test_the_jobs_of_the_longest_branch_are_on_the_critical_path() -> None:
    sequential = {"generalist-1", "evaluation-1", "finetune-1"}
    assert critical_jobs(ENTRIES) == sequential | {"specialist-1-2", "demonstrations-1-2"}
    later = [replace(entry, job=entry.job.replace("-1-", "-2-")) for entry in ENTRIES if entry.phase == "specialists"]
    assert critical_jobs((*ENTRIES, *later)) - critical_jobs(ENTRIES) == {"specialist-2-2", "demonstrations-2-2"}
    even = (Entry("specialists", f"specialist-1-{number}", "training", 9) for number in (1, 2))
    assert critical_jobs(even) == {"specialist-1-1"}, "of equally long ones the first"


def test_an_empty_ledger() -> None:
    found = totals((), 7)
    assert critical_jobs(()) == frozenset()
    assert (found.spent, found.left, found.critical_path, found.by_phase) == (0, 7, 0, {})
