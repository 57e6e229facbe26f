"""Launching arms x seeds: a `RunConfig` for each arm, then a run for each arm and seed.

Errors name the fields of the request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from gsl.backend.db.models import Experiment, Run
from gsl.backend.domain.configs import merge, over_preset
from gsl.backend.errors import InvalidError, from_validation
from gsl.backend.store import experiments, runs
from gsl.backend.store.configs import config_of, read_only
from gsl.config.presets import PRESETS
from gsl.config.run import RunConfig
from gsl.protocol.api import MOST_RUNS, ArmLaunch, ExperimentLaunch, FieldError

# Runs that are compared are many, and each would wait for a person.
BY_DEFAULT = {"gate": {"mode": "auto"}}


@dataclass(frozen=True)
class Arm:
    """An arm to launch; `suite_field` is the field of the request that names its suite."""

    name: str
    config: RunConfig
    suite_field: str


def arms_of(body: ExperimentLaunch) -> list[Arm]:
    """The whole configuration of every arm. Raises `InvalidError` with all errors of all arms."""
    shared = over_preset(body.preset, merge(BY_DEFAULT, body.config))
    body = _with_arms(body)
    wrong = [*_doubled(body), *_too_many(body)]
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


def _with_arms(body: ExperimentLaunch) -> ExperimentLaunch:
    """With the preset's arms, if the request has none. Raises `InvalidError` if there are none at all."""
    known = PRESETS[body.preset].arms if body.preset else {}
    if not body.arms and not known:
        raise InvalidError.field("arms", "at least one arm is required, unless the preset has some")
    of_preset = [ArmLaunch(name=name, config=changes) for name, changes in known.items()]
    return body if body.arms else body.model_copy(update={"arms": of_preset})


def launch(session: Session, experiment_id: int, arms: Sequence[Arm], body: ExperimentLaunch) -> list[Run]:
    """A run for each arm and seed, without jobs yet.

    Raises `NotFoundError`, and `InvalidError` naming arms and seeds that the experiment already has.
    """
    experiment = experiments.lock(session, experiment_id)
    _check_new(session, experiment_id, arms, body.seeds)
    return [_run(session, experiment, arm, seed, body) for arm in arms for seed in body.seeds]


def _run(session: Session, experiment: Experiment, arm: Arm, seed: int, body: ExperimentLaunch) -> Run:
    fields = {
        "name": f"{arm.name} seed {seed}",
        "experiment_id": experiment.id,
        "project_id": experiment.project_id,
        "arm_name": arm.name,
        "notes": "",
        "tags": list(body.tags),
        "priority": body.priority,
        "worker_label": body.worker_label,
        "exporters": body.exporters,
    }
    return runs.create(session, arm.config.model_copy(update={"seed": seed}), fields)


def _check_new(session: Session, experiment_id: int, arms: Sequence[Arm], seeds: Sequence[int]) -> None:
    """An arm may get further seeds under the same configuration; a run that failed or was cancelled may be repeated."""
    names = [arm.name for arm in arms]
    wrong: dict[str, str] = {}
    for run in experiments.runs_of_arms(session, experiment_id, names):
        index = names.index(run.arm_name)
        if read_only(run):
            message = f"arm {run.arm_name!r} has a run that is read-only (run {run.id}): use a new name"
            wrong.setdefault(f"arms.{index}.name", message)
        elif config_of(run).model_copy(update={"seed": 0}) != arms[index].config.model_copy(update={"seed": 0}):
            message = (
                f"arm {run.arm_name!r} has another configuration in this experiment (run {run.id}): use a new name"
            )
            wrong.setdefault(f"arms.{index}.name", message)
        elif run.seed in seeds and run.status not in runs.IN_VAIN:
            message = f"arm {run.arm_name!r} already has seed {run.seed} (run {run.id})"
            wrong.setdefault(f"seeds.{seeds.index(run.seed)}", message)
    if wrong:
        raise _all_of([FieldError(field=field, message=message) for field, message in wrong.items()])


def _all_of(wrong: Sequence[FieldError]) -> InvalidError:
    """Each error once: one in the shared configuration occurs in every arm."""
    once = list({(error.field, error.message): error for error in wrong}.values())
    detail = "; ".join(f"{error.field}: {error.message}" for error in once[:5])
    return InvalidError(detail[:2000], once[:100])


def _doubled(body: ExperimentLaunch) -> Iterator[FieldError]:
    names = [arm.name for arm in body.arms]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield FieldError(field=f"arms.{index}.name", message=f"arm {names.index(name)} has the same name, {name!r}")
    for index, seed in enumerate(body.seeds):
        if seed in body.seeds[:index]:
            yield FieldError(field=f"seeds.{index}", message=f"seed {seed} is given twice")


def _too_many(body: ExperimentLaunch) -> Iterator[FieldError]:
    count = len(body.arms) * len(body.seeds)
    if count > MOST_RUNS:
        message = f"{len(body.arms)} arms x {len(body.seeds)} seeds = {count} runs; the limit is {MOST_RUNS} at once"
        yield FieldError(field="seeds", message=message)


def _errors(config: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Errors of the configuration that all arms share, on its own."""
    try:
        RunConfig.model_validate(config)
    except ValidationError as error:
        return {(each.field, each.message) for each in from_validation(error).errors}
    return set()


def _located(error: FieldError, index: int, arm: ArmLaunch, blamed: set[tuple[str, str]]) -> FieldError:
    """Blames an arm for errors in the parts that it changes, and for errors that only its changes cause."""
    part = error.field.partition(".")[0]
    own = part in arm.config or (error.field, error.message) not in blamed
    return FieldError(
        field=f"arms.{index}.config.{error.field}" if own else f"config.{error.field}", message=error.message
    )
