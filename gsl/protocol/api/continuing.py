"""Going on with a run that had succeeded: the request, and what is offered before it."""

from pydantic import Field

from gsl.protocol.api.base import Answer, Request, example

MOST_STEPS = 10**12


class RunContinue(Request):
    model_config = example({"steps": 200_000, "with_baseline": True, "total_steps": 1_000_000})

    steps: int = Field(
        ge=1,
        le=MOST_STEPS,
        description="Environment steps by which its total rises. With what is left of it, at least an epoch.",
    )
    with_baseline: bool = Field(
        default=False,
        description="Whether its baseline, and the other arms of its seed in its experiment, go on by the same steps: "
        "those that were continued by as much so far. All of them or none.",
    )
    total_steps: int | None = Field(
        default=None,
        ge=1,
        le=2**63 - 1,
        description="The run's total as you saw it: if it is another by now, nothing happens (409), so that a request "
        "that is sent twice counts once.",
    )


class ContinuedWith(Answer):
    """A run of the same seed in the same experiment: the baseline, or another arm."""

    id: int
    name: str
    arm_name: str
    total_steps: int
    spent_steps: int
    continued_steps: int
    comes_along: bool = Field(description="Whether it was continued by as much as the run: `with_baseline` means it.")
    behind_steps: int = Field(description="Steps by which the run was continued, and this one was not yet.")
    why_not: str = Field(description="Why it cannot be continued; empty if it can.")


class ContinuationOffer(Answer):
    """Whether a run can be continued, from what, and together with which others. Nothing is decided."""

    run_id: int
    why_not: str = Field(description="Why it cannot be continued, and what to do instead; empty if it can.")
    policy: str | None = Field(description="Key of the job from whose last checkpoint it would go on.")
    epoch_steps: int | None = Field(description="Environment steps of an epoch: training is in whole ones.")
    least_steps: int | None = Field(description="Fewest steps that it can be continued by.")
    total_steps: int
    spent_steps: int
    seconds_per_step: float | None = Field(
        description="Of its newest training, as measured; null if it was never measured."
    )
    others: tuple[ContinuedWith, ...]
