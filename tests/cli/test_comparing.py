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


def test_any_runs_are_compared_in_groups_and_as_a_paper_s_table(gsl: Gsl, server: RealApi) -> None:
    files = [RESULTS / f"forkmaze-{arm}-1.json.gz" for arm in ("dapg", "generalist")]
    runs = ",".join(str(run["id"]) for run in gsl("import", *files, "--json").json)
    compared = gsl("compare", "--runs", runs, "--by", "setting:arm", "--json").json
    assert [arm["arm_name"] for arm in compared["arms"]] == ["arm gsl", "arm generalist"]
    assert "arm gsl" in gsl("compare", "--runs", runs, "--by", "setting:arm").out
    table = gsl("compare", "--runs", runs, "--by", "setting:arm", "--format", "latex").out
    assert table.splitlines()[1].startswith(r"\begin{tabular}")
    assert gsl("compare").code == 2
    assert gsl("compare", "--runs", "one").code == 2
    assert gsl("compare", "--runs", "99").code == 3
