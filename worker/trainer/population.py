"""Several training jobs in one process. Those that are alike act and learn as one network (`jobs.py`).

Every job keeps its own folder, reports, checkpoints, budget, random numbers and end: one that ends, fails or is stopped
leaves the others. Its numbers differ by rounding from those of the same job alone, and are the same to the last bit
each time that the same jobs train together.
"""

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial

from gsl.worker.experience import Rollout
from gsl.worker.job.folder import EXIT_ENDED, EXIT_FAILED, EXIT_STOPPED, JobFolder
from gsl.worker.job.spool import SpoolWriter, rewind
from gsl.worker.learners.base import Metrics
from gsl.worker.learners.ppo import PPO
from gsl.worker.learners.ppo_population import PPOPopulation
from gsl.worker.rollout.collect import Collected
from gsl.worker.rollout.together import collect_together
from gsl.worker.trainer.member_log import logging_to
from gsl.worker.trainer.stop import Stopped
from gsl.worker.trainer.training import Epoch, Training

log = logging.getLogger(__name__)

Outcome = int | Exception
"""A job's exit code, or why it failed."""


def noted(folder: JobFolder, outcome: Outcome) -> Outcome:
    """The outcome, which is left in the job's folder for whoever started this process."""
    if isinstance(outcome, Exception):
        with logging_to(folder.log):
            log.error("the job failed", exc_info=outcome)
    folder.write_exit(EXIT_FAILED if isinstance(outcome, Exception) else outcome)
    return outcome


class Member:
    """One job of several: its training, its files and its outcome."""

    def __init__(self, folder: JobFolder, begin: Callable[[SpoolWriter], Training]) -> None:
        """Raises what `begin` raises."""
        self._folder = folder
        rewind(folder)
        self._spool = SpoolWriter(folder.spool)
        try:
            self.training = begin(self._spool)
        except BaseException:
            self._spool.close()
            raise
        self.outcome: Outcome | None = None
        self._closed = False

    def attempt(self, step: Callable[[], None]) -> None:
        """Do a step of this job, unless it is over; one that raises is the job's last."""
        if self.outcome is not None:
            return
        try:
            with logging_to(self._folder.log):
                step()
        except Exception as error:  # noqa: BLE001  # whatever ends this job is its outcome, and must leave the others
            self.leave(error)

    def alone(self) -> None:
        """Train to the end, without the others."""
        self.attempt(self._run)

    def _run(self) -> None:
        self._folder.write_result(self.training.run())
        self.end(EXIT_ENDED)

    def leave(self, why: Exception) -> None:
        """The job is over: stopped, or failed."""
        if not isinstance(why, Stopped):
            self.end(why)
            return
        try:
            self.training.stopped()
        except Exception as error:  # noqa: BLE001  # as above
            self.end(error)
        else:
            self.end(EXIT_STOPPED)

    def end(self, outcome: Outcome) -> None:
        """The job is over."""
        self.outcome = noted(self._folder, outcome)
        self.close()

    def close(self) -> None:
        """Close its files and environments; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._spool.close()
        try:
            self.training.close()
        except Exception:  # those of a job that has failed may not close; the outcome is known
            log.exception("the environments of %s did not close", self.training.spec.key)

    @property
    def ended(self) -> Outcome:
        """The outcome of a job that is over."""
        if self.outcome is None:
            raise AssertionError(f"{self.training.spec.key} is not over")
        return self.outcome

    def continues(self) -> bool:
        """Whether another epoch follows; evaluates if that is due, and ends a job that is over."""
        self.attempt(self._finish_or_go_on)
        return self.outcome is None

    def _finish_or_go_on(self) -> None:
        if self.training.ended():
            self._folder.write_result(self.training.finish())
            self.end(EXIT_ENDED)


class Population:
    """Members that train as one, in groups of at most `at_once`."""

    def __init__(self, members: Sequence[Member], at_once: int) -> None:
        self._members, self._at_once = members, at_once
        self._groups: list[_Group] = []
        self._going: list[Member] = []

    def run(self) -> None:
        """Train every member to its end."""
        for member in self._members:
            member.attempt(member.training.begin)
        while going := [member for member in self._members if member.continues()]:
            if going != self._going:
                self._going = going
                for member in going:
                    member.training.checkpoints.jobs = len(going)
                groups = -(-len(going) // self._at_once)
                self._groups = [_Group(going[first::groups]) for first in range(groups)]
            for group in self._groups:
                group.epoch_or_leave()


class _Group:
    """Members whose networks are one."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._join(members)

    def _join(self, members: Sequence[Member]) -> None:
        self._members = tuple(members)
        self._learners = PPOPopulation([_ppo(member) for member in members])

    def _keep(self, members: Sequence[Member]) -> bool:
        """Go on with these of the members; whether there are any."""
        if members and len(members) < len(self._members):
            self._join(members)
        return bool(members)

    def epoch_or_leave(self) -> None:
        """One epoch of every member; what fails in the part that they share is the end of all of them."""
        try:
            self._epoch()
        except Exception as error:  # noqa: BLE001  # other groups go on
            for member in self._members:
                if member.outcome is None:
                    member.leave(error)

    def _epoch(self) -> None:
        started = time.monotonic()
        for member in self._members:
            member.attempt(member.training.check_stop)  # other groups may have taken long
        if not self._keep([member for member in self._members if member.outcome is None]):
            return
        for member in self._members:
            member.training.begin_epoch()
        played = self._play()
        if not self._keep([member for member, _ in played]):
            return
        metrics = self._learn(played)
        seconds = (time.monotonic() - started) / len(self._members)
        for (member, collected), learned in zip(played, metrics, strict=True):
            member.attempt(partial(member.training.end_epoch, Epoch(collected, learned, seconds)))

    def _play(self) -> list[tuple[Member, Collected]]:
        """The rollouts of those who did not fail."""
        trainings = [member.training for member in self._members]
        collected = collect_together(
            [training.loop for training in trainings], self._learners,
            trainings[0].spec.config.learner.num_steps, [training.on_step for training in trainings],
        )  # fmt: skip
        played: list[tuple[Member, Collected]] = []
        for member, result in zip(self._members, collected, strict=True):
            if isinstance(result, Exception):
                member.leave(result)
            else:
                played.append((member, result))
        return played

    def _learn(self, played: Sequence[tuple[Member, Collected]]) -> list[Metrics]:
        def goes_on(index: int) -> bool:
            member = self._members[index]
            member.attempt(member.training.on_step)
            return member.outcome is None

        rollouts: list[Rollout] = [rollout for _, (rollout, _) in played]
        shares = [member.training.share_spent for member in self._members]
        return self._learners.update(rollouts, progress=shares, on_step=goes_on)


def _ppo(member: Member) -> PPO:
    if not isinstance(member.training.learner, PPO):
        raise TypeError(f"only PPO trains as one, not {type(member.training.learner).__name__}")
    return member.training.learner
