"""The client at the real API: what it answers, and one of three errors when it fails."""

import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from gsl.client import models
from gsl.client.errors import Refused, Stale, Unreachable
from gsl.client.worker_api import WorkerApi
from gsl.config.run import RunConfig
from gsl.protocol.lease import ArtifactRef
from gsl.protocol.reports import ArtifactReport
from tests.backend.api_driver import ApiDriver
from tests.worker.real_api import RealApi


@pytest.fixture
def api(tmp_path: Path) -> Iterator[RealApi]:
    with RealApi(tmp_path / "data") as api:
        yield api


def test_a_run_is_launched_found_renamed_cancelled_and_deleted(api: RealApi) -> None:
    client = api.client
    experiment = client.create_experiment("seeds", "three of them")
    run = client.create_run(
        "forkmaze-quick", {"seed": 3}, name="mine", experiment_id=experiment.id, tags=["a"], notes="why"
    )
    assert isinstance(run.config, RunConfig)
    assert (run.name, run.seed, run.config.suite.name, run.tags) == ("mine", 3, "forkmaze", ("a",))
    assert [each.id for each in client.runs(experiment_id=experiment.id)] == [run.id]
    assert list(client.runs(status="failed")) == []
    assert client.update_run(run.id, name="ours").name == "ours"
    assert client.update_run(run.id, priority=2).priority == 2
    assert client.update_run(run.id, worker_label="a100").worker_label == "a100"
    assert client.run_exporters(run.id).chosen is None
    assert client.update_run(run.id, exporters=["wandb"]).exporters == ("wandb",)
    assert [each.exporter for each in client.run_exporters(run.id).exports] == ["wandb"]
    assert client.update_run(run.id, exporters="default").exporters is None
    assert {each.name for each in client.exporters()} == {"tensorboard", "wandb"}
    assert client.gate(run.id) is None
    assert client.cancel(run.id).id == run.id
    assert client.wait(run.id, every=0.05, timeout=30).status == "cancelled"
    client.delete_run(run.id)
    with pytest.raises(Refused) as refused:
        client.run(run.id)
    assert refused.value.status == 404


def test_gates_that_cannot_be_approved_are_refused_with_their_reason(api: RealApi) -> None:
    run = api.client.create_run("forkmaze-quick")
    answer = api.client.approve_all([run.id], gates=[999], reason="all alike")
    assert answer.approved == ()
    assert [(one.run_id, one.gate_id) for one in answer.refused] == [(run.id, None), (None, 999)]
    assert "gate" in answer.refused[0].reason


def test_a_gate_is_found_in_the_inbox_previewed_and_discussed(api: RealApi) -> None:
    with httpx.Client(base_url=api.url, trust_env=False) as client:
        run = ApiDriver(client).at_the_gate()
    [waiting] = [one for one in api.client.inbox() if one.run_id == run]
    told = api.client.preview_approval(run, specialist_steps=12_000)
    assert (told.specialists, told.costs[0].steps) == (2, 24_000)
    said = api.client.comment(run, "alike")
    assert said.gate_id == waiting.gate_id
    assert api.client.comments(run) == [said]
    api.client.delete_comment(run, said.id)
    assert api.client.comments(run) == []


def test_what_can_be_asked_of_a_server_and_a_run_is_answered(api: RealApi) -> None:
    client = api.client
    job_id = api.launch()
    run_id = client.job(job_id).run_id
    assert [problem.part for problem in client.health().problems] == []
    assert {suite.name for suite in client.suites()} >= {"forkmaze", "procgen"}
    assert "forkmaze" in {preset.name for preset in client.presets()}
    assert client.workers() == []
    assert [job.id for job in client.queue().queued] == [job_id]
    assert client.preview("forkmaze-quick").jobs > 3
    assert client.returns(run_id).items == ()
    assert client.metrics(run_id, name="entropy", job=job_id, points=10).series == ()
    assert client.plateaus(run_id) == []
    assert client.ledger(run_id).spent_steps == 0
    assert client.events(run_id)
    assert client.log(job_id) == ""
    names = [figure.name for figure in client.figures(run_id)]
    assert set(client.figure_json(run_id, names[0])) >= {"data", "layout"}
    assert client.artifacts(run_id) == []


def test_an_experiment_is_launched_with_a_baseline_and_compared(api: RealApi) -> None:
    client = api.client
    experiment = client.create_experiment("Demonstrations")
    runs = client.launch(
        experiment.id, {"DAPG": {}, "none": {"guide": {"name": "none"}}}, [0, 1], preset="forkmaze-quick", tags=["a"]
    )
    assert [(run.arm_name, run.seed) for run in runs] == [("DAPG", 0), ("DAPG", 1), ("none", 0), ("none", 1)]
    assert client.queue().waiting[0].runs == tuple(run.id for run in runs)
    baseline = client.baseline(runs[0].id)
    assert (baseline.arm, baseline.total_steps) == ("generalist", runs[0].total_steps)
    assert (baseline.baseline_of, client.run(runs[0].id).baseline_id) == (runs[0].id, baseline.id)
    comparison = client.comparison(experiment.id, "return", "held_out")
    assert [(arm.arm_name, arm.going_on, arm.iqm) for arm in comparison.arms] == [
        ("DAPG", 2, None), ("none", 2, None), ("generalist", 1, None)
    ]  # fmt: skip
    names = [figure.name for figure in client.experiment_figures(experiment.id) if not figure.ready]
    for name in names:
        assert set(client.experiment_figure_json(experiment.id, name, theme="dark")) >= {"data", "layout"}
    with pytest.raises(Refused) as refused:
        client.launch(experiment.id, {"DAPG": {"seed": 0, "guide": {"name": "magic"}}}, [7], preset="forkmaze-quick")
    assert [*refused.value.fields] == ["arms.0.config.guide.name"]


def test_every_page_of_a_list_is_read(api: RealApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gsl.client.endpoints.PAGE", 2)
    ids = [api.client.create_run("forkmaze-quick").id for _ in range(5)]
    assert sorted(run.id for run in api.client.runs()) == ids


def test_a_plateau_default_begins_a_launch(api: RealApi) -> None:
    kept = api.client.store_plateau_default("Short", {"window": 6, "min_epochs": 2}, shared=True)
    [found] = api.client.plateau_defaults()
    assert (found, found.settings.window, found.shared) == (kept, 6, True)
    run = api.client.create_run("forkmaze-quick", {"plateau": found.settings.model_dump()})
    assert isinstance(run.config, RunConfig)
    assert run.config.plateau.window == 6
    api.client.delete_plateau_default(kept.id)
    assert api.client.plateau_defaults() == []


def test_a_refusal_names_the_field(api: RealApi) -> None:
    with pytest.raises(Refused) as caught:
        api.client.create_run("forkmaze-quick", {"suite": {"name": "forkmaze", "goals": -1}})
    assert caught.value.status == 422
    assert any("goals" in field for field in caught.value.fields)


def test_a_server_that_is_away_is_unreachable(api: RealApi) -> None:
    api.go_away()
    with pytest.raises(Unreachable, match=api.url):
        api.client.health()


def test_a_wrong_token_is_refused_and_a_lost_lease_is_stale(api: RealApi) -> None:
    job_id = api.launch()
    stranger = WorkerApi(api.url, "wrong")
    with pytest.raises(Refused) as refused:
        stranger.claim(job_id, "w1")
    assert refused.value.status == 401
    stranger.close()
    assert not isinstance(refused.value, Stale)
    api.worker_api.claim(job_id, "w1")
    with pytest.raises(Stale) as stale:
        api.worker_api.claim(job_id, "w2")
    assert not stale.value.gone
    with pytest.raises(Stale) as gone:
        api.worker_api.heartbeat(job_id + 99, 1, "w1")
    assert gone.value.gone


def test_a_file_arrives_as_it_was_sent_and_damage_is_noticed(api: RealApi, tmp_path: Path) -> None:
    job_id = api.launch()
    content = bytes(range(256)) * 20_000
    (tmp_path / "sent.ckpt").write_bytes(content)
    claim = api.worker_api.claim(job_id, "w1")
    report = ArtifactReport(kind="checkpoint", name="epoch-000001.ckpt", epoch=1, path="sent.ckpt")
    for _ in range(2):
        api.worker_api.upload(job_id, claim.attempt, report, tmp_path / "sent.ckpt")
    (stored,) = api.client.artifacts(claim.run_id)
    assert (stored.size, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert api.client.download(stored, tmp_path / "got" / "it.ckpt").read_bytes() == content
    announced = stored.model_dump(include=set(ArtifactRef.model_fields))
    for wrong in ({"sha256": "0" * 64}, {"size": stored.size - 1}):
        damaged = ArtifactRef.model_validate({**announced, **wrong})
        with pytest.raises(Unreachable, match="SHA-256"):
            api.worker_api.download(damaged, tmp_path / "bad.ckpt")
    assert not list(tmp_path.glob("*bad*"))


def test_tables_of_a_run_and_an_experiment_arrive_whole(api: RealApi, tmp_path: Path) -> None:
    client = api.client
    experiment = client.create_experiment("both")
    runs = [client.create_run("forkmaze-quick", experiment_id=experiment.id) for _ in range(2)]
    for file in (
        client.export(runs[0].id, tmp_path / "new" / "run.zip", "csv", ["checkpoint", "best"]),
        client.export_experiment(experiment.id, tmp_path / "experiment.zip", "csv"),
    ):
        with ZipFile(file) as archive:
            assert archive.testzip() is None
            assert f"\r\n{runs[0].id},".encode() in archive.read("runs.csv")
    with pytest.raises(Refused):
        client.export(999, tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()
    assert client.provenance(runs[0].id) == []
    with pytest.raises(Refused, match="Nothing is recorded"):
        client.provenance_differences(runs[0].id, runs[1].id)


def test_the_log_grows_at_its_offsets(api: RealApi) -> None:
    job_id = api.launch()
    claim = api.worker_api.claim(job_id, "w1")
    for _ in range(2):
        assert api.worker_api.append_log(job_id, claim.attempt, 0, b"one\n") == 4
    assert api.worker_api.append_log(job_id, claim.attempt, 4, "zwö\n".encode()) == 9
    assert api.client.log(job_id) == "one\nzwö\n"


def test_the_stream_tells_what_changed(api: RealApi) -> None:
    launching = threading.Timer(0.5, api.launch)
    launching.start()
    changes = api.client.stream()
    assert next(change for change in changes if change.run_id == 1).what in ("run", "job")
    launching.join()


def test_what_a_newer_server_adds_is_ignored(api: RealApi) -> None:
    sent = api.client.run(api.client.create_run("forkmaze-quick").id).model_dump(mode="json")
    run = models.Run.model_validate({**sent, "mood": "cheerful"})
    assert (run.status, run.ended) == ("queued", False)


def test_a_server_that_stays_away_is_watched_for_only_so_long(api: RealApi) -> None:
    run = api.client.create_run("forkmaze-quick")
    watched = api.client.watch(run.id, patience=0.5)
    assert next(watched).status == "queued"
    api.go_away()
    with pytest.raises(Unreachable):
        list(watched)
    with pytest.raises(Unreachable):
        next(api.client.watch(run.id, patience=1000))


def test_a_project_is_made_filled_moved_and_deleted(api: RealApi) -> None:
    client = api.client
    project = client.create_project("Maze", "first paper")
    run = client.create_run("forkmaze-quick", project_id=project.id)
    experiment = client.create_experiment("seeds", project_id=project.id)
    assert [one.id for one in client.runs(project_id=project.id, owner="owner")] == [run.id]
    assert [one.id for one in client.experiments(project_id=project.id)] == [experiment.id]
    found = client.project(project.id)
    assert (found.runs, found.experiments, [member.name for member in found.members]) == (1, 1, ["owner"])
    assert client.update_run(run.id, project_id=0).project_id is None
    assert client.update_experiment(experiment.id, name="more", project_id=0).name == "more"
    assert client.update_project(project.id, name="Mazes").name == "Mazes"
    with pytest.raises(Refused, match="nobody"):
        client.set_project_member(project.id, "nobody", "viewer")
    with pytest.raises(Refused, match="owns project"):
        client.remove_project_member(project.id, "owner")
    client.delete_project(project.id)
    assert client.projects() == []


def test_what_was_deleted_is_restored_or_goes_for_good(api: RealApi) -> None:
    client = api.client
    run, experiment = client.create_run("forkmaze-quick"), client.create_experiment("n")
    client.cancel(run.id)
    client.delete_run(run.id)
    client.delete_experiment(experiment.id)
    assert [(item.kind, item.id) for item in client.bin()] == [("experiment", experiment.id), ("run", run.id)]
    assert client.restore_run(run.id).id == run.id
    assert client.restore_experiment(experiment.id).runs == 0
    client.delete_run(run.id)
    client.delete_experiment(experiment.id)
    client.purge_run(run.id)
    client.purge_experiment(experiment.id)
    assert list(client.bin()) == []


def test_quotas_are_set_and_their_use_is_shown(api: RealApi) -> None:
    client = api.client
    project = client.create_project("Maze")
    run = client.create_run("forkmaze-quick", project_id=project.id)
    allowed = client.set_project_quota(project.id, steps_a_day=run.total_steps)
    assert (allowed.quota.steps_a_day, allowed.usage.steps_a_day) == (run.total_steps, run.total_steps)
    with pytest.raises(Refused, match="the project Maze"):
        client.create_run("forkmaze-quick", project_id=project.id)
    assert client.set_account_quota("owner", running_jobs=3).quota.running_jobs == 3
    assert client.usage().quota.running_jobs == 3


def test_runs_are_listed_by_experiment(api: RealApi) -> None:
    experiment = api.client.create_experiment("One row").id
    runs = [api.client.create_run("forkmaze-quick", name="of one row", experiment_id=experiment).id for _ in range(2)]
    [row] = api.client.runs_by_experiment(query="name = 'of one row'")
    assert row.experiment is not None
    assert (row.experiment.id, row.experiment.runs, row.experiment.statuses) == (experiment, 2, {"queued": 2})
    _, *below = api.client.runs_by_experiment(search="of one row", opened=[experiment], sort="id")
    assert [each.run and each.run.id for each in below] == runs
