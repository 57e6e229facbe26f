"""What a job is: the words that phases, backend and worker share, and the specification a trainer works from."""

from typing import Annotated, Literal

from pydantic import WrapValidator

from gsl.config.base import Settings, as_stored, setting
from gsl.config.run import RunConfig

JobKind = Literal["generalist", "evaluation", "specialist", "demonstrations", "finetune"]
Phase = Literal["generalist", "evaluation", "gate", "specialists", "finetune"]
JobStatus = Literal["queued", "running", "lost", "paused", "succeeded", "failed", "cancelled"]
RunStatus = Literal[
    "queued", "generalist", "evaluation", "awaiting_approval", "specialists", "finetune",
    "succeeded", "failed", "cancelled", "paused",
]  # fmt: skip
Purpose = Literal["training", "evaluation", "demonstrations", "measurement"]
"""`measurement`: nothing is learned from these steps and nothing selected by them; they stand outside a run's total."""
DesiredState = Literal["run", "pause", "cancel"]
Start = Literal["resume", "clone", "clone_fresh_head", "scratch"]

ENDED: frozenset[str] = frozenset({"succeeded", "failed", "cancelled"})


class CheckpointSource(Settings):
    """Which earlier job's policy a job starts from, and which of its checkpoints."""

    job: str = setting("", "Key of the job in the same run.")
    which: Literal["last", "best", "plateau"] = setting(
        "last", "Its last checkpoint, its best by evaluation, or the one where the plateau began."
    )


class TeacherSource(Settings):
    """Whose policy a guide asks what to do, on which variations."""

    checkpoint: CheckpointSource
    variations: tuple[int, ...] = setting((), "Variations on which it is asked.")


class Work(Settings):
    """One piece of work, but for the run's configuration."""

    key: str = setting("", "Unique in the run: generalist-1, specialist-1-3, demonstrations-1-g ...")
    kind: JobKind = setting("generalist", "What the job does.")
    phase: Phase = setting("generalist", "The phase whose budget it spends.")
    cycle: int = setting(1, "Round of generalist, specialists and fine-tuning.", ge=1)
    index: int = setting(0, "Which specialist, counted from 1; 0 for the generalist.", ge=0)
    variations: tuple[int, ...] = setting((), "Training variations the job may touch.")
    held_out: tuple[int, ...] = setting((), "Held-out variations the job may evaluate, never train on.")
    seed: int = setting(0, "Seed of everything random in the job.", ge=0)
    budget_steps: int = setting(0, "No epoch starts that would exceed this, everything the job spent counted.", ge=0)
    start_steps: int | None = setting(
        None,
        "Steps of the run that were spent when the job was planned: where on the run's schedule it begins. Specialists "
        "of a cycle begin at one place. Empty: the job has a schedule of its own, over its budget.",
        unit="steps",
        ge=0,
    )
    stop_at_plateau: bool = setting(False, "Whether criterion H ends the job.")
    source: CheckpointSource | None = setting(None, "Where the policy comes from; none starts fresh.")
    start: Start = setting(
        "scratch", "Whether learner state goes on whole (resume), is cloned, gets a fresh policy head, or is new."
    )
    demonstrations: tuple[str, ...] = setting((), "Keys of the demonstrations jobs a guide learns from.")
    teachers: tuple[TeacherSource, ...] = setting((), "Policies a guide learns from; no variation has two.")
    evaluations_count: bool = setting(
        True,
        "Whether something is selected by its evaluations of training variations, so that their steps count; those of "
        "held-out variations never do.",
    )
    thresholds: dict[int, float] = setting(
        {}, "Return by variation that a kept demonstration of a specialist exceeds and one of the generalist reaches."
    )


class JobSpec(Work):
    """One piece of work, complete: with its inputs beside it, a trainer needs nothing else."""

    config: Annotated[RunConfig, WrapValidator(as_stored)]

    @property
    def work(self) -> Work:
        return Work.model_validate(self.model_dump(include=set(Work.model_fields)))

    def share_spent(self, job_steps: int) -> float:
        """Of the run's steps once the job took so many; of its own where it does not know its place in the run."""
        if self.start_steps is None:
            return job_steps / self.budget_steps
        return min(1.0, (self.start_steps + job_steps) / self.config.budget.total_steps)
