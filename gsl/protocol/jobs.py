"""What a job is: the terms that phases, backend and worker share, and the specification a trainer works from."""

from typing import Annotated, Literal

from pydantic import WrapValidator

from gsl.config.base import Settings, as_stored, setting
from gsl.config.run import RunConfig

JobKind = Literal["generalist", "evaluation", "specialist", "demonstrations", "finetune", "video"]
Phase = Literal["generalist", "evaluation", "gate", "specialists", "finetune"]
JobStatus = Literal["queued", "running", "lost", "paused", "succeeded", "failed", "cancelled"]
RunStatus = Literal[
    "queued", "generalist", "evaluation", "awaiting_approval", "specialists", "finetune",
    "succeeded", "failed", "cancelled", "paused",
]  # fmt: skip
Purpose = Literal["training", "evaluation", "demonstrations", "measurement", "viewing"]
"""`measurement` and `viewing`: nothing is learned or selected from these steps."""
OUTSIDE: frozenset[str] = frozenset({"measurement", "viewing"})
"""Purposes whose steps do not count towards a run's total."""
VIDEO = "video"
"""The kind of a job that somebody asks for, beside what the run's phases plan: it changes nothing about the run."""
DesiredState = Literal["run", "pause", "cancel"]
Start = Literal["resume", "clone", "clone_fresh_head", "scratch"]

ORIGIN = "origin"
"""In place of a job's key: the checkpoint of another run from which a fork continues."""

ENDED: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})


class CheckpointSource(Settings):
    """The earlier job whose policy a job starts from, and which of its checkpoints."""

    job: str = setting("", "Key of the job in the same run; `origin` for the checkpoint of another run, in a fork.")
    which: Literal["last", "best", "plateau"] = setting(
        "last", "Its last checkpoint, its best by evaluation, or the one at which the plateau began."
    )


class TeacherSource(Settings):
    """A policy that a guide queries, and on which variations."""

    checkpoint: CheckpointSource
    variations: tuple[int, ...] = setting((), "Variations on which it is queried.")


class VideoWork(Settings):
    """What a video shows: episodes of a stored checkpoint's policy on the job's one variation."""

    checkpoint: int = setting(0, "Id of the stored checkpoint.")
    deterministic: bool = setting(True, "Whether the most probable action is taken; if not, actions are sampled.")
    episodes: int = setting(1, "Episodes, one after the other.", ge=1)


class Work(Settings):
    """One piece of work, without the run's configuration."""

    key: str = setting("", "Unique within the run: generalist-1, specialist-1-3, demonstrations-1-g ...")
    kind: JobKind = setting("generalist", "What the job does.")
    phase: Phase = setting("generalist", "The phase whose budget the job spends.")
    cycle: int = setting(1, "Cycle of generalist, specialists and fine-tuning, counted from 1.", ge=1)
    index: int = setting(0, "Number of the specialist, counted from 1; 0 for the generalist.", ge=0)
    variations: tuple[int, ...] = setting((), "Training variations that the job may use.")
    held_out: tuple[int, ...] = setting((), "Held-out variations that the job may evaluate but never train on.")
    seed: int = setting(0, "Seed of all randomness in the job.", ge=0)
    budget_steps: int = setting(0, "Budget of the job; an epoch that would exceed it is not started.", ge=0)
    start_steps: int | None = setting(
        None,
        "Steps the run had spent when the job was planned: where the job starts on the run's schedule. All specialists "
        "of a cycle start at the same place. If empty, the job has its own schedule over its budget.",
        unit="steps",
        ge=0,
    )
    stop_at_plateau: bool = setting(False, "Whether the job ends when criterion H detects a plateau.")
    source: CheckpointSource | None = setting(None, "Where the policy comes from; if empty, it is initialised.")
    start: Start = setting(
        "scratch", "How the learner starts: resumed, cloned, cloned with a fresh policy head, or from scratch."
    )
    demonstrations: tuple[str, ...] = setting((), "Keys of the demonstrations jobs that a guide learns from.")
    teachers: tuple[TeacherSource, ...] = setting((), "Policies a guide learns from, at most one per variation.")
    evaluations_count: bool = setting(
        True,
        "Whether something is selected by evaluations of training variations, so that their steps count. Those of "
        "held-out variations never do.",
    )
    thresholds: dict[int, float] = setting(
        {},
        "Return by variation that demonstrations must exceed (specialist) or reach (generalist) to be kept.",
    )
    video: VideoWork | None = setting(None, "What a video shows; empty for all other jobs.")


class JobSpec(Work):
    """One piece of work in full: besides its input files, a trainer needs nothing else."""

    config: Annotated[RunConfig, WrapValidator(as_stored)]

    @property
    def work(self) -> Work:
        return Work.model_validate(self.model_dump(include=set(Work.model_fields)))

    @property
    def forked(self) -> bool:
        """Whether it starts from a checkpoint of another run."""
        return self.source is not None and self.source.job == ORIGIN

    def share_spent(self, job_steps: int) -> float:
        """Share of the run's steps spent after `job_steps` of the job, or of the job's own without `start_steps`."""
        if self.start_steps is None:
            return job_steps / self.budget_steps
        return min(1.0, (self.start_steps + job_steps) / self.config.budget.total_steps)
