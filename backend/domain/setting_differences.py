"""Settings of groups of runs side by side: only what differs. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gsl.protocol.api.comparing import ComparedSetting

Flat = dict[str, Any]
NOT_SET = "–"
_LONGEST = 200  # letters of a value


def flat(config: Mapping[str, Any]) -> Flat:
    """Each setting by its dotted path, such as learner.learning_rate; lists are values."""
    return dict(_flat(config, ""))


def _flat(config: Mapping[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def text(value: Any) -> str:
    """As in JSON, but without quotation marks."""
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return written if len(written) <= _LONGEST else f"{written[: _LONGEST - 1]}…"


def varying(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Paths of settings in which any of these runs differ, in the order of the configuration."""
    settings = [flat(config) for config in configs]
    paths = dict.fromkeys(path for each in settings for path in each)
    return [path for path in paths if len({text(each[path]) if path in each else None for each in settings}) > 1]


def differences(groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[ComparedSetting]:
    """A row for each setting that has other values in one group than in another; a group may have several."""
    settings = {name: [flat(config) for config in configs] for name, configs in groups.items()}
    paths = varying([config for configs in groups.values() for config in configs])
    rows = [ComparedSetting(setting=path, values=[_values(of, path) for of in settings.values()]) for path in paths]
    return [row for row in rows if len(set(row.values)) > 1]


def _values(settings: Sequence[Flat], path: str) -> tuple[str, ...]:
    return tuple(sorted({text(each[path]) if path in each else NOT_SET for each in settings}))
