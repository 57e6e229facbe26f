"""Keeps secrets out of what is recorded: whatever looks like one is replaced by `HIDDEN`.

A secret is recognised by where its value comes from (an environment variable with a telling name), by what stands
before it (an option or an assignment with a telling name), or by its form (an address with a password, a known kind of
token, a private key). File names that usually hold secrets are listed in `FILES`.
"""

import os
import re
from collections.abc import Sequence

HIDDEN = "***"
FILES = (
    ".env*",
    "*.env",
    ".netrc",
    ".pypirc",
    ".npmrc",
    "*.pem",
    "*.key",
    "id_rsa*",
    "id_ed25519*",
    "*secret*",
    "*credential*",
)
"""Patterns of file names, as git reads them."""

_TELLING = r"(?:token|secret|passw(?:or)?d|passphrase|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|auth)"
_VARIABLE = re.compile(rf"{_TELLING}|(?:^|_)(?:key|pass|pat|dsn)(?:$|_)", re.IGNORECASE)
_SHORTEST_VALUE = 6
_FORMS = (
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),
    re.compile(r"\b(?:gh[pousr]_|github_pat_|glpat-|hf_|sk-|xox[a-z]-|AKIA|whsec_)[\w-]{8,}"),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.*?-----END [A-Z ]*PRIVATE KEY-----|.*)", re.DOTALL),
    re.compile(r"(?<=hooks\.slack\.com/services/)\S+"),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[\w+/.=~-]{8,}"),
)
_ASSIGNED = re.compile(
    # Bounded, so that a long line without spaces does not take for ever.
    rf"(?i)({_TELLING}[\w.-]{{0,40}}[\"']?\]?\s{{0,8}}(?::\s{{0,8}}\w{{1,40}}\s{{0,8}})?[=:]\s{{0,8}}[rbf]?)"
    r"([\"'])(?!\2)[^\"'\n]{1,5000}\2"
)
_OPTION = re.compile(rf"(?i)^(-{{0,2}}[\w.-]*{_TELLING}[\w.-]*)(=.*)?$", re.DOTALL)


def without_secrets(text: str) -> str:
    """The text with every secret in it hidden; values of assignments only if they are quoted, so that code stays."""
    for value in sorted(_values(), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    for form in _FORMS:
        text = form.sub(HIDDEN, text)
    return _ASSIGNED.sub(rf"\1\2{HIDDEN}\2", text)


def arguments_without_secrets(arguments: Sequence[str]) -> list[str]:
    """A command line's arguments with the secrets hidden, also those after an option with a telling name."""
    shown: list[str] = []
    follows = False
    for argument in arguments:
        option = _OPTION.match(argument)
        if follows:
            shown.append(HIDDEN)
        elif option and option[2]:
            shown.append(f"{option[1]}={HIDDEN}")
        else:
            shown.append(without_secrets(argument))
        follows = not follows and option is not None and option[2] is None and argument.startswith("-")
    return shown


def _values() -> set[str]:
    """Values of environment variables that are secrets, and the passwords within addresses."""
    named = {value for name, value in os.environ.items() if _VARIABLE.search(name)}
    passwords = {found[1] for value in os.environ.values() for found in re.finditer(r"://[^/\s:@]*:([^/\s@]+)@", value)}
    return {value for value in named | passwords if len(value) >= _SHORTEST_VALUE}
