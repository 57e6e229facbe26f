"""The token that a client finds by itself."""

from pathlib import Path

import pytest

from gsl.client.api import Client
from gsl.client.errors import Refused
from gsl.client.login import find
from tests.worker.real_api import OWNER_TOKEN, RealApi


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a server on this machine."""
    monkeypatch.delenv("GSL_TOKEN", raising=False)
    monkeypatch.setenv("GSL_DATA_DIR", str(tmp_path))
    (tmp_path / "owner-token").write_text(f"{OWNER_TOKEN}\n")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_the_data_folder_s_token_is_sent_to_this_machine_alone() -> None:
    for here in ("http://127.0.0.1:8000", "http://localhost:9000/gsl", "http://[::1]:8000"):
        assert find(here).token == OWNER_TOKEN
    for elsewhere in ("https://lab.example.org", "http://192.168.1.7:8000", "http://localhost.evil.example"):
        assert find(elsewhere).token is None


def test_the_environment_s_token_comes_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GSL_TOKEN", "gslp_mine")
    assert {find(url).token for url in ("http://127.0.0.1:8000", "https://lab.example.org")} == {"gslp_mine"}
    monkeypatch.setenv("GSL_TOKEN", "")
    (folder / "owner-token").unlink()
    assert find("http://127.0.0.1:8000").token is None


def test_a_script_beside_the_data_folder_needs_no_token(folder: Path) -> None:
    with RealApi(folder / "data") as api:
        with Client(api.url) as client:
            assert list(client.runs()) == []
        (folder / "owner-token").write_text("of another server")
        with Client(api.url) as client, pytest.raises(Refused, match="401: This token is not known here"):
            client.run(1)
