"""Policies are stored, listed and tried from a shell."""

from pathlib import Path

from tests.backend.api_driver import ApiDriver
from tests.cli.conftest import Gsl


def test_a_policy_is_stored_listed_and_tried(gsl: Gsl, driver: ApiDriver, tmp_path: Path) -> None:
    file = tmp_path / "conditions.json"
    file.write_text('{"most_specialists": 2}')
    assert gsl("store-policy", "small", "--conditions", file).out == "Policy small: version 1\n"
    stored = gsl("store-policy", "small", "--conditions", '{"most_steps": 1}', "--note", "less", "--json").json
    assert [version["version"] for version in stored["versions"]] == [2, 1]
    assert '{"most_steps": 1}' in gsl("policies").out
    run = driver.at_the_gate()
    tried = gsl("dry-run", "small", "--version", 1, "--limit", 1, "--json").json
    assert [(gate["run_id"], gate["opens"]) for gate in tried["gates"]] == [(run, True)]
    assert "would have opened 0 of 1 gate" in gsl("dry-run", "small", "--limit", 1).out


def test_what_is_wrong_is_told(gsl: Gsl) -> None:
    for given in ("{", "[]", "no-such-file.json"):
        assert gsl("store-policy", "small", "--conditions", given).code == 2
    refused = gsl("store-policy", "small", "--conditions", "{}")
    assert (refused.code, "must have a condition" in refused.err) == (3, True)
    assert gsl("dry-run", "gone").code == 3
