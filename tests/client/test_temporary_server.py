"""A temporary server takes nothing from the one that the environment or `.env` configures."""

import os
from pathlib import Path
from unittest import mock

import pytest
from dotenv import load_dotenv

from gsl.backend.settings import Settings
from gsl.client.temporary_server import _environment

CONFIGURED = {"DATABASE_URL": "postgresql://h/d", "GSL_PUBLIC_URL": "https://lab/gsl", "PORT": "1"}


def test_it_shares_nothing_with_a_configured_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CONFIGURED.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in CONFIGURED.items()))
    with mock.patch.dict(os.environ, _environment(tmp_path, 7), clear=True):
        load_dotenv(file)
        settings = Settings()
    assert (settings.database, settings.public_url, settings.port) == ("", "", 7)
