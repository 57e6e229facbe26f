"""Watching a policy act: a worker makes a video, which is written to a file."""

import time
from pathlib import Path
from typing import Annotated

import typer

from gsl.cli.options import AsJson, RunId, connect
from gsl.cli.outcomes import Exit, Failure
from gsl.cli.output import emit, say
from gsl.client.api import Client
from gsl.client.models import Video
from gsl.protocol.jobs import ENDED

_LOOK_EVERY_S = 1.0

Variation = Annotated[int, typer.Option(help="A training variation of the run, or a held-out one.", min=0)]
Checkpoint = Annotated[
    int | None, typer.Option(help="Number of a stored checkpoint; the newest of the run's own policy if left out.")
]
Sampled = Annotated[bool, typer.Option("--sampled", help="Sample actions instead of taking the most probable ones.")]
Seed = Annotated[int, typer.Option(help="Of the episodes and of sampled actions.", min=0)]
Episodes = Annotated[int, typer.Option(help="Episodes, one after the other.", min=1)]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="The video; every step is written beside it, as .json.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]


def video(
    context: typer.Context,
    run: RunId,
    variation: Variation,
    checkpoint: Checkpoint = None,
    sampled: Sampled = False,
    seed: Seed = 0,
    episodes: Episodes = 1,
    output: Output = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Film a policy on a variation, wait for the video and write it, as MP4, with every step as JSON."""
    path = output or Path(f"run-{run}-variation-{variation}.mp4")
    files = (path, path.with_suffix(".json"))
    if taken := [file for file in files if file.exists() and not force]:
        raise Failure(f"{taken[0]} exists; --force replaces it.")
    with connect(context) as api:
        policy = api.policy_file(run).id if checkpoint is None else checkpoint
        asked = api.ask_for_video(run, policy, variation, deterministic=not sampled, seed=seed, episodes=episodes)
        made = _made(api, asked)
        stored = {file.id: file for file in api.artifacts(run)}
        for number, file in zip((made.file_id, made.trace_id), files, strict=True):
            api.download(stored[number or 0], file)
    if as_json:
        emit(made.model_dump(mode="json"))
    else:
        say(_told(made))
        say(f"{files[0]} and {files[1]}")


def _made(api: Client, asked: Video) -> Video:
    """The video, once it has been made. Raises Failure if it cannot be."""
    while asked.status not in ENDED:
        time.sleep(_LOOK_EVERY_S)
        asked = api.video(asked.run_id, asked.id)
    if asked.status != "succeeded":
        why = (asked.error or "no reason given").strip().splitlines()[-1]
        raise Failure(f"Video {asked.id} {asked.status}: {why}", Exit.FAILED)
    return asked


def _told(made: Video) -> str:
    told = [f"return {one.total:.4g} in {one.length} steps" for one in made.watched or () if one.total is not None]
    return f"{made.checkpoint_job}, epoch {made.checkpoint_epoch}, on {made.name}: {'; '.join(told)}"
