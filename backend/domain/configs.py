"""From a request to a `RunConfig`: a preset, a configuration, or a preset with parts changed."""

from typing import Any, TypeGuard

from pydantic import ValidationError

from gsl.backend.errors import InvalidError, from_validation
from gsl.config.errors import did_you_mean
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.protocol.api import RunCreate


def resolve(body: RunCreate, base: RunConfig | None = None) -> RunConfig:
    """The requested configuration, as changes of `base` if that is given.

    Raises `InvalidError` naming every invalid field below `config`, or the unknown preset.
    """
    try:
        if base is not None:
            return RunConfig.model_validate(merge(base.model_dump(mode="json"), body.config))
        return RunConfig.model_validate(over_preset(body.preset, body.config))
    except ValidationError as error:
        raise from_validation(error, "config") from error


def over_preset(preset: str | None, config: dict[str, Any]) -> dict[str, Any]:
    """The preset's configuration with `config` merged in. Raises `InvalidError` for an unknown preset."""
    if preset is None:
        return config
    if preset not in PRESETS:
        raise InvalidError.field("preset", f"unknown preset {preset!r}{did_you_mean(preset, PRESETS)}")
    return merge(PRESETS[preset].config.model_dump(mode="json"), config)


def merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with `changes` merged in, part by part; a part that names another member starts from its defaults."""
    merged = dict(base)
    for key, value in changes.items():
        before = merged.get(key)
        merged[key] = merge(before, value) if _same_member(before, value) else value
    return merged


def _same_member(before: Any, value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether both are parts of the same kind; a change without a name applies to the current member."""
    if not isinstance(before, dict) or not isinstance(value, dict):
        return False
    return value.get("name", before.get("name")) == before.get("name")
