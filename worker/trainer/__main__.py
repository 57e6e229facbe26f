"""The trainer: one process, files in and files out.

    python -m gsl.worker.trainer FOLDER            works in a job's folder, as the runner starts it
    python -m gsl.worker.trainer job.json          works by itself in a temporary folder and prints its reports
    python -m gsl.worker.trainer FOLDER FOLDER ... several jobs; training jobs that are alike train as one (jobs.py)

It never uses the network. Exit codes: 0 the job has completed; 75 it stopped on request and resumes from resume.ckpt
(evaluation and demonstration jobs start over); anything else is a failure, with its traceback on stderr. Of several
jobs each has its code in its folder, in `exit`, and its log, with its traceback, in trainer.log; the process's own code
is that of a failure if any job failed, else 75 if any stopped.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gsl.worker.job.folder import EXIT_ENDED, EXIT_FAILED, EXIT_STOPPED, JobFile, JobFolder
from gsl.worker.job.process import name_process
from gsl.worker.trainer.external.process import TrainerKilled
from gsl.worker.trainer.job import run
from gsl.worker.trainer.jobs import run_jobs
from gsl.worker.trainer.member_log import FORMAT, MemberLog
from gsl.worker.trainer.population import Outcome
from gsl.worker.trainer.stop import StopRequest, listen

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gsl.worker.trainer", description=__doc__.split("\n", 1)[0])
    parser.add_argument("job", type=Path, nargs="+", help="a job's folder, or a job.json to run by itself")
    name_process("gsl-trainer")
    given: list[Path] = parser.parse_args(arguments).job
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler if len(given) == 1 else MemberLog(handler)])
    folders = [JobFolder(path) if path.is_dir() else _folder_for(path) for path in given]
    stops = [StopRequest(folder.stop, folder.alive) for folder in folders]
    listen(stops)
    if len(folders) == 1:
        return _run(folders[0], stops[0], echo=not given[0].is_dir())
    return _code_of_all(run_jobs(folders, stops))


def _run(folder: JobFolder, stop: StopRequest, *, echo: bool) -> int:
    """A trainer of somebody's own that a signal has ended ends this process with the same code: its job is lost."""
    try:
        return run(folder, stop, echo=echo)
    except TrainerKilled as killed:
        log.error("%s", killed)
        return killed.code


def _code_of_all(outcomes: Sequence[Outcome]) -> int:
    if any(isinstance(outcome, Exception) for outcome in outcomes):
        return EXIT_FAILED
    return EXIT_STOPPED if EXIT_STOPPED in outcomes else EXIT_ENDED


def _folder_for(file: Path) -> JobFolder:
    """A temporary folder for a job.json; the job's inputs stay where they are."""
    job = JobFile.model_validate_json(file.read_text())
    base = file.resolve().parent
    folder = JobFolder(Path(tempfile.mkdtemp(prefix="gsl-job-")))
    folder.write_job(
        job.model_copy(
            update={
                "source": str(base / job.source) if job.source else None,
                "demonstrations": tuple(str(base / name) for name in job.demonstrations),
                "teachers": tuple(each.model_copy(update={"path": str(base / each.path)}) for each in job.teachers),
            }
        )
    )
    log.info("working in %s", folder.path)
    return folder


if __name__ == "__main__":
    sys.exit(main())
