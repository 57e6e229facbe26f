"""The command `gsl slurm`: its options, and looking again and again."""

import re
import signal
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gsl.cli.machine import IDLE_SECONDS, ServerUrl, Token
from gsl.cli.options import connect
from gsl.cli.outcomes import Exit, Failure
from gsl.cli.output import say, warn
from gsl.cli.slurm.batch import SlurmError
from gsl.cli.slurm.demand import Kind
from gsl.cli.slurm.job import SHORTEST_MIN, WorkerJob, template_of
from gsl.cli.slurm.keeper import Keeper, alone, state_folder
from gsl.cli.text import plain
from gsl.client.errors import Unreachable

Most = Annotated[int, typer.Option("--most", help="Workers at most, pending ones included.", min=1, max=10_000)]
Name = Annotated[str, typer.Option("--name", help="Of the workers' jobs, by which they are found again.")]
Partition = Annotated[str | None, typer.Option("--partition", help="As of sbatch.")]
Gpus = Annotated[str | None, typer.Option("--gres", help="As of sbatch, for example gpu:1.")]
Cpus = Annotated[int | None, typer.Option("--cpus", help="Cores of each worker.", min=1)]
Memory = Annotated[str | None, typer.Option("--mem", help="As of sbatch, for example 16G.")]
Minutes = Annotated[int, typer.Option("--time", metavar="MINUTES", help="Slurm's limit of a worker.", min=SHORTEST_MIN)]
Slots = Annotated[int | None, typer.Option("--slots", help="Slots of each worker: one for each GPU, or one.", min=1)]
Labels = Annotated[list[str], typer.Option("--label", help="A label that the workers have; may be repeated.")]
Suites = Annotated[list[str], typer.Option("--suite", help="What the workers can run; may be repeated.")]
Idle = Annotated[float, typer.Option("--idle-seconds", help="A worker ends after so long without a job.", min=1)]
Script = Annotated[
    Path | None, typer.Option("--script", help="A script of your own, with `exec {worker}` in it.", metavar="FILE")
]
WorkerFolder = Annotated[
    str, typer.Option("--folder", help="Folder of running jobs' files, preferably on the node's own disk.")
]
Logs = Annotated[Path | None, typer.Option("--logs", help="Folder of the workers' logs; all nodes must see it.")]
Further = Annotated[list[str], typer.Option("--sbatch", metavar="OPTION", help="One more of sbatch; may be repeated.")]
Once = Annotated[bool, typer.Option("--once", help="Look once and end, for cron.")]
Every = Annotated[float, typer.Option("--every", metavar="SECONDS", help="Seconds between looks.", min=1, max=30)]


def slurm(
    context: typer.Context,
    most: Most,
    server: ServerUrl = None,
    token: Token = None,
    name: Name = "gsl-worker",
    partition: Partition = None,
    gres: Gpus = None,
    cpus: Cpus = None,
    memory: Memory = None,
    time: Minutes = 240,
    slots: Slots = None,
    label: Labels = [],  # noqa: B006 - Typer never changes it
    suite: Suites = [],  # noqa: B006 - Typer never changes it
    idle_seconds: Idle = IDLE_SECONDS,
    script: Script = None,
    folder: WorkerFolder = WorkerJob.folder,
    logs: Logs = None,
    sbatch: Further = [],  # noqa: B006 - Typer never changes it
    once: Once = False,
    every: Every = 15.0,
) -> None:
    """Keep workers in a Slurm cluster while jobs wait, and none while none does.

    --server is the server's address for the workers, if it is another one there. docs/slurm.md explains it.
    """
    if not token:
        raise typer.BadParameter("set GSL_WORKER_TOKEN to the server's token for workers, or give --token")
    if not re.fullmatch(r"[\w.+-]{1,60}", name):
        raise typer.BadParameter("must consist of letters, digits and . + - _", param_hint="--name")
    written = (logs or state_folder() / "slurm").resolve()
    written.mkdir(parents=True, exist_ok=True)
    with connect(context) as api, alone(name):
        job = WorkerJob(
            name, server or api.url, time, idle_seconds, slots, label, folder, written, partition, gres, cpus, memory,
            sbatch, template_of(script),
        )  # fmt: skip
        keeper = Keeper(api, Kind(name, most, slots or _gpus(gres), label, suite, idle_seconds), job, token)
        with closing(keeper):
            raise typer.Exit(_once(keeper) if once else _again(keeper, every))


def _gpus(gres: str | None) -> int:
    """GPUs of each worker, which has a slot for each: 2 for gpu:a100:2."""
    found = re.search(r"gpu(?::[\w.-]*[A-Za-z][\w.-]*)?:(\d+)", gres or "")
    return max(1, int(found[1])) if found else 1


def _once(keeper: Keeper) -> Exit:
    try:
        say(plain(keeper.look()))
    except SlurmError as error:
        raise Failure(str(error)) from None
    return Exit.FAILED if keeper.refusal else Exit.OK


def _again(keeper: Keeper, every: float) -> Exit:
    """Until a signal comes; the workers end by themselves. Says what has changed."""
    ended, said = threading.Event(), ""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.is_set():
        try:
            found, tell = keeper.look(), warn if keeper.refusal else say
        except (SlurmError, Unreachable) as error:
            found, tell = str(error), warn
        if found != said:
            tell(f"{datetime.now():%H:%M:%S} {plain(found)}")
            said = found
        ended.wait(every)
    return Exit.OK
