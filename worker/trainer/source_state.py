"""Which code a package consists of here: its commit and how its folder differs from it, as git tells."""

import os
import subprocess
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, entry_points
from importlib.util import find_spec
from json import loads
from pathlib import Path

from gsl.protocol.reports import MOST_CHANGED, MOST_DIFFERENCE, SourceState
from gsl.worker.trainer.secrets import FILES, HIDDEN, without_secrets

_WITHIN_S = 5.0
_SOURCES = ("py", "pyi", "pyx", "c", "cc", "cpp", "cu", "h", "hpp", "toml", "cfg", "ini", "json", "yaml", "yml", "xml")
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "core.bigFileThreshold=1m")
_CHANGED = ("diff", "HEAD", "--name-only")
_FRESH = ("ls-files", "--others", "--exclude-standard", "--full-name")
_DIFFERENCE = ("diff", "HEAD", "--no-color", "--no-ext-diff", "--no-textconv")
_GROUPS = ("gsl_lab.suites", "gsl_lab.learners", "gsl_lab.guides")
_OURS = {"worker": "gsl-lab", "gsl": "gsl-lab"}


class _GitError(RuntimeError):
    """Git is missing, did not answer in time, or refused."""


@cache
def source_state(module: str) -> SourceState:
    """Of the package that the top-level `module` belongs to, as it is when first asked for: right after its import."""
    installed = _installed(module)
    package, version = (installed.name, installed.version) if installed is not None else (module, "")
    file = _file(module)
    if file is None:
        return SourceState(package=package, version=version, folder="", commit=None, note="It is not a file.")
    folder = _project(file)
    state = SourceState(package=package, version=version, folder=str(folder)[:1000], commit=None)
    if {"site-packages", "dist-packages"} & {*file.parts}:
        return state.model_copy(update={"commit": _commit_installed(installed)})
    try:
        return state.model_copy(update=_from_git(folder, file))
    except _GitError as error:
        return state.model_copy(update={"note": without_secrets(str(error))[:1000]})


def _installed(module: str) -> Distribution | None:
    """The distribution that the module comes from, if it declares a plug-in, or is ours."""
    for group in _GROUPS:
        for entry in entry_points(group=group):
            if entry.module.partition(".")[0] == module and entry.dist is not None:
                return entry.dist
    try:
        return distribution(_OURS.get(module, module))
    except PackageNotFoundError:
        return None


def _file(module: str) -> Path | None:
    spec = find_spec(module)
    return None if spec is None or spec.origin is None or not Path(spec.origin).is_file() else Path(spec.origin)


def _project(file: Path) -> Path:
    """The nearest folder with a `pyproject.toml` or `setup.py`, within the repository; else the file's own."""
    for folder in file.resolve().parents:
        if (folder / "pyproject.toml").exists() or (folder / "setup.py").exists():
            return folder
        if (folder / ".git").exists() or folder.name == "site-packages":
            break
    return file.resolve().parent


def _from_git(folder: Path, file: Path) -> dict[str, object]:
    """Commit and difference of a folder whose file belongs to a repository. Raises _GitError."""
    _git(folder, "ls-files", "--error-unmatch", "--", str(file.resolve()))  # else it lies there without belonging there
    root, commit = _git(folder, "rev-parse", "--show-toplevel", "HEAD").split("\n")[:2]
    names = sorted({*_names(folder, _CHANGED, "."), *_names(folder, _FRESH, ".")})
    readable = [f":(glob)**/*.{suffix}" for suffix in _SOURCES]
    readable += [f":(exclude,glob,icase)**/{pattern}" for pattern in FILES]
    difference = _git(folder, *_DIFFERENCE, "--", *readable)
    difference += "".join(_as_new(Path(root), name) for name in _names(folder, _FRESH, *readable))
    whole, difference = len(difference), _lines_within(difference, 4 * MOST_DIFFERENCE)
    shown = without_secrets(difference).replace("\0", "")
    hidden = "What looks like a secret was left out." if shown.count(HIDDEN) > difference.count(HIDDEN) else ""
    return {
        "commit": commit,
        "changed": tuple(name[:1000] for name in names[:MOST_CHANGED]),
        "difference": shown[:MOST_DIFFERENCE],
        "cut": len(names) > MOST_CHANGED or len(shown) > MOST_DIFFERENCE or len(difference) < whole,
        "note": hidden,
    }


def _lines_within(text: str, most: int) -> str:
    """The first lines, at most so many characters: half a secret at the end might not be recognised as one."""
    return text if len(text) <= most else text[: text.rfind("\n", 0, most) + 1]


def _names(folder: Path, listing: tuple[str, ...], *which: str) -> list[str]:
    return [name for name in _git(folder, *listing, "-z", "--", *which).split("\0") if name]


def _as_new(root: Path, name: str) -> str:
    """A file that git does not know yet, as git would show it after `git add`."""
    try:
        with (root / name).open("rb") as file:
            text = file.read(MOST_DIFFERENCE + 1).decode(errors="replace")
    except OSError:  # it has been removed since, or is not ours to read: it is named all the same
        return ""
    added = "".join(f"+{line}\n" for line in text.splitlines())
    head = f"diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n"
    return f"{head}@@ -0,0 +1,{len(text.splitlines())} @@\n{added}"


def _git(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    command = [*_GIT, "-C", str(folder), *arguments]
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WITHIN_S, check=True
        )
    except FileNotFoundError:
        raise _GitError("git is not installed on the worker.") from None
    except subprocess.TimeoutExpired:
        raise _GitError(f"git did not answer within {_WITHIN_S:.0f} s.") from None
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or str(error).encode()
        raise _GitError(f"git: {said.decode(errors='replace').strip()}") from None
    return done.stdout.decode(errors="replace")


def _commit_installed(installed: Distribution | None) -> str | None:
    """The commit that pip installed the package from, if it came from a repository."""
    text = None if installed is None else installed.read_text("direct_url.json")
    commit = loads(text).get("vcs_info", {}).get("commit_id") if text else None
    return str(commit)[:64] if commit else None
