"""The training that the plain generalist and the method have in common: all of it until the method's first gate.

Both begin as the same job with the same seed, of which training sees everything but where it ends. So the plain
generalist may go on from the method's last checkpoint before the gate, exactly (a job goes on number for number), and
what was trained once counts in the ledgers of both. Nothing is shared where that cannot be shown:

- a learner other than PPO: the last checkpoint leaves out a replay, and phases are closed at a job's end;
- a scheduled evaluation that the method's job left out because its budget was at its end.
"""

import shutil

from pydantic import TypeAdapter, ValidationError

from gsl.config.learners import PPO
from gsl.config.run import RunConfig
from gsl.phases import RunState, plan
from gsl.protocol.jobs import JobSpec
from gsl.protocol.reports import EpochReport, EvaluationReport, SpoolLine
from worker.job.folder import JobFolder
from worker.trainer import checkpoint

SPOOL_LINE: TypeAdapter[SpoolLine] = TypeAdapter(SpoolLine)


def methods_start(spec: JobSpec) -> JobSpec | None:
    """The first job of the method in the plain generalist's place; None where `spec` cannot go on from it."""
    config = spec.config
    if config.arm != "generalist" or spec.kind != "generalist" or spec.source is not None:
        return None
    if not isinstance(config.learner, PPO):
        return None
    try:
        method = RunConfig.model_validate(config.model_dump() | {"arm": "gsl"})
    except ValidationError:  # a budget that holds a plain generalist alone
        return None
    [first] = plan(method, RunState()).jobs
    return first if _same_training(first, spec) and first.budget_steps <= spec.budget_steps else None


def begin_with(folder: JobFolder, ended: JobFolder, spec: JobSpec) -> bool:
    """Let the job of `folder`, if it has not begun, go on from where the method's job ended; whether it does."""
    if folder.resume.exists() or not ended.result.exists() or not _evaluated_when_due(ended, spec.config):
        return False
    state = checkpoint.load(ended.resume)
    state["progress"]["outcome"] = None
    folder.path.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ended.spool, folder.spool)
    checkpoint.save(folder.resume, state)
    return True


def _same_training(one: JobSpec, other: JobSpec) -> bool:
    """Whether both differ in nothing that training sees before one of them ends."""
    ends = {"budget_steps", "stop_at_plateau", "config"}
    return one.model_dump(exclude=ends) == other.model_dump(exclude=ends)


def _evaluated_when_due(folder: JobFolder, config: RunConfig) -> bool:
    every, epochs, evaluated = config.evaluation.every_epochs, 0, set[int]()
    for text in folder.spool.read_bytes().splitlines():
        line = SPOOL_LINE.validate_json(text)
        if isinstance(line, EpochReport):
            epochs = line.epoch
        elif isinstance(line, EvaluationReport):
            evaluated.add(line.epoch)
    return not every or evaluated >= set(range(every, epochs + 1, every))
