"""`gsl trainer check`: whether a trainer of your own keeps to the protocol, before a worker declares it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gsl.cli.outcomes import Exit, Failure
from gsl.cli.slots import SAFE_PATH

Program = Annotated[list[str], typer.Argument(metavar="COMMAND...", help="Program and arguments; put -- before them.")]
Folder = Annotated[Path | None, typer.Option("--folder", help="Where it is started; by default here.")]
Arguments = Annotated[
    list[str], typer.Option("--argument", "-a", metavar="NAME=VALUE", help="Told to the trainer; may be repeated.")
]
Variations = Annotated[int, typer.Option("--variations", min=1, help="Training variations, numbered from 0.")]
HeldOut = Annotated[int, typer.Option("--held-out", min=0, help="Held-out variations, numbered after those.")]
Longest = Annotated[int, typer.Option("--longest-episode", min=1, help="Steps after which an episode is cut off.")]
Epoch = Annotated[int, typer.Option("--epoch-steps", min=1, help="Steps of an epoch, of which it trains a few.")]
Environments = Annotated[int, typer.Option("--num-envs", min=1, help="Environments side by side.")]
Success = Annotated[bool, typer.Option("--success", help="Episodes report success.")]


def check(
    command: Program,
    folder: Folder = None,
    argument: Arguments = [],  # noqa: B006 - Typer never changes it
    variations: Variations = 4,
    held_out: HeldOut = 1,
    longest_episode: Longest = 500,
    epoch_steps: Epoch = 1024,
    num_envs: Environments = 4,
    success: Success = False,
) -> None:
    """Have a trainer of your own do every kind of work at a tiny budget, and say what it does wrong.

    For example: gsl trainer check -- python my_trainer.py
    """
    suite = {"variations": variations, "held_out": held_out, "longest_episode": longest_episode, "success": success}
    learner = {"num_envs": num_envs, "num_steps": max(1, epoch_steps // num_envs), "arguments": _told(argument)}
    with tempfile.TemporaryDirectory(prefix="gsl-check-") as place:
        file = Path(place) / "trainers.toml"
        file.write_text(_declaration(command, (folder or Path.cwd()).resolve()))
        asked = [sys.executable, "-m", "gsl.worker.trainer.external.check", "checked"]
        changes = json.dumps({"suite": suite, "learner": learner})
        done = subprocess.run(
            [*asked, changes], env={**os.environ, **SAFE_PATH, "GSL_TRAINERS": str(file)}, check=False
        )
    raise typer.Exit(Exit.OK if done.returncode == 0 else Exit.FAILED)


def _told(arguments: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for one in arguments:
        name, equals, value = one.partition("=")
        if not equals:
            raise Failure(f"--argument {one} must be NAME=VALUE", Exit.USAGE)
        told[name] = value
    return told


def _declaration(command: Sequence[str], folder: Path) -> str:
    """In TOML, whose strings are those of JSON."""
    return f"[checked]\ncommand = {json.dumps(list(command))}\nfolder = {json.dumps(str(folder))}\n"


COMMANDS = {"check": check}
