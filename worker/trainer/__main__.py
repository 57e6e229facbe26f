"""The trainer: one process, one job, files in and files out.

    python -m worker.trainer FOLDER      works in a job's folder, as the runner starts it
    python -m worker.trainer job.json    works by itself in a temporary folder and prints its reports

It never uses the network. Exit codes: 0 the job has completed; 75 it stopped on request and resumes from resume.ckpt
(evaluation and demonstration jobs start over); anything else is a failure, with its traceback on stderr.
"""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from worker.job.folder import JobFile, JobFolder
from worker.job.process import name_process
from worker.trainer.job import run
from worker.trainer.stop import StopRequest

log = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m worker.trainer", description=__doc__.split("\n", 1)[0])
    parser.add_argument("job", type=Path, help="a job's folder, or a job.json to run by itself")
    name_process("gsl-trainer")
    given: Path = parser.parse_args(arguments).job
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    alone = not given.is_dir()
    folder = _folder_for(given) if alone else JobFolder(given)
    stop = StopRequest(folder.stop, folder.alive)
    stop.listen()
    return run(folder, stop, echo=alone)


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
