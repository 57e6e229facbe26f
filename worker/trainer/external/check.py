"""Does a trainer of somebody's own keep to the protocol? Every kind of work at a tiny budget, and a stop in between.

    python -m gsl.worker.trainer.external.check NAME [settings as JSON]

`gsl trainer check` starts this. Exit code 1 if something is wrong, which it says.
"""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gsl.config.errors import first_error
from gsl.config.run import RunConfig
from gsl.protocol.jobs import CheckpointSource, JobSpec
from gsl.protocol.reports import EpochReport
from gsl.worker.job.checkpoint import CheckpointError
from gsl.worker.job.declared_trainers import DeclarationError
from gsl.worker.job.folder import EXIT_ENDED, JobFile, JobFolder
from gsl.worker.job.spool import read_all
from gsl.worker.trainer.external.process import TrainerError
from gsl.worker.trainer.job import run
from gsl.worker.trainer.stop import StopRequest

EPOCHS = 4
_OUT_OF_REACH = 1e30
"""A return."""


def tiny(trainer: str, changes: dict[str, Any]) -> RunConfig:
    """A run with the trainer that takes seconds; `changes` are to its suite and learner. Raises ValidationError."""
    suite = {"name": "external", "variations": 4, "held_out": 1, "longest_episode": 100} | changes.get("suite", {})
    learner = {"name": "external", "trainer": trainer, "num_envs": 4, "num_steps": 64} | changes.get("learner", {})
    rest = {
        "arm": "generalist", "guide": {"name": "own"}, "evaluation": {"episodes": 2},
        "demonstrations": {"filter": "return"},
    }  # fmt: skip
    budget = {"total_steps": 10**9, "generalist_steps": 10**8}
    return RunConfig.model_validate({"suite": suite, "learner": learner, "budget": budget, **rest})


class Check:
    """One trainer's, step by step; each works in a folder of its own."""

    def __init__(self, config: RunConfig, folder: Path) -> None:
        self._config, self._folder = config, folder

    def steps(self) -> Iterator[str]:
        """Each that went well, as it ends. Raises TrainerError and DeclarationError."""
        whole = self._done("generalist")
        yield f"train: {EPOCHS} epochs, {sum(report.episodes for report in _epochs(whole))} episodes, a checkpoint"
        broken = self._interrupted()
        same = [report.returns for report in _epochs(whole)] == [report.returns for report in _epochs(broken)]
        yield "stop and resume: " + ("the same returns as without a stop" if same else "other returns than without")
        self._done("evaluation", source=whole)
        yield "evaluate: every variation as often as asked, held-out ones too"
        first = self._config.suite.training_variations()[:1]
        specialist = self._done("specialist", source=whole, variations=first, index=1, start="clone")
        yield "train a specialist from the checkpoint, and evaluate it"
        some = self._config.suite.training_variations()[:2]
        least = dict(zip(some, (-_OUT_OF_REACH, _OUT_OF_REACH), strict=False))
        shown = self._done("demonstrations", source=specialist, variations=some, index=1, thresholds=least)
        yield "demonstrate: only episodes that are worth it are kept, and their file is there"
        files = tuple(str(path) for path in shown.path.glob("*.npz"))
        self._done("finetune", source=whole, start="clone", demonstrations=files)
        yield "fine-tune from the checkpoint, with the demonstrations"

    def _interrupted(self) -> JobFolder:
        """Stopped after its first epochs, and resumed."""
        folder, stop = self._job("generalist", name="stopped"), _StopAfter(2)
        stop.folder = folder
        run(folder, stop)
        if folder.result.exists():
            raise TrainerError("trained to the end although it was told to stop")
        self._run(folder)
        return folder

    def _done(self, kind: str, **job: Any) -> JobFolder:
        folder = self._job(kind, **job)
        self._run(folder)
        return folder

    def _run(self, folder: JobFolder) -> None:
        if run(folder, StopRequest()) != EXIT_ENDED:
            raise TrainerError("stopped although nobody asked for it")

    def _job(
        self,
        kind: str,
        *,
        name: str = "",
        source: JobFolder | None = None,
        demonstrations: Sequence[str] = (),
        **more: Any,
    ) -> JobFolder:
        config = self._config
        training = kind in ("generalist", "specialist", "finetune")
        reserve = config.evaluation.episodes * config.suite.max_episode_steps * 4 if kind == "specialist" else 0
        spec = JobSpec.model_validate(
            {
                "key": f"{kind}-1", "kind": kind, "config": config, "seed": 5, "index": 0,
                "variations": config.suite.training_variations(), "held_out": config.suite.held_out_variations(),
                "budget_steps": EPOCHS * config.learner.batch_size + reserve if training else 0,
                "evaluations_count": kind in ("evaluation", "specialist"),
                "source": CheckpointSource(job="generalist-1") if source else None,
            }
            | more
        )  # fmt: skip
        folder = JobFolder(self._folder / (name or spec.key))
        folder.path.mkdir()
        path = str(source.resume) if source else None
        folder.write_job(JobFile(spec=spec, source=path, demonstrations=tuple(demonstrations)))
        return folder


class _StopAfter(StopRequest):
    """A request to stop once so many epochs have been reported."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._epochs = epochs
        self.folder: JobFolder | None = None

    @property
    def requested(self) -> bool:
        return self.folder is not None and len(_epochs(self.folder)) >= self._epochs


def _epochs(folder: JobFolder) -> list[EpochReport]:
    return [line for line in read_all(folder.spool) if isinstance(line, EpochReport)]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("trainer", help="its name among the declared ones")
    parser.add_argument("changes", nargs="?", default="{}", help="settings of suite and learner, as JSON")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="gsl-check-") as folder:
        try:
            for done in Check(tiny(given.trainer, json.loads(given.changes)), Path(folder)).steps():
                print(f"ok  {done}", flush=True)
        except ValidationError as error:
            return _wrong(first_error(error))
        except (TrainerError, DeclarationError, CheckpointError, ValueError) as error:
            return _wrong(str(error))
    return 0


def _wrong(what: str) -> int:
    print(f"wrong  {what}", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
