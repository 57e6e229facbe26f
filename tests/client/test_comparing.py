"""Comparing with the client at the real API; and the lines of Python that the server offers for a notebook run."""

from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from gsl import record
from gsl.client.errors import Refused
from tests.worker.real_api import OWNER_TOKEN, RealApi

RESULTS = Path(__file__).parents[2] / "benchmarks" / "results" / "gsl_forkmaze"
LOOK: dict[str, Any] = {"metric": "success", "source": "evaluation", "axis": "critical"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealApi]:
    """With three runs: two seeds of one arm and one of another, whose name is none that a shell or TeX likes."""
    with RealApi(tmp_path_factory.mktemp("api") / "data") as api:
        for arm, seed in (("dapg", 1), ("dapg", 2), ("generalist", 1)):
            imported = record.read(RESULTS / f"forkmaze-{arm}-{seed}.json.gz")
            name = 'it\'s <b>"fast"</b> & 3e-4' if arm == "generalist" else imported.arm_name
            api.client.import_run(imported.model_copy(update={"arm_name": name}))
        yield api


def test_groups_are_compared_and_drawn(api: RealApi) -> None:
    client = api.client
    runs = [run.id for run in client.runs()]
    compared = client.compare(runs, by="run", metric="success")
    assert {arm.runs for arm in compared.arms} == {(run,) for run in runs}
    arms = client.compare(runs)
    assert [arm.seeds for arm in arms.arms] == [2, 1]
    assert client.comparison_table(runs).splitlines()[0].startswith("group,")
    names = [figure.name for figure in client.comparison_figures(runs)]
    assert client.comparison_figure_json(names[0], runs, by="run", theme="dark")["data"]
    settings = client.compared_settings(runs, by="setting:arm")
    assert ("gsl",) in next(row.values for row in settings.settings if row.setting == "arm")
    with pytest.raises(Refused) as refused:
        client.compare([999])
    assert refused.value.status == 404
    with pytest.raises(Refused):
        client.compared_provenance(runs[:1])


def test_the_lines_for_a_notebook_run(
    api: RealApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GSL_URL", api.url)
    monkeypatch.setenv("GSL_TOKEN", OWNER_TOKEN)
    runs = [run.id for run in api.client.runs()]
    first, second = (arm.arm_name for arm in api.client.compare(runs).arms)
    offered = api.client.comparison_notebook(runs, ours=second, theirs=first, **LOOK)
    assert [part.name for part in offered] == ["table", *(f.name for f in api.client.comparison_figures(runs))]
    for part in offered:
        cell = tmp_path / f"{part.name}.py"
        cell.write_text(part.lines)
        made = run_path(str(cell))
        made["api"].close()
        if part.name == "table":
            assert second in capsys.readouterr().out
        else:
            drawn = api.client.comparison_figure(part.name, runs, ours=second, theirs=first, **LOOK)
            assert made["figure"] == drawn
