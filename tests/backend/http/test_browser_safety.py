"""Who is let in: hosts, origins, headers; the token's file."""

import stat
from pathlib import Path

from httpx import Client
from pydantic import SecretStr

from gsl.backend.app import create_app
from gsl.backend.http.browser_safety import is_loopback
from gsl.backend.settings import Settings
from tests.backend.api_driver import ApiDriver
from tests.backend.marks import ON_SQLITE
from tests.backend.server import serving

pytestmark = ON_SQLITE


def test_a_foreign_name_that_was_pointed_here_gets_nothing(api: ApiDriver) -> None:
    for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[", ""):
        assert "GSL_ALLOWED_HOSTS" in api.ask("GET", "/runs", 403, headers={"Host": host})["detail"]
    for host in ("localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "app.localhost", "192.168.1.7:80"):
        api.ask("GET", "/runs", headers={"Host": host})


def test_another_site_changes_nothing(api: ApiDriver) -> None:
    body = {"preset": "forkmaze-quick"}
    foreign = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": f"http://localhost:{api.client.base_url.port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ]
    for headers in foreign:
        assert api.ask("POST", "/runs", 403, json=body, headers=headers)["title"] == "Refused"
    own = {"Origin": str(api.client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert api.ask("POST", "/runs", 201, json=body, headers=own)["id"] == 1


def test_pages_of_the_public_address_are_the_servers_own(settings: Settings) -> None:
    """A proxy ends TLS, and may send its own name for the server as `Host`."""
    public = settings.model_copy(update={"public_url": "https://lab.example.org/gsl"})

    def status(origin: str, host: str = "127.0.0.1:8000", site: str = "same-origin") -> int:
        headers = {"Origin": origin, "Host": host, "Sec-Fetch-Site": site}
        return client.post("/api/v1/unknown", headers=headers).status_code

    with serving(create_app(public)) as address, Client(base_url=address, trust_env=False) as client:
        assert status("https://lab.example.org") == 405
        assert status("https://lab.example.org", "lab.example.org") == 405
        assert status("https://lab.example.org", site="cross-site") == 403
        assert status("https://lab.example.org", "evil.example") == 403
        for origin in (
            "http://lab.example.org",
            "https://lab.example.org:8443",
            "https://a.lab.example.org",
            "null",
            "",
        ):
            assert status(origin) == 403, origin


def test_headers_of_every_answer(api: ApiDriver) -> None:
    for path in ("/", "/api/v1/runs", "/api/v1/unknown", "/runs/7"):
        headers = api.client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy


def test_a_team_server_answers_to_the_names_it_was_given(settings: Settings) -> None:
    public = settings.model_copy(update={"host": "0.0.0.0", "allowed_hosts": "GSL.example, lab"})
    with serving(create_app(public)) as address, Client(base_url=address, trust_env=False) as client:

        def status(host: str) -> int:
            return client.get("/api/v1/openapi.json", headers={"Host": host}).status_code

        assert {status(host) for host in ("gsl.example", "GSL.EXAMPLE:8000", "lab", "localhost", "10.0.0.7")} == {404}
        assert {status(host) for host in ("evil.example", "gsl.example.evil.example", "")} == {403}


def test_loopback_names(settings: Settings) -> None:
    assert all(is_loopback(name) for name in ("localhost", "127.0.0.1", "127.1.2.3", "::1"))
    assert not any(is_loopback(name) for name in ("0.0.0.0", "192.168.0.1", "localhost.evil.example", "", "::"))


def test_the_token_is_made_once_and_kept_for_its_owner(settings: Settings, tmp_path: Path) -> None:
    def fresh() -> Settings:
        return settings.model_copy(update={"token": SecretStr(""), "data_dir": tmp_path / "new"})

    token = fresh().worker_token
    assert len(token) > 30
    assert fresh().worker_token == token
    [file] = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_databases_by_any_common_name(settings: Settings, tmp_path: Path) -> None:
    def url(database: str) -> str:
        return settings.model_copy(update={"database": database}).database_url

    assert url("postgres://u@h/d") == url("postgresql://u@h/d") == "postgresql+psycopg://u@h/d"
    assert url("") == f"sqlite:///{tmp_path.resolve() / 'gsl.db'}"
