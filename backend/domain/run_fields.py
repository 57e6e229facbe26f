"""What queries, columns and the order of the list of runs can name: facts of a run, its settings and its metrics."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, get_args

from gsl.config.run import RunConfig
from gsl.protocol.jobs import RunStatus
from gsl.protocol.metrics import METRICS, metric

Kind = Literal["text", "number", "time", "flag", "tag", "name"]
"""`name`: of something that has a number, too: an experiment, a project."""
Source = Literal["run", "setting", "metric"]
OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    "text": ("=", "!=", "~", "!~", "in", "not in"),
    "number": ("=", "!=", "<", "<=", ">", ">=", "in", "not in"),
    "time": (">", "<", ">=", "<=", "=", "!="),
    "flag": ("=", "!="),
    "tag": ("=", "!=", "~", "!~", "in", "not in"),
    "name": ("=", "!=", "~", "!~", "in", "not in"),
}
_METRICS = "metrics."
_SETTINGS = "config."


@dataclass(frozen=True)
class Field:
    """Something that runs have. `place`: the column, or the path in the configuration or among the metrics."""

    name: str
    kind: Kind
    help: str
    source: Source = "run"
    place: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    """All that it can be, if those are few."""
    title: str = ""

    @property
    def sortable(self) -> bool:
        return self.kind != "tag"


def _run(name: str, kind: Kind, help: str, column: str = "", *, title: str = "", values: tuple[str, ...] = ()) -> Field:
    return Field(name, kind, help, "run", (column or name,), values, title or name.replace("_", " ").capitalize())


FLAGS = ("yes", "no")
_FIELDS = (
    _run("status", "text", "What the run does, or how it ended", values=get_args(RunStatus)),
    _run("suite", "text", "Family of environments"),
    _run("arm", "text", "Label of its arm in the experiment", "arm_name"),
    _run("tag", "tag", "One of its tags", "tags", title="Tags"),
    _run("owner", "text", "Name of the account that launched it"),
    _run("experiment", "name", "Name or number of its experiment", "experiment_id"),
    _run("project", "name", "Name or number of its project", "project_id"),
    _run("name", "text", "Name of the run"),
    _run("notes", "text", "Its notes"),
    _run("seed", "number", "Seed of the run"),
    _run("id", "number", "Number of the run", title="Number"),
    _run("score", "number", "Latest evaluation: success rate, or normalised return"),
    _run("held_out_score", "number", "The same over held-out variations", title="Held-out score"),
    _run("mean_return", "number", "Latest mean training return of the generalist"),
    _run("steps", "number", "Environment steps spent", "spent_steps"),
    _run("total_steps", "number", "Environment steps of the budget"),
    _run("continued_steps", "number", "Steps of the budget that were added after the result was seen"),
    _run("measurement_steps", "number", "Steps spent on measurements, outside the total"),
    _run("created", "time", "When it was launched", "created_at"),
    _run("updated", "time", "When it last changed", "updated_at"),
    _run("ended", "time", "When it ended", "ended_at"),
    _run("priority", "number", "Of its jobs in the queue"),
    _run("worker_label", "text", "Label that a worker must have to run its jobs", title="Label of workers"),
    _run("phase", "text", "Last active phase", values=("generalist", "evaluation", "gate", "specialists", "finetune")),
    _run("cycle", "number", "Cycle that it is in"),
    _run("message", "text", "What it is waiting for, or why it ended"),
    _run("baseline_of", "number", "Number of the run that it is the baseline of"),
    _run("forked_from", "number", "Number of the run that it continues"),
    _run("imported", "flag", "Whether it was imported from a record", "record_sha256", values=FLAGS),
    _run("archived", "flag", "Whether it is archived, and listed only if a query says so", "archived_at", values=FLAGS),
)  # fmt: skip
FIELDS: Mapping[str, Field] = {field.name: field for field in _FIELDS}
_ALIASES = {
    "created_at": "created", "updated_at": "updated", "ended_at": "ended", "spent_steps": "steps", "tags": "tag",
    "arm_name": "arm", "label": "worker_label",
}  # fmt: skip
"""Names that the API uses for the same."""


def find(name: str, is_metric: Callable[[str], bool] = METRICS.__contains__) -> Field | None:
    """The field of this name; `is_metric` knows which metrics there are. A setting is named by its dotted path, with
    or without `config.` before it."""
    own = FIELDS.get(_ALIASES.get(name.lower(), name.lower()))
    if own is not None:
        return own
    if name.startswith(_METRICS):
        return _metric(name.removeprefix(_METRICS)) if is_metric(name.removeprefix(_METRICS)) else None
    return settings().get(name.removeprefix(_SETTINGS))


def value_of(field: Field, run: Any) -> bool | int | float | str | None:
    """What a stored run shows of a field."""
    if field.source == "run":
        value = getattr(run, field.place[0])
    else:
        value = run.config if field.source == "setting" else run.metrics
        for part in field.place:
            value = value.get(part) if isinstance(value, dict) else None
    if field.kind == "flag" and field.source == "run":
        return value is not None
    return value if isinstance(value, bool | int | float | None) else _as_text(value)


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def every() -> Iterator[Field]:
    """All that are known without looking at any run."""
    yield from FIELDS.values()
    yield from map(_metric, METRICS)
    yield from (field for field in settings().values() if field.name not in FIELDS)


def nearest(name: str) -> list[str]:
    """Names that may have been meant, the best first: those that look alike, or end with the same word."""
    names = [field.name for field in every()]
    ends = [known for known in names if known.rsplit(".", 1)[-1] == name.rsplit(".", 1)[-1]]
    return list(dict.fromkeys([*ends[:3], *get_close_matches(name, names, 3, 0.5)]))[:4]


def unknown(name: str) -> str:
    """What is wrong with a name, and what may have been meant."""
    near = nearest(name)
    meant = f"; did you mean {' or '.join(near)}?" if near else "; a setting is named by its path, as learner.name"
    return f"there is no field {name}{meant}"


def _metric(name: str) -> Field:
    known = metric(name)
    return Field(_METRICS + name, "number", known.meaning or "Latest value", "metric", (name,), (), known.title)


@cache
def settings() -> Mapping[str, Field]:
    """By dotted path, those of every suite, learner and guide."""
    schema = RunConfig.model_json_schema()
    found: dict[str, Field] = {}
    for path, part in _leaves(schema, schema["$defs"], ()):
        name = ".".join(path)
        known = found.get(name)
        kind, values = _kind(part), tuple(dict.fromkeys((*(known.values if known else ()), *_values(part))))
        if known is not None and known.kind != kind:
            kind, values = "text", ()
        title = path[-1].replace("_", " ").capitalize()
        found[name] = Field(name, kind, part.get("description", ""), "setting", path, values, title)
    return found


def _leaves(
    part: Mapping[str, Any], definitions: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Settings with their paths; a list or a table of numbers is none."""
    if "$ref" in part:
        part = definitions[part["$ref"].rsplit("/", 1)[-1]]
    if "properties" in part:
        for name, below in part["properties"].items():
            yield from _leaves(below, definitions, (*path, name))
        return
    choices = [each for each in (*part.get("oneOf", ()), *part.get("anyOf", ())) if each.get("type") != "null"]
    for choice in choices:
        described = {"description": part["description"], **choice} if "description" in part else choice
        yield from _leaves(described if "$ref" not in choice else choice, definitions, path)
    if (not choices and part.get("type") not in ("array", "object", None)) or "enum" in part or "const" in part:
        yield path, part


def _kind(part: Mapping[str, Any]) -> Kind:
    kinds: dict[str, Kind] = {"number": "number", "integer": "number", "boolean": "flag"}
    return kinds.get(part.get("type", ""), "text")


def _values(part: Mapping[str, Any]) -> tuple[str, ...]:
    if _kind(part) == "flag":
        return FLAGS
    return tuple(str(value) for value in (*part.get("enum", ()), *([part["const"]] if "const" in part else ())))
