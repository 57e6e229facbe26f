"""In what two runs, or two jobs, differ in what they are made with."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

from gsl.protocol.api import ProvenanceDifference, ProvenancePublic, SourcePublic

Facts = dict[str, set[str]]
_PACKAGE = "package "
_NAMED = ("device", "driver", "processor", "machine", "system", "python")


def differences(
    ours: Sequence[ProvenancePublic], theirs: Sequence[ProvenancePublic], seeds: Sequence[str] = ("run",)
) -> list[ProvenanceDifference]:
    """Only what differs: code first, then machines and these seeds, then packages by name."""
    left, right = _facts(ours, seeds), _facts(theirs, seeds)
    return [
        ProvenanceDifference(what=what, ours=sorted(left.get(what, ())), theirs=sorted(right.get(what, ())))
        for what in sorted({**left, **right}, key=lambda what: what if what.startswith(_PACKAGE) else "")
        if left.get(what) != right.get(what)
    ]


def _facts(parts: Sequence[ProvenancePublic], seeds: Sequence[str]) -> Facts:
    """Values of everything by name; several where the jobs differ among themselves."""
    code, machines, packages = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set), Facts()
    for part in parts:
        for source in part.sources:
            for what, value in _of_source(source).items():
                code[what].add(value)
        for name in _NAMED:
            if value := getattr(part, name):
                machines[name].add(value)
        for of in part.jobs:
            for name in (each for each in seeds if each in of.seeds):
                machines[f"seed of the {name}"].add(str(of.seeds[name]))
        for name, version in part.packages.items():
            packages.setdefault(f"{_PACKAGE}{name}", set()).add(version)
    return {**code, **machines, **packages}


def _of_source(source: SourcePublic) -> dict[str, str]:
    package, changes = source.package, "none"
    if source.changed:
        text = "\n".join((*source.changed, source.difference))
        changes = f"{len(source.changed)} files ({sha256(text.encode()).hexdigest()[:8]})"
    return {
        f"commit of {package}": source.commit or "unknown",
        f"version of {package}": source.version or "unknown",
        f"uncommitted changes of {package}": changes,
    }
