"""Several jobs in one process. Training jobs that are alike train as one, all others one after another."""

import logging
from collections.abc import Hashable, Sequence

from gsl.worker.guides import Guide
from gsl.worker.job import alike
from gsl.worker.job.folder import JobFolder
from gsl.worker.learners.ppo import PPO
from gsl.worker.nets.actor_critic import VectorActorCritic
from gsl.worker.trainer.device import keep_freed_memory, limit_threads
from gsl.worker.trainer.job import run, training_of
from gsl.worker.trainer.member_log import logging_to
from gsl.worker.trainer.population import Member, Outcome, Population, noted
from gsl.worker.trainer.stop import StopRequest
from gsl.worker.trainer.training import Training

log = logging.getLogger(__name__)

AT_ONCE_ON_CPU = 16
"""Members of one product on a CPU: more would not fit its cache."""
TRAINING = frozenset({"generalist", "specialist", "finetune"})


def run_jobs(folders: Sequence[JobFolder], stops: Sequence[StopRequest]) -> list[Outcome]:
    """Run or resume each folder's job. Returns each one's exit code, or the exception with which it failed."""
    begun: list[Member | Outcome] = []
    try:
        for folder, stop in zip(folders, stops, strict=True):
            begun.append(one := _begin(folder, stop))
            if isinstance(one, Member) and (reason := why_alone(one.training)) is not None:
                if len(folders) > 1:
                    log.info("%s trains by itself: %s", one.training.spec.key, reason)
                one.alone()  # before the next begins, since each has environments
        _train([one for one in begun if isinstance(one, Member) and one.outcome is None])
    finally:  # after an interrupt, too
        for one in begun:
            if isinstance(one, Member):
                one.close()
    return [one.ended if isinstance(one, Member) else one for one in begun]


def _begin(folder: JobFolder, stop: StopRequest) -> Member | Outcome:
    """A job that is to be trained, or the outcome of any other."""
    folder.exit.unlink(missing_ok=True)
    try:
        with logging_to(folder.log):
            job = folder.read_job()
            if folder.result.exists() or job.spec.kind not in TRAINING or job.spec.config.learner.is_external:
                return noted(folder, run(folder, stop))
            limit_threads(job.spec.config.learner)
            keep_freed_memory()
            return Member(folder, lambda spool: training_of(job, folder, spool, stop))
    except Exception as error:  # noqa: BLE001  # whatever ends this job is its outcome, and must leave the others
        return noted(folder, error)


def _train(members: Sequence[Member]) -> None:
    for group in _alike(members):
        if len(group) == 1:
            group[0].alone()
            continue
        log.info("%d jobs train as one: %s", len(group), ", ".join(one.training.spec.key for one in group))
        on_cpu = group[0].training.learner.device.type == "cpu"
        Population(group, AT_ONCE_ON_CPU if on_cpu else len(group)).run()


def _alike(members: Sequence[Member]) -> list[list[Member]]:
    """The members in groups that agree in everything that must; says in what others differ from the first."""
    groups: dict[tuple[Hashable, ...], list[Member]] = {}
    agreed = [what_must_agree(member.training) for member in members]
    for member, own in zip(members, agreed, strict=True):
        if differing := [name for name, value in own.items() if value != agreed[0][name]]:
            keys = member.training.spec.key, members[0].training.spec.key
            log.info("%s trains apart from %s: another %s", *keys, " and ".join(differing))
        groups.setdefault(tuple(own.values()), []).append(member)
    return list(groups.values())


def why_alone(training: Training) -> str | None:
    """Why this job cannot be part of a population, or should not; None if it can."""
    learner, spec = training.learner, training.spec
    on_cpu = learner.device.type == "cpu"
    if reason := alike.why_alone(spec, on_cpu, sum(each.numel() for each in learner.network.parameters())):
        return reason
    if not isinstance(learner, PPO) or not isinstance(learner.network, VectorActorCritic):
        return f"{spec.config.learner.title} has code of its own"
    if type(training.guide) is not Guide:
        return f"it learns with {spec.config.guide.name}"
    return None


def what_must_agree(training: Training) -> dict[str, Hashable]:
    """What jobs that train as one have in common, by the names for messages."""
    learner, spec = training.learner, training.spec
    shapes = tuple((name, tuple(one.shape)) for name, one in learner.network.named_parameters())
    own = (learner.ent_coef, learner.learning_rate) if isinstance(learner, PPO) else ()
    return {
        "suite": spec.config.suite.model_dump_json(),
        "learner": spec.config.learner.model_dump_json(),
        "entropy bonus or learning rate": own,
        "network": shapes,
        "device": str(learner.device),
    }
