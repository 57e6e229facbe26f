"""The address under which people open the page when a reverse proxy stands in front of the server."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from pydantic import HttpUrl, ValidationError

_FORM = re.compile(r"https?://[^/?#@*,\\\s]+(?P<path>(?:/[\w~-][\w.~-]*)*)/?", re.ASCII | re.IGNORECASE)
_ADVICE = (
    "must be a URL like https://lab.example.org/gsl: no user, query or fragment, and only letters, digits, '-', '_', "
    "'~' and '.' in its path"
)
_TAKEN = ("/api/", "/assets/")


@dataclass(frozen=True)
class PublicAddress:
    """Its parts are empty if there is none, so that the server is known by its own addresses only."""

    origin: str = ""
    """As browsers send it: `https://lab.example.org`."""
    host: str = ""
    base_path: str = ""
    """The path below which everything is: `/gsl`; empty if it is the root."""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises ValueError with the form that is wanted."""
        form = _FORM.fullmatch(url)
        if form is None:
            raise ValueError(_ADVICE)
        if f"{form['path']}/".startswith(_TAKEN):
            raise ValueError("must have a path that does not begin with /api or /assets, which the server itself uses")
        try:
            origin = str(HttpUrl(url.removesuffix("/").removesuffix(form["path"]))).removesuffix("/")
        except ValidationError:
            raise ValueError(_ADVICE) from None
        return cls(origin, urlsplit(origin).hostname or "", form["path"])

    def __str__(self) -> str:
        return self.origin + self.base_path
