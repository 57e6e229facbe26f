"""The benchmark of populations on a small case: it trains both sides to their ends and writes what it measured."""

import json
from pathlib import Path

import pytest

from benchmarks import population


def test_it_measures_both_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = tmp_path / "population.json"
    monkeypatch.setattr(population, "EPISODES", 1)
    arguments = ["population", "--members", "2", "--epochs", "1", "--pairs", "1", "--results", str(results)]
    monkeypatch.setattr("sys.argv", arguments)
    population.main()
    said = json.loads(results.read_text())
    [case] = said["cases"]
    assert (said["device"], case["members"]) == ("cpu", 2)
    assert case["ratio"] == pytest.approx(case["one_by_one_seconds"][0] / case["as_one_seconds"][0])
