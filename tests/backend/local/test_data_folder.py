"""The data folder's lock, the logs' size and the socket's private folder."""

import os
import stat
from pathlib import Path

import pytest

from gsl.backend.local.data_folder import CannotStart, lock_data_folder, log_folder, socket_folder


def test_a_second_start_is_told_who_holds_the_data_folder(tmp_path: Path) -> None:
    with (
        lock_data_folder(tmp_path / "data", "http://127.0.0.1:8000"),
        pytest.raises(CannotStart, match=rf"already running .*http://127.0.0.1:8000, process {os.getpid()}"),
    ):
        lock_data_folder(tmp_path / "data", "http://127.0.0.1:8001")


def test_the_lock_is_free_again_after_its_holder_ended(tmp_path: Path) -> None:
    lock_data_folder(tmp_path, "first").close()
    lock_data_folder(tmp_path, "second").close()
    assert "second" in (tmp_path / "lock").read_text()


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="GSL_DATA_DIR"):
        lock_data_folder(tmp_path / "file" / "data", "")


def test_a_log_that_has_grown_large_is_put_aside(tmp_path: Path) -> None:
    folder = log_folder(tmp_path)
    (folder / "api.log").write_bytes(b"x" * (11 * 2**20))
    (folder / "worker-1.log").write_text("short")
    log_folder(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == ["api.log.1", "worker-1.log"]


def test_the_socket_folder_is_private_short_and_the_same_each_time(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 40)
    folder = socket_folder(data)
    assert folder == socket_folder(data)
    assert len(bytes(folder / "valkey.sock")) < 108
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_a_socket_folder_others_may_enter_is_refused(tmp_path: Path) -> None:
    folder = socket_folder(tmp_path)
    folder.chmod(0o777)
    with pytest.raises(CannotStart, match="private"):
        socket_folder(tmp_path)
    folder.rmdir()
