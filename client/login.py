"""Which server scripts and the command `gsl` use, and with which token.

What a caller gives counts first, then GSL_URL and GSL_TOKEN, then what `gsl login` stored in the user's folder for
settings, then, for a server on this machine, the token in its data folder. A stored token is sent to the server that it
was stored for, and to no other; the data folder's opens everything, so no other machine is sent it.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, SecretStr, ValidationError, field_serializer

from gsl.atomic_file import atomic_path
from gsl.client.transport import is_loopback

DEFAULT_URL = "http://127.0.0.1:8000"


class LoginError(ValueError):
    """The stored login cannot be read."""


@dataclass(frozen=True)
class Login:
    """The address of a server, and the token for it if there is one."""

    url: str
    token: str | None = field(default=None, repr=False)


class _Stored(BaseModel):
    url: str
    token: SecretStr | None = None

    @field_serializer("token", when_used="json-unless-none")
    def _plain(self, token: SecretStr) -> str:
        return token.get_secret_value()


def login_file() -> Path:
    settings = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(settings) / "gsl-lab" / "login.json"


def find(url: str | None = None, token: str | None = None) -> Login:
    """The server and token to use; an empty token is none. Raises LoginError."""
    given = url or os.environ.get("GSL_URL")
    secret = (os.environ.get("GSL_TOKEN") or None) if token is None else token
    stored = None if given and secret is not None else read()
    address = (given or (stored.url if stored else DEFAULT_URL)).rstrip("/")
    if secret is None and stored and stored.url == address:
        secret = stored.token
    if secret is None and is_loopback(address):
        secret = _owner_token()
    return Login(address, secret or None)


def _owner_token() -> str | None:
    """What the server keeps in its data folder: GSL_DATA_DIR, or `data` where the script runs."""
    folder = Path(os.environ.get("GSL_DATA_DIR") or "data")
    try:
        return (folder / "owner-token").read_text().strip() or None
    except OSError:  # it is another user's, or the server runs elsewhere
        return None


def read() -> Login | None:
    """What was stored last. Raises LoginError if the file is not as `store` writes it."""
    file = login_file()
    try:
        stored = _Stored.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise LoginError(f"{file} cannot be read; delete it and run `gsl login` again") from error
    return Login(stored.url, stored.token.get_secret_value() if stored.token else None)


def store(login: Login) -> Path:
    """Keep a login in a file that its owner alone can read."""
    file = login_file()
    stored = _Stored(url=login.url.rstrip("/"), token=SecretStr(login.token) if login.token else None)
    with atomic_path(file) as partial:
        partial.unlink(missing_ok=True)  # an older one may be readable by others
        with open(partial, "w", opener=lambda path, flags: os.open(path, flags | os.O_EXCL, 0o600)) as opened:
            opened.write(stored.model_dump_json())
    return file
