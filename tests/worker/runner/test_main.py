"""A worker that is set up wrongly ends at once, with a sentence that names the setting."""

import pytest

from gsl.worker.runner.main import main


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_URL", "amqp://:secret@localhost"),
        ("REDIS_URL", "redis://:secret/word@host:6379/0"),
        ("GSL_API_URL", "localhost:8000"),
        ("GSL_WORKER_TOKEN", ""),
        ("GSL_WORKER_NAME", "my worker"),
    ],
)
def test_a_wrong_setting_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("GSL_WORKER_TOKEN", "t")
    monkeypatch.setenv(name, value)
    assert main() == 2
    said = capsys.readouterr().err
    assert name in said
    assert "secret" not in said
    assert said.count("\n") == 1
