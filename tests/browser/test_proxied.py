"""Page, scripts and workers below a base path, whether the proxy takes it off or passes it on."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, Response, expect

from gsl.client.api import Client
from gsl.client.worker_api import WorkerApi
from gsl.protocol.lease import WorkerInfo
from tests.backend.api_driver import OWNER_TOKEN, TOKEN, ApiDriver
from tests.browser.conftest import opened
from tests.browser.proxied import Proxy, behind

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"><rect width="7" height="7"/></svg>'


@pytest.fixture(scope="module", params=[True, False], ids=["strips", "passes-on"])
def proxy(request: pytest.FixtureRequest) -> Proxy:
    return Proxy(strips=request.param)


@pytest.fixture(scope="module")
def public(proxy: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with behind(proxy, tmp_path_factory.mktemp("proxied")) as address:
        yield address
    assert proxy.astray == []


@pytest.fixture
def api(public: str) -> Iterator[ApiDriver]:
    with httpx.Client(base_url=public, timeout=30, trust_env=False) as client:
        driver = ApiDriver(client)
        driver.announce("w1", "forkmaze")
        yield driver


@pytest.fixture
def page(browser: Browser, public: str) -> Iterator[Page]:
    yield from opened(browser, public)


@pytest.mark.parametrize("proxy", [True], indirect=True, ids=["strips"])
def test_a_run_from_its_launch_to_its_export(public: str, api: ApiDriver, page: Page) -> None:
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if is_missing(answer) else None)
    with page.expect_response(f"{public}/api/v1/stream"):
        page.goto(f"{public}/runs/new?preset=forkmaze-quick")
    page.get_by_test_id("launch").click()
    expect(page).to_have_url(re.compile(rf"^{public}/runs/\d+$"))
    run_id = int(page.url.rsplit("/", 1)[1])
    work_on(api, run_id)
    page.get_by_role("tab", name="Artifacts").click()
    picture = page.get_by_role("img", name="policy.svg")
    expect(picture).to_have_js_property("naturalWidth", 7)
    api.post(f"/runs/{run_id}/cancel")
    api.work(api.job(run_id), "finish", {"attempt": 1, "status": "cancelled", "result": None})
    page.get_by_role("button", name="More actions").click()
    with page.expect_download() as download:  # the item is there once the stream has said that the run has ended
        page.get_by_role("menuitem", name="Record").click()
    assert json.loads(download.value.path().read_text())["config"]["suite"]["name"] == "forkmaze"
    assert failed == []


def is_missing(answer: Response) -> bool:
    """Not the API's: that there is no gate yet is one of its answers."""
    return answer.status >= 400 and "/api/" not in answer.url


def work_on(api: ApiDriver, run_id: int) -> None:
    job = api.job(run_id)
    api.claim(job)
    api.upload(job, PICTURE, kind="picture", name="policy.svg")


@pytest.mark.parametrize("proxy", [False], indirect=True, ids=["passes-on"])
def test_whoever_opens_the_server_itself_gets_the_same_page(public: str, proxy: Proxy, page: Page) -> None:
    with page.expect_response(f"{public}/api/v1/stream"):
        page.goto(f"{public}/workers")
    expect(page.get_by_role("heading", name="Workers", exact=True)).to_be_visible()
    page.get_by_role("link", name="Experiments").click()
    expect(page).to_have_url(f"{public}/experiments")
    page.go_back()
    expect(page).to_have_url(f"{public}/workers")
    page.goto(f"{proxy.server}/runs?search=x")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{proxy.server}/gsl/runs?search=x")


def test_scripts_and_workers_use_the_public_address(public: str) -> None:
    with Client(public, OWNER_TOKEN) as client:
        run = client.create_run(preset="forkmaze-quick")
        worker = WorkerApi(public, TOKEN)
        worker.announce(WorkerInfo(name="w2", host="h", device="cpu", suites=("forkmaze",), version="0"))
        [job] = [each for each in client.jobs(run.id) if each.status == "queued"]
        assert worker.claim(job.id, "w2").run_id == run.id
        worker.close()


@pytest.mark.parametrize("proxy", [True], indirect=True, ids=["strips"])
def test_the_api_names_its_own_addresses(public: str) -> None:
    with httpx.Client(base_url=f"{public}/api", trust_env=False) as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/gsl"}]
        docs = client.get("/docs")
        assert "'/gsl/api/openapi.json'" in docs.text
        assert "cdn.jsdelivr.net" in docs.headers["content-security-policy"]
        assert "/gsl/api/docs" in client.get("/v1/unknown").json()["detail"]
