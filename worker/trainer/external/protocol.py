"""What GSL Lab and a trainer of somebody's own say to each other, version 1. The words are in docs/own-trainer.md.

    order.json      what to do; written before the trainer's command starts with this folder as its last argument
    lines.jsonl     what the trainer says, one JSON object on each line
    answers.jsonl   GSL Lab's answer to each line, in order; the trainer waits for it

All paths are relative to the folder. Exit code 0 says that the order has been done, or ended where it was told to.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gsl.config.learners.external import Argument
from gsl.protocol.keeping import Keeping

VERSION = 1
ORDER, LINES, ANSWERS = "order.json", "lines.jsonl", "answers.jsonl"

Count = Annotated[int, Field(ge=0, le=2**53)]


class Said(BaseModel):
    """Immutable; unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(Said):
    """What the trainer is to do."""

    protocol: int = VERSION
    work: Literal["train", "evaluate", "demonstrate"]
    job: str  # its key in the run
    kind: str  # generalist, specialist, finetune, evaluation, demonstrations
    variations: tuple[int, ...]
    names: dict[int, str]
    suite: dict[str, Any]
    seed: int
    checkpoint: str | None = None  # a file that the trainer saved
    deterministic: bool = False  # how actions are chosen while evaluating and demonstrating
    num_envs: int
    device: Literal["auto", "cpu", "cuda"]
    arguments: dict[str, Argument]
    # train
    resume: bool = False  # whether the checkpoint is this job's own, after `epoch` epochs
    fresh_head: bool = False  # whether a cloned policy's last layer begins anew
    epoch: int = 0
    steps: int = 0
    budget_steps: int | None = None
    epoch_steps: int = 0  # at most in one epoch
    learning_rate: float = 0.0
    ent_coef: float | None = None
    demonstrations: tuple[str, ...] = ()
    # evaluate
    episodes: int = 0  # of each variation
    held_out: tuple[int, ...] = ()
    held_out_episodes: int = 0
    # demonstrate
    keeping: Keeping | None = None
    file: str | None = None  # where demonstrations are to be written


class PlayedEpisode(Said):
    """An episode that has ended."""

    variation: Count
    total: FiniteFloat = Field(alias="return")  # raw and undiscounted
    length: Annotated[int, Field(ge=1, le=2**53)]  # environment steps
    success: bool | None = None
    kept: bool = False  # as a demonstration


class EpochLine(Said):
    """An epoch of training has ended."""

    type: Literal["epoch"]
    steps: Annotated[int, Field(ge=1, le=2**53)]  # of this epoch alone
    episodes: tuple[PlayedEpisode, ...]
    metrics: dict[Annotated[str, Field(min_length=1, max_length=200)], float | None] = Field(default={}, max_length=200)


class SavedLine(Said):
    """The checkpoint that was asked for has been written."""

    type: Literal["saved"]


class EpisodesLine(Said):
    """Episodes of an evaluation or of demonstrations; a job may say several of these."""

    type: Literal["episodes"]
    episodes: tuple[PlayedEpisode, ...]


Line = Annotated[EpochLine | SavedLine | EpisodesLine, Field(discriminator="type")]


class Answer(Said):
    """`go`: on with the next epoch or episodes; `save`: write a checkpoint to `path` and say so; `end`: exit with 0."""

    do: Literal["go", "save", "end"]
    path: str | None = None
