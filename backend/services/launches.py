"""From arms x seeds, as a person sends them, to a `RunConfig` for each arm; errors name the fields that were sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from backend.domain.configs import merge, over_preset
from backend.errors import InvalidError
from backend.http.problems import from_validation
from gsl.config.run import RunConfig
from gsl.protocol.api import MOST_RUNS, ArmLaunch, ExperimentLaunch, FieldError


@dataclass(frozen=True)
class Arm:
    """An arm to launch; `suite_field` is where its suite was chosen."""

    name: str
    config: RunConfig
    suite_field: str


def arms_of(body: ExperimentLaunch) -> list[Arm]:
    """Every arm's whole configuration. Raises `InvalidError` with all that is wrong in any of them."""
    wrong = [*_doubled(body), *_too_many(body)]
    shared = over_preset(body.preset, body.config)
    blamed = _errors(shared)
    arms: list[Arm] = []
    for index, arm in enumerate(body.arms):
        try:
            config = RunConfig.model_validate(merge(shared, arm.config))
        except ValidationError as error:
            wrong += [_located(each, index, arm, blamed) for each in from_validation(error).errors]
        else:
            chose = "suite" in arm.config
            arms.append(Arm(arm.name, config, f"arms.{index}.config.suite.name" if chose else "config.suite.name"))
    if wrong:
        raise _all_of(wrong)
    return arms


def _all_of(wrong: Sequence[FieldError]) -> InvalidError:
    """Each once: what is wrong in the shared configuration is wrong in every arm."""
    once = list({(error.field, error.message): error for error in wrong}.values())
    detail = "; ".join(f"{error.field}: {error.message}" for error in once[:5])
    return InvalidError(detail[:2000], once[:100])


def _doubled(body: ExperimentLaunch) -> Iterator[FieldError]:
    names = [arm.name for arm in body.arms]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield FieldError(field=f"arms.{index}.name", message=f"arm {names.index(name)} is named {name!r} already")
    for index, seed in enumerate(body.seeds):
        if seed in body.seeds[:index]:
            yield FieldError(field=f"seeds.{index}", message=f"seed {seed} is given twice")


def _too_many(body: ExperimentLaunch) -> Iterator[FieldError]:
    count = len(body.arms) * len(body.seeds)
    if count > MOST_RUNS:
        message = f"{len(body.arms)} arms x {len(body.seeds)} seeds = {count} runs; at most {MOST_RUNS} at once"
        yield FieldError(field="seeds", message=message)


def _errors(config: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What is wrong with the configuration that all arms share, taken alone."""
    try:
        RunConfig.model_validate(config)
    except ValidationError as error:
        return {(each.field, each.message) for each in from_validation(error).errors}
    return set()


def _located(error: FieldError, index: int, arm: ArmLaunch, blamed: set[tuple[str, str]]) -> FieldError:
    """An arm is to blame for the parts that it changes, and for what would be right without its changes."""
    part = error.field.partition(".")[0]
    own = part in arm.config or (error.field, error.message) not in blamed
    return FieldError(
        field=f"arms.{index}.config.{error.field}" if own else f"config.{error.field}", message=error.message
    )
