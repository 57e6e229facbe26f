"""Runs are exported while they train: each number once, whatever happens to trainers, server and folder."""

import importlib.util
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

from gsl.backend.db.export_models import RunExport
from gsl.backend.services.app_services import Services
from gsl.backend.services.export_writers import to_tensorboard
from gsl.backend.services.exportable import obstacle
from gsl.backend.services.exporting import RunExporter, look
from gsl.backend.store import run_exports, runs
from tests.backend.api_driver import ApiDriver, epoch, evaluation, started
from tests.backend.marks import ON_SQLITE

OPEN = threading.Event()
Look = Callable[[], None]


@pytest.fixture
def logs(services: Services) -> Path:
    return services.settings.exports_dir / "tensorboard"


@pytest.fixture
def export(services: Services) -> Look:
    """What the server's thread does every few seconds."""
    return lambda: look(services, OPEN)


def launch(api: ApiDriver, **fields: object) -> tuple[int, int]:
    """A run that is exported, and its generalist, which is claimed."""
    run = api.launch(**{"exporters": ["tensorboard"], "name": "maze", **fields})
    job = api.job(run)
    api.claim(job)
    return run, job


def scalars(folder: Path, tag: str = "training/return") -> list[tuple[int, float]]:
    found = EventAccumulator(str(folder)).Reload()
    if tag not in found.Tags()["scalars"]:
        return []
    return [(each.step, round(each.value, 3)) for each in found.Scalars(tag)]


def written(folder: Path) -> list[tuple[int, float]]:
    """All that is in the files, also what was taken back."""
    [file] = folder.glob("events*")
    reader = EventAccumulator(str(file), purge_orphaned_data=False).Reload()
    return [(each.step, round(each.value, 3)) for each in reader.Scalars("training/return")]


def state(api: ApiDriver, run: int) -> dict[str, object]:
    [found] = api.get(f"/runs/{run}/exporters")["exports"]
    return dict(found)


def test_a_run_appears_in_tensorboard_while_it_trains(api: ApiDriver, export: Look, logs: Path) -> None:
    run, job = launch(api)
    export()
    folder = logs / f"maze-{run}"
    watching = EventMultiplexer().AddRunsFromDirectory(str(logs))
    assert set(watching.Reload().Runs()) == {folder.name}, "its settings come first"
    api.report(job, started(), epoch(1, 0.1), evaluation(1, [0.1, 0.9]))
    export()
    api.report(job, epoch(2, 0.2))
    for _ in range(2):
        export()
    found = watching.AddRunsFromDirectory(str(logs)).Reload().Scalars(f"{folder.name}/generalist-1", "training/return")
    assert [(each.step, round(each.value, 3)) for each in found] == [(100, 0.1), (200, 0.2)]
    assert scalars(folder / "generalist-1", "evaluation/return") == [(100, 0.5)]
    assert written(folder / "generalist-1") == [(100, 0.1), (200, 0.2)]
    assert state(api, run)["state"] == "current"


def test_an_evaluation_that_comes_after_its_epoch_was_exported_is_not_missed(
    api: ApiDriver, export: Look, logs: Path
) -> None:
    run, job = launch(api)
    api.report(job, started(), epoch(1))
    export()
    api.report(job, evaluation(1, [0.1, 0.9]))
    export()
    assert scalars(logs / f"maze-{run}" / "generalist-1", "evaluation/return") == [(100, 0.5)]


def test_what_a_trainer_takes_back_is_taken_back_there(api: ApiDriver, export: Look, logs: Path) -> None:
    run, job = launch(api)
    api.report(job, started(), epoch(1, 0.1), epoch(2, 0.2), epoch(3, 0.3))
    export()
    api.report(job, started(1))
    export()
    folder = logs / f"maze-{run}" / "generalist-1"
    assert scalars(folder) == [(100, 0.1)]
    api.report(job, epoch(2, 0.7), started(0), epoch(1, 0.8), epoch(2, 0.9))
    export()
    assert scalars(folder) == [(100, 0.8), (200, 0.9)]


def test_what_is_taken_back_while_it_is_being_written_is_not_overlooked(
    api: ApiDriver, services: Services, export: Look, logs: Path
) -> None:
    run, job = launch(api)
    api.report(job, started(), epoch(1, 0.1), epoch(2, 0.2))
    with services.database.read() as session:
        row = runs.get(session, run)
        chunk = run_exports.chunk(session, row, job, "tensorboard")
    export()
    api.report(job, started(1), epoch(2, 0.9))
    with services.database.write() as session:
        run_exports.advance(session, chunk, chunk.cursor.size)
    with services.database.read() as session:
        again = run_exports.chunk(session, row, job, "tensorboard")
    assert again.restart == 101


def test_a_server_that_is_killed_writes_nothing_twice(
    api: ApiDriver, services: Services, export: Look, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the file was written, before that was noted."""
    run, job = launch(api)
    api.report(job, started(), epoch(1, 0.1))
    export()
    api.report(job, epoch(2, 0.2))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run_exports, "advance", killed)
        with pytest.raises(KeyboardInterrupt):
            export()
    api.report(job, epoch(3, 0.3))
    free(services, run)
    export()
    assert written(logs / f"maze-{run}" / "generalist-1") == [(100, 0.1), (200, 0.2), (300, 0.3)]


def free(services: Services, run: int) -> None:
    """The claim of the dead process, and the pause after a failure, are over."""
    with services.database.write() as session:
        for row in run_exports.rows_of(session, run).values():
            row.claimed_until, row.next_at = None, row.next_at.replace(year=2020)
            session.add(row)


def test_a_run_that_ends_has_its_final_score_and_one_that_goes_on_another(
    api: ApiDriver, export: Look, logs: Path
) -> None:
    run = api.launch(exporters=["tensorboard"], name="maze", config={"arm": "generalist"})
    api.play(run, [0.1, 0.9])
    export()
    export()
    assert [value for _, value in scalars(logs / f"maze-{run}", "final/score")] == [0.5]
    assert set(EventMultiplexer().AddRunsFromDirectory(str(logs)).Reload().Runs()) == {
        f"maze-{run}", f"maze-{run}/generalist-1", f"maze-{run}/evaluation-final",
    }  # fmt: skip


def test_files_that_somebody_removed_are_written_again(api: ApiDriver, export: Look, logs: Path) -> None:
    run, job = launch(api)
    api.report(job, started(), epoch(1, 0.1))
    export()
    for file in logs.rglob("events*"):
        file.unlink()
    api.report(job, epoch(2, 0.2))
    export()
    export()
    assert scalars(logs / f"maze-{run}" / "generalist-1") == [(100, 0.1), (200, 0.2)]


def test_two_runs_of_one_name_and_one_that_is_renamed_keep_apart(api: ApiDriver, export: Look, logs: Path) -> None:
    first, job = launch(api, name="../a/b")
    second, _ = launch(api, name="../a/b")
    export()
    api.ask("PATCH", f"/runs/{first}", json={"name": "renamed"})
    api.report(job, started(), epoch(1))
    export()
    assert sorted(each.name for each in logs.iterdir()) == [f"a-b-{first}", f"a-b-{second}"]
    assert (logs / f"a-b-{first}" / "generalist-1").is_dir()


@ON_SQLITE
def test_what_cannot_be_written_stops_the_export_alone_which_catches_up(
    api: ApiDriver, services: Services, export: Look, logs: Path
) -> None:
    run, job = launch(api)
    api.report(job, started(), epoch(1, 0.1))
    in_the_way = logs / f"maze-{run}" / "generalist-1"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("no folder")
    export()
    assert state(api, run)["state"] == "failed"
    [told] = [each.message for each in services.health.report().problems if each.part == "exports"]
    assert str(in_the_way) in told
    in_the_way.unlink()
    api.report(job, epoch(2, 0.2))
    export()
    assert not in_the_way.exists(), "not before the pause is over"
    free(services, run)
    export()
    assert scalars(in_the_way) == [(100, 0.1), (200, 0.2)]
    assert state(api, run)["state"] == "current"


@ON_SQLITE
def test_a_fault_of_one_run_holds_up_no_other(
    api: ApiDriver, services: Services, export: Look, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, _), (second, _) = launch(api), launch(api)

    def faulty(services: Services, row: RunExport, closed: threading.Event) -> None:
        if row.run_id == second:
            raise ValueError("odd")
        to_tensorboard(services, row, closed)

    monkeypatch.setattr("gsl.backend.services.exporting.WRITERS", {"tensorboard": faulty})
    export()
    export()
    assert "odd" in str(state(api, second)["error"])
    assert state(api, first)["state"] == "current"


@ON_SQLITE
def test_every_run_is_exported_where_the_server_says_so_unless_it_says_otherwise(
    api: ApiDriver, services: Services, logs: Path
) -> None:
    settings = services.settings.model_copy(update={"exporters_text": "tensorboard"})
    silent, chosen = api.launch(name="silent"), api.launch(name="chosen", exporters=["tensorboard"])
    api.launch(name="none", exporters=[])
    look(replace(services, settings=settings), OPEN)
    assert sorted(each.name for each in logs.iterdir()) == [f"chosen-{chosen}", f"silent-{silent}"]


@ON_SQLITE
def test_the_folder_of_wandb_is_written_once_the_run_has_ended(
    api: ApiDriver, services: Services, export: Look
) -> None:
    run = api.launch(exporters=["wandb"], name="maze", config={"arm": "generalist"})
    export()
    folder = services.settings.exports_dir / "wandb"
    assert (folder.exists(), state(api, run)["state"]) == (False, "waiting")
    api.play(run, [0.1, 0.9])
    export()
    assert len(list(folder.glob("offline-run-*"))) == 2, "the generalist and the last evaluation"
    assert state(api, run)["state"] == "current"


@ON_SQLITE
def test_what_is_missing_is_said_at_the_launch_and_holds_up_no_run(
    api: ApiDriver, services: Services, export: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = api.launch(exporters=["tensorboard"])
    find = importlib.util.find_spec
    monkeypatch.setattr("gsl.exporters.about.find_spec", lambda name: None if name == "tensorboard" else find(name))
    export()
    assert "pip install 'gsl-lab[tensorboard]'" in str(state(api, run)["error"])
    refused = api.post("/runs", {"preset": "forkmaze-quick", "exporters": ["wandb", "tensorboard"]}, 422)
    assert [each["field"] for each in refused["errors"]] == ["exporters"]
    unknown = api.post("/runs", {"preset": "forkmaze-quick", "exporters": ["mlflow"]}, 422)
    assert unknown["errors"][0]["field"] == "exporters.0"


@ON_SQLITE
def test_a_folder_that_cannot_be_made_is_named(services: Services, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = services.settings.model_copy(update={"exports": tmp_path / "file" / "exports"})
    assert str(tmp_path / "file" / "exports") in obstacle(settings, "tensorboard")


@ON_SQLITE
def test_a_server_that_stops_leaves_the_rest_to_the_next(api: ApiDriver, services: Services, logs: Path) -> None:
    run, job = launch(api)
    api.report(job, started(), epoch(1, 0.1))
    stopping = threading.Event()

    def stop(*arguments: object) -> bool:
        stopping.set()
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gsl.backend.services.export_writers._chunk", stop)
        look(services, stopping)
    assert state(api, run)["state"] == "waiting"
    look(services, OPEN)
    assert scalars(logs / f"maze-{run}" / "generalist-1") == [(100, 0.1)]


@ON_SQLITE
def test_the_thread_ends_with_the_server(services: Services) -> None:
    before, exporter = set(threading.enumerate()), RunExporter(services)
    exporter.start()
    exporter.close()
    assert "exports" not in {thread.name for thread in set(threading.enumerate()) - before}
