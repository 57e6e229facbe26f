"""From a job's files to what its guide learns from. Files of another suite, or of other spaces, are refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError

from gsl.config.run import RunConfig
from gsl.config.suites import SuiteSettings
from gsl.protocol.jobs import JobSpec
from gsl.seeds import derive
from gsl.worker.experience import Demonstrations
from gsl.worker.guides import GuideInputs, Teacher
from gsl.worker.job import checkpoint
from gsl.worker.job.folder import JobFile, JobFolder
from gsl.worker.rollout import demonstration_file
from gsl.worker.rollout.demonstration_file import Provenance
from gsl.worker.spaces import Spaces
from gsl.worker.trainer.learner import load_learner


class GuideInputError(RuntimeError):
    """A file comes from another suite, or from one with other observations or actions."""


@dataclass(frozen=True)
class GuideFiles:
    """Files of demonstrations, and checkpoints with the variations on which their policies teach."""

    demonstrations: tuple[Path, ...] = ()
    teachers: tuple[tuple[Path, frozenset[int]], ...] = ()


def guide_files(job: JobFile, folder: JobFolder) -> GuideFiles:
    """Paths of the files that a job names."""
    return GuideFiles(
        tuple(folder.path / name for name in job.demonstrations),
        tuple((folder.path / teacher.path, frozenset(teacher.variations)) for teacher in job.teachers),
    )


def guide_inputs(spec: JobSpec, given: GuideFiles, spaces: Spaces, device: torch.device) -> GuideInputs:
    """Read and check everything. Raises GuideInputError, CheckpointError."""
    return GuideInputs(
        demonstrations=_demonstrations(given.demonstrations, spec.config, spaces),
        teachers=tuple(_teacher(spec, path, owned, spaces, device) for path, owned in given.teachers),
        spaces=spaces,
        seed=derive(spec.seed, "guide"),
        device=device,
        across_episodes=spec.config.trial.episodes > 1,
    )


def _demonstrations(paths: Sequence[Path], config: RunConfig, spaces: Spaces) -> Demonstrations | None:
    try:
        for path in paths:
            _check_provenance(path, demonstration_file.read_provenance(path), config, spaces)
        recorded = demonstration_file.load(paths, config.demonstrations.weight)
    except ValueError as error:
        raise GuideInputError(str(error)) from error
    if recorded is not None:
        _check_arrays(recorded, spaces)
    return recorded


def _check_provenance(path: Path, provenance: Provenance, config: RunConfig, spaces: Spaces) -> None:
    """Of files of earlier versions, which say neither, only the arrays are checked."""
    if provenance.suite is not None:
        _check_suite(path.name, provenance.suite, config.suite)
    if provenance.spaces is not None:
        _check_spaces(path.name, Spaces.restored(provenance.spaces), spaces)


def _teacher(spec: JobSpec, path: Path, owned: frozenset[int], spaces: Spaces, device: torch.device) -> Teacher:
    state = checkpoint.load(path)
    _check_spaces(path.name, Spaces.restored(state["spaces"]), spaces)
    network = load_learner(spec, state).network.requires_grad_(False)
    return Teacher(network.to(device), owned)


def _check_suite(name: str, recorded: Mapping[str, Any], suite: SuiteSettings) -> None:
    """Compare as settings, so that a field from a later version has its default."""
    try:
        theirs = type(suite).model_validate(recorded)
    except ValidationError:
        raise GuideInputError(
            f"{name} was recorded on {recorded.get('name')}, but this job uses {suite.name}"
        ) from None
    differing = [field for field in type(suite).model_fields if getattr(theirs, field) != getattr(suite, field)]
    if differing:
        values = ", ".join(
            f"{field} is {getattr(theirs, field)!r}, here {getattr(suite, field)!r}" for field in differing
        )
        raise GuideInputError(f"{name} was recorded on {suite.name} with other settings: {values}")


def _check_spaces(name: str, theirs: Spaces, ours: Spaces) -> None:
    if theirs != ours:
        raise GuideInputError(f"{name} has {_described(theirs)}; this job has {_described(ours)}")


def _check_arrays(recorded: Demonstrations, spaces: Spaces) -> None:
    """Check the arrays themselves, whatever their provenance is."""
    actions, shape = spaces.actions, tuple(recorded.action.shape[1:])
    right = tuple(recorded.observation.shape[1:]) == spaces.observation_shape
    if actions.kind == "discrete":
        right &= shape == () and int(recorded.action.min()) >= 0 and int(recorded.action.max()) < actions.size
    else:
        right &= shape == (actions.size,)
    if not right:
        seen = f"observations of shape {tuple(recorded.observation.shape[1:])} and actions of shape {shape}"
        raise GuideInputError(f"the demonstrations have {seen}; this job has {_described(spaces)}")


def _described(spaces: Spaces) -> str:
    actions = spaces.actions
    return f"observations of shape {spaces.observation_shape} and {actions.size} {actions.kind} actions"
