"""Trainers that the owner of a worker has declared, in a TOML file that GSL_TRAINERS names:

    [cleanrl]
    command = ["/srv/lab/venv/bin/python", "ppo.py"]
    folder = "/srv/lab/cleanrl"

A run may only name one of these, so that nobody runs what the machine's owner did not allow.
"""

import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from gsl.config.base import Settings, setting
from gsl.config.errors import did_you_mean, first_error
from gsl.config.learners.external import TrainerName

FILE = "GSL_TRAINERS"


class DeclarationError(RuntimeError):
    """The file of declared trainers cannot be used, or lacks the trainer; the message is for the worker's owner."""


class Declared(Settings):
    """A trainer's command, which gets the folder of its order as its last argument, and where it is started."""

    name: str = setting("", "Name by which runs choose it.")
    command: Annotated[tuple[str, ...], Field(min_length=1)] = setting(
        ("python",), "Program and arguments; the program may be a path or a name that PATH finds."
    )
    folder: Path | None = setting(None, "Where it is started; if empty, in the folder of its order.")

    @field_validator("folder")
    @classmethod
    def _exists(cls, folder: Path | None) -> Path | None:
        if folder is not None and not (folder.is_absolute() and folder.is_dir()):
            raise ValueError(f"must be the whole path of a folder that exists, unlike {folder}")
        return folder


_FILE: TypeAdapter[dict[Annotated[TrainerName, Field(min_length=1)], Declared]] = TypeAdapter(
    dict[Annotated[TrainerName, Field(min_length=1)], Declared]
)


def declared(environment: Mapping[str, str] = os.environ) -> dict[str, Declared]:
    """By name; none without a file. Raises DeclarationError."""
    if not environment.get(FILE):
        return {}
    path = Path(environment[FILE])
    try:
        read = _FILE.validate_python(tomllib.loads(path.read_text()))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError(f"{FILE}: {path} cannot be read: {error}") from error
    except ValidationError as error:
        raise DeclarationError(f"{FILE}: {path}: {first_error(error)}") from error
    found = {name: one.model_copy(update={"name": name}) for name, one in read.items()}
    for one in found.values():
        check_program(one)
    return found


def check_program(one: Declared) -> None:
    """Raises DeclarationError if the program of its command is not there."""
    program = one.command[0]
    if shutil.which(program, path=None) is None and not (one.folder and (one.folder / program).exists()):
        raise DeclarationError(f"{FILE}: {one.name}: there is no program {program}")


def named(name: str) -> Declared:
    """Raises DeclarationError."""
    known = declared()
    if name not in known:
        raise DeclarationError(f"this worker declares no trainer {name!r}{did_you_mean(name, known)}")
    return known[name]
