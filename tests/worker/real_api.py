"""The real API on SQLite in a thread of the test, that can go away and come back at the same address."""

import socket
import threading
import time
from pathlib import Path
from typing import Self

import uvicorn
from pydantic import SecretStr
from sqlmodel import SQLModel, select

from gsl.backend.app import create_app
from gsl.backend.db.engine import Database
from gsl.backend.db.models import Job
from gsl.backend.services import planner
from gsl.backend.settings import Settings
from gsl.backend.store import runs
from gsl.client.api import Client
from gsl.client.worker_api import WorkerApi

TOKEN, OWNER_TOKEN = "a-token-for-tests", "the-owner-s-token-for-tests"


class _FrequentHeartbeats(Settings):
    """Workers hear of a cancellation at once, and a lease still outlives whatever else this machine is busy with."""

    @property
    def heartbeat_seconds(self) -> float:
        return 0.2


class RealApi:
    """One server on its own data folder; heartbeats are due five times a second, and no lease ends by itself."""

    def __init__(self, data_dir: Path, redis_url: str = "") -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.settings = _FrequentHeartbeats(
            data_dir=data_dir, token=SecretStr(TOKEN), port=port, redis_url=redis_url, lease_seconds=120,
            page_dir=data_dir / "no-page", owner=SecretStr(OWNER_TOKEN),
        )  # fmt: skip
        self.url = f"http://127.0.0.1:{port}"
        self.client = Client(self.url, OWNER_TOKEN)
        self.worker_api = WorkerApi(self.url, TOKEN)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        database = Database(self.settings.database_url)
        SQLModel.metadata.create_all(database.engine)
        database.close()
        self.come_back()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_away()
        self.client.close()
        self.worker_api.close()

    def come_back(self) -> None:
        """Does nothing if it is there."""
        if self._server is not None:
            return
        app = create_app(self.settings)
        config = uvicorn.Config(app, port=self.settings.port, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < deadline, "the API did not start"
            time.sleep(0.01)

    def go_away(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
            self._server = None

    def launch(self, steps: int = 160_000) -> int:
        """A baseline run, which trains its generalist for most of its `steps`; returns the id of that job."""
        run = self.client.create_run(
            preset="forkmaze-quick", config={"arm": "generalist", "budget": {"total_steps": steps}}
        )
        return self.client.jobs(run.id)[0].id

    def erase(self, run_id: int) -> None:
        """Cancel a run, lose its jobs and delete it in one transaction: its worker hears of all that at once."""
        database = Database(self.settings.database_url)
        with database.write() as session:
            run = runs.locked(session, run_id)
            run.desired_state = "cancel"
            for job in session.exec(select(Job).where(Job.run_id == run_id)):
                job.status, job.lease_until = "lost", None
            session.flush()
            planner.advance(session, run_id)
            runs.remove(session, run)
        database.close()

    def lose(self, job_id: int) -> None:
        """What the reaper does to a job whose lease has ended."""
        database = Database(self.settings.database_url)
        with database.write() as session:
            job = session.get(Job, job_id)
            assert job is not None
            job.status, job.lease_until = "lost", None
            session.flush()
            planner.advance(session, job.run_id)
        database.close()
