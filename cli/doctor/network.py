"""Checks of what the product speaks to: port, proxy, broker and server."""

import ipaddress
import os
import socket
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from gsl import __version__
from gsl.cli.doctor import Finding, ok, problem, warning
from gsl.client.api import Client
from gsl.client.errors import ApiError, Unreachable
from gsl.client.login import DEFAULT_URL, Login

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_LOCAL = ("127.0.0.1", "localhost")
_PATIENCE_S = 5.0


def port(number: int, host: str) -> Iterator[Finding]:
    name = f"port {number}"
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError as error:
            yield _taken(name, number, host, error)
        else:
            yield ok(name, "free")


def _taken(name: str, number: int, host: str, error: OSError) -> Finding:
    try:
        with Client(f"http://{f'[{host}]' if ':' in host else host}:{number}", "", timeout=_PATIENCE_S) as api:
            return ok(name, f"GSL Lab {api.health().version} serves there")
    except (ApiError, ValueError):
        remedy = f"choose another: gsl up --port {number + 1}"
        return problem(name, f"cannot be used: {error.strerror or error}", remedy)


def proxy(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Whether a proxy of the environment would be asked for addresses of this machine."""
    given = {name.lower(): value for name, value in environment.items() if value}
    proxies = [name for name in _PROXIES if name in given]
    exempt = [one.strip() for one in given.get("no_proxy", "").split(",")]
    caught = [host for host in _LOCAL if not _is_exempt(host, exempt)]
    if not proxies:
        yield ok("proxy", "none")
    elif caught:
        said = f"{', '.join(proxies)} would catch requests to {' and '.join(caught)}"
        remedy = f"export NO_PROXY={','.join(filter(None, [*exempt, *caught]))}"
        yield warning("proxy", f"{said}, which some programs then cannot reach; gsl and the workers can", remedy)
    else:
        yield ok("proxy", f"{', '.join(proxies)}, but not for this machine")


def _is_exempt(host: str, exempt: list[str]) -> bool:
    return any(entry == "*" or entry.lstrip(".") == host or _contains(entry, host) for entry in exempt)


def _contains(entry: str, host: str) -> bool:
    """Whether the entry is a network, as 127.0.0.0/8, that the host is in."""
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def broker(url: str) -> Iterator[Finding]:
    if not url:
        yield ok("broker", "no REDIS_URL: `gsl up` starts its own, and workers ask the server for jobs")
        return
    import redis  # takes a third of the time of all other imports

    from gsl.protocol.dispatch import checked_broker_url

    try:
        with redis.Redis.from_url(
            checked_broker_url(url), socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S
        ) as one:
            one.ping()
    except (ValueError, redis.RedisError) as error:
        yield problem("broker", f"REDIS_URL cannot be used: {error}", "start Redis or Valkey, or correct REDIS_URL")
    else:
        yield ok("broker", f"{_without_password(url)} answers")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def server(login: Login) -> Iterator[Finding]:
    try:
        with Client(login.url, login.token or "", timeout=_PATIENCE_S) as api:
            health = api.health()
    except Unreachable as error:
        if login.url == DEFAULT_URL:
            yield ok("server", f"none runs at {login.url}; `gsl up` starts one")
        else:
            yield problem("server", str(error), "start it, or name another with `gsl login URL`")
    except (ApiError, ValueError) as error:
        said = f"{login.url} does not answer as GSL Lab does: {' '.join(str(error).split())[:200]}"
        yield problem("server", said, "name another server with `gsl login URL`")
    else:
        yield from _healthy(login.url, health.version, [each.message for each in health.problems])


def _healthy(url: str, version: str, problems: list[str]) -> Iterator[Finding]:
    if version != __version__:
        remedy = f"install the same version here: pip install gsl-lab=={version}"
        yield warning("server", f"{url} is GSL Lab {version}, this is {__version__}", remedy)
    else:
        yield ok("server", f"{url} is GSL Lab {version}")
    for message in problems:
        yield warning("server", message, "see the page's notices")
