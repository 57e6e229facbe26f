"""Into which groups chosen runs fall, and what the groups are called. Pure."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gsl.backend.domain.setting_differences import flat, text

LONGEST = 80  # letters of a label
_SETTING = "setting:"
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Grouped:
    """What a run can be grouped by."""

    id: int
    name: str
    arm_name: str
    experiment_id: int | None
    experiment_name: str | None
    tags: tuple[str, ...]
    config: Mapping[str, Any]


def labels(runs: Sequence[Grouped], by: str) -> list[str]:
    """The label of each run's group; `by` is arm, experiment, run, tags, or setting:PATH. Labels are distinct."""
    key_of, names_of = _setting(by.removeprefix(_SETTING)) if by.startswith(_SETTING) else _BY[by]
    keys = [key_of(run) for run in runs]
    firsts = dict(reversed(list(zip(keys, runs, strict=True))))
    names = _distinct({key: names_of(run) for key, run in firsts.items()})
    return [names[key] for key in keys]


def _arm(run: Grouped) -> Key:
    """Outside experiments, runs of an arm are those with the same settings apart from the seed."""
    if run.experiment_id is not None:
        return run.experiment_id, run.arm_name
    settings = {name: value for name, value in run.config.items() if name != "seed"}
    return None, run.arm_name, json.dumps(settings, sort_keys=True)


def _arm_names(run: Grouped) -> list[str]:
    """The more exact, the later."""
    if run.experiment_id is None:
        return [run.arm_name, f"{run.arm_name} (as run {run.id})"]
    of = f"{run.arm_name} · {run.experiment_name}"
    return [run.arm_name, of, f"{of} ({run.experiment_id})"]


def _experiment_names(run: Grouped) -> list[str]:
    name = run.experiment_name or "no experiment"
    return [name, f"{name} ({run.experiment_id})"]


def _tag_names(run: Grouped) -> list[str]:
    tags = ", ".join(sorted(run.tags)) or "no tags"
    return [tags, f"{tags} (as run {run.id})"]


_BY: Mapping[str, tuple[Callable[[Grouped], Key], Callable[[Grouped], list[str]]]] = {
    "arm": (_arm, _arm_names),
    "experiment": (lambda run: (run.experiment_id,), _experiment_names),
    "run": (lambda run: (run.id,), lambda run: [run.name, f"{run.name} ({run.id})"]),
    "tags": (lambda run: tuple(sorted(run.tags)), _tag_names),
}
"""For each way to group, the key that runs of a group share, and names of the group from its first run."""


def _setting(path: str) -> tuple[Callable[[Grouped], Key], Callable[[Grouped], list[str]]]:
    name = path.rsplit(".", 1)[-1]

    def value(run: Grouped) -> str:
        settings = flat(run.config)
        return text(settings[path]) if path in settings else "not set"

    return lambda run: (value(run),), lambda run: [f"{name} {value(run)}", f"{name} {value(run)} (as run {run.id})"]


def _distinct(names: Mapping[Key, list[str]]) -> dict[Key, str]:
    """The first name of each that no other has, or else its last."""
    found = {key: _short(options[0]) for key, options in names.items()}
    for level in range(1, max((len(options) for options in names.values()), default=0)):
        often = Counter(found.values())
        found = {
            key: _short(names[key][level]) if often[name] > 1 and level < len(names[key]) else name
            for key, name in found.items()
        }
    return found


def _short(name: str) -> str:
    """Cut in the middle, because what tells names apart is often at the end."""
    half = (LONGEST - 1) // 2
    return name if len(name) <= LONGEST else f"{name[:half]}…{name[-half:]}"
