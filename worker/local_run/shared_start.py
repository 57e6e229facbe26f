"""The training that the plain generalist and the method have in common: everything up to the method's first gate.

Both begin as the same job with the same seed; training does not depend on where the job ends. So the plain generalist
can resume from the method's last checkpoint before the gate with exactly the same results, and the steps count in the
ledgers of both. Nothing is shared where this equality is not certain:

- with a learner other than PPO: the last checkpoint has no replay, and phases are completed at a job's end;
- if the method's job left out a scheduled evaluation because its budget was used up.
"""

import shutil

from pydantic import ValidationError

from gsl.config.learners import PPO
from gsl.config.run import RunConfig
from gsl.phases import RunState, plan
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import EpochReport, EvaluationReport
from gsl.worker.job import checkpoint
from gsl.worker.job.folder import JobFolder
from gsl.worker.job.spool import read_all


def methods_start(spec: JobSpec) -> JobSpec | None:
    """The method's first job, if the plain generalist's job `spec` can resume from its end; None otherwise."""
    config = spec.config
    if config.arm != "generalist" or spec.kind != "generalist" or spec.source is not None:
        return None
    if not isinstance(config.learner, PPO):
        return None
    try:
        method = RunConfig.model_validate(config.model_dump() | {"arm": "gsl"})
    except ValidationError:  # a budget that is only enough for a plain generalist
        return None
    [first] = plan(method, RunState()).jobs
    return first if _same_training(first, spec) and first.budget_steps <= spec.budget_steps else None


def begin_with(folder: JobFolder, ended: JobFolder, spec: JobSpec) -> bool:
    """Let the job of `folder`, if it has not begun, resume from the end of the method's job; whether it will."""
    if folder.resume.exists() or not ended.result.exists() or not _evaluated_when_due(ended, spec.config):
        return False
    state = checkpoint.load(ended.resume)
    state["progress"]["outcome"] = None
    folder.path.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ended.spool, folder.spool)
    checkpoint.save(folder.resume, state)
    return True


def _same_training(one: JobSpec, other: JobSpec) -> bool:
    """Whether both jobs train in the same way until one of them ends."""
    ends = {"budget_steps", "stop_at_plateau", "config"}
    return one.model_dump(exclude=ends) == other.model_dump(exclude=ends)


def _evaluated_when_due(folder: JobFolder, config: RunConfig) -> bool:
    every, epochs, evaluated = config.evaluation.every_epochs, 0, set[int]()
    for line in read_all(folder.spool):
        if isinstance(line, EpochReport):
            epochs = line.epoch
        elif isinstance(line, EvaluationReport):
            evaluated.add(line.epoch)
    return not every or evaluated >= set(range(every, epochs + 1, every))
