"""The comparison of arms in a terminal."""

from pathlib import Path

from tests.cli.conftest import Gsl
from tests.worker.real_api import RealApi

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "gsl_forkmaze"


def test_arms_are_compared_as_the_api_does_it(gsl: Gsl, server: RealApi) -> None:
    files = [RESULTS / f"forkmaze-{arm}-{seed}.json.gz" for arm in ("dapg", "generalist") for seed in (1, 2)]
    imported = gsl("import", *files, "--experiment", "Fork maze", "--json")
    number = imported.json[0]["experiment_id"]
    compared = gsl("compare", "Fork maze", "--json").json
    found = server.client.comparison(number)
    assert compared == found.model_dump(mode="json")
    shown = gsl("compare", number)
    assert shown.code == 0
    for arm in found.arms:
        assert arm.mean is not None
        assert f"{arm.mean:.3f}" in shown.out
    assert "against" in shown.out
