"""The embedded Valkey keeps what it was told over a restart, and says where to look when it cannot start."""

import os
from pathlib import Path

import pytest
import redis

from gsl.backend.local.broker import broker_child, start_broker
from gsl.backend.local.data_folder import CannotStart
from gsl.backend.local.processes import Child


@pytest.fixture
def socket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s") / "v.sock"


def start(data: Path, socket: Path, said: list[str] | None = None) -> Child:
    broker = broker_child(data, socket, data / "valkey.log", dict(os.environ))
    start_broker(broker, data, socket, lambda: None, (said if said is not None else []).append)
    return broker


def stop(broker: Child) -> None:
    broker.ask_to_stop()
    assert broker.process is not None
    assert broker.process.wait(timeout=10) == 0


def test_messages_outlive_a_restart(tmp_path: Path, socket: Path) -> None:
    broker = start(tmp_path, socket)
    with redis.Redis(unix_socket_path=str(socket)) as connection:
        connection.lpush("jobs", "a")
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    stop(broker)
    again = start(tmp_path, socket)
    with redis.Redis(unix_socket_path=str(socket)) as connection:
        assert connection.lrange("jobs", 0, -1) == [b"a"]
    stop(again)


@pytest.mark.parametrize(
    ("name", "content"), [("*.incr.aof", b"*2\r\n$9\r\nnonsense"), ("*.base.rdb", b"nonsense"), ("*.manifest", b"")]
)
def test_a_damaged_file_is_set_aside(name: str, content: bytes, tmp_path: Path, socket: Path) -> None:
    broker = start(tmp_path, socket)
    with redis.Redis(unix_socket_path=str(socket)) as connection:
        connection.lpush("jobs", "a")
    stop(broker)
    [file] = (tmp_path / "valkey" / "appendonlydir").glob(name)
    file.write_bytes(content + b"\r\nnonsense" * 9)
    said: list[str] = []
    again = start(tmp_path, socket, said)
    [aside] = tmp_path.glob("valkey-damaged-*")
    assert len(said) == 1
    assert str(aside) in said[0]
    assert (aside / "appendonlydir" / file.name).read_bytes().startswith(content)
    with redis.Redis(unix_socket_path=str(socket)) as connection:
        assert connection.lrange("jobs", 0, -1) == []
    stop(again)


def test_a_broker_that_ends_at_once_names_its_log(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"valkey\.log"):
        start(tmp_path, tmp_path / "no such folder" / "v.sock")
