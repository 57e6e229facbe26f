"""Settings of the method: plateau, specialists, demonstrations, evaluation, gate, fine-tuning, budget."""

from typing import Literal

from gsl.config.base import Settings, setting


class PlateauSettings(Settings):
    """Criterion H: over the last window the figure surely rose by no more than the margin."""

    metric: Literal["return", "success"] = setting("return", "Which mean training figure is watched.")
    sigma: float = setting(
        3.0,
        "Deviation of the Gaussian that smooths the figure over all epochs so far, each weighed by its episodes.",
        unit="epochs",
        ge=0,
        le=1000,
    )
    window: int = setting(
        20,
        "How long the figure must not improve; 30 % of the generalist's share of the budget did well on real curves.",
        unit="epochs",
        ge=2,
        le=100_000,
    )
    margin: float = setting(
        0.05,
        "How much improvement within the window still counts as none. As a share it should stay below the window's "
        "part of the budget: a steady rise over everything gains just that part in a window.",
        ge=0,
    )
    margin_mode: Literal["fraction", "absolute"] = setting(
        "fraction", "Whether the margin is a share of the range seen so far or a figure of its own."
    )
    confidence: float = setting(
        0.95,
        "How sure it must be that the window's trend rises by no more than the margin; noise of few episodes makes it "
        "wait.",
        ge=0.5,
        lt=1,
    )
    min_epochs: int = setting(20, "Epochs before which no plateau may start.", unit="epochs", ge=0, le=1_000_000)
    rewind: bool = setting(False, "Whether specialists start from the checkpoint where the plateau began.")


class SpecialistSettings(Settings):
    """How many specialists there are, what they train on and how they start."""

    count: int = setting(4, "How many specialists are trained.", unit="specialists", ge=1, le=1000)
    variations_each: int = setting(
        1, "Lowest variations each specialist trains on.", unit="variations", ge=1, le=10_000
    )
    selection: Literal["mean", "upper_bound", "gain", "lower_bound"] = setting(
        "mean",
        "Who gets specialists: the lowest by mean return; those with the lowest upper confidence bound, which are "
        "surely low; or, by gain, those that are low and moved in training. lower_bound prefers what is merely "
        "uncertain and is kept for runs made before.",
    )
    confidence: float = setting(0.9, "Confidence of the bounds.", gt=0.5, lt=1)
    leave_out_at: float | None = setting(
        None,
        "Score (0 to 1: success, or normalised return) in the gate's evaluation from which a variation gets no "
        "specialist; fewer are trained where too few lie below. Empty leaves none out.",
        gt=0,
        le=1,
    )
    partition: Literal["random", "balanced", "clustered"] = setting(
        "random",
        "Whether variations are dealt to specialists at random, balanced by return, or in equal clusters of those that "
        "are alike in return and in what the policy makes of them.",
    )
    start: Literal["clone", "clone_fresh_head", "scratch"] = setting(
        "clone", "Whether a specialist starts as the generalist, with a fresh policy head, or from nothing."
    )
    steps: int = setting(500_000, "Environment steps of each specialist, in each cycle.", unit="steps", ge=1)
    rungs: int = setting(
        1,
        "Rungs of successive halving: all specialists' steps are dealt in this many equal parts. After each rung the "
        "half that gained most trains on with the steps of those that stop; one that gained nothing always stops. "
        "1 gives every specialist the same steps.",
        unit="rungs",
        ge=1,
        le=8,
    )
    lowest_steps: int = setting(
        0,
        "Steps for which the generalist is first trained on all the lowest variations, before specialists are cloned "
        "from it; 0 leaves that out.",
        unit="steps",
        ge=0,
    )
    ent_coef: float | None = setting(None, "Entropy bonus of specialists; empty takes the learner's.", ge=0, le=10)
    learning_rate: float | None = setting(None, "Step size of specialists; empty takes the learner's.", gt=0, le=1)
    stop_at_plateau: bool = setting(False, "Whether a specialist that plateaus ends before its budget.")
    solved_at: float | None = setting(
        None, "Score (0 to 1: success, or normalised return) at which a specialist is done; empty never.", ge=0, le=1
    )
    min_share: float = setting(
        0.5, "Share of specialists that must end well; with fewer the run asks before it goes on.", ge=0, le=1
    )


class DemonstrationSettings(Settings):
    """Which episodes of specialists and generalist are kept to fine-tune on."""

    per_variation: int = setting(
        20, "Episodes kept of each variation of a specialist.", unit="episodes", ge=1, le=10_000
    )
    generalist_per_variation: int = setting(
        20, "Episodes kept of each variation that the generalist demonstrates.", unit="episodes", ge=0, le=10_000
    )
    max_tries: int = setting(100, "Episodes tried at most on each variation.", unit="episodes", ge=1, le=100_000)
    filter: Literal["success", "return"] = setting(
        "success",
        "Keep successful episodes, or by return: of a specialist those above the generalist's evaluated mean, of the "
        "generalist itself those that reach it and score above 0. The mean is corrected for chance and selection.",
    )
    weight: Literal["none", "return", "advantage"] = setting(
        "none",
        "How often a step is learned from beside others of its variation: alike, the more the better its episode, or "
        "the more the better it went on from it. Variations count alike in any case.",
    )
    deterministic: bool = setting(False, "Whether the most probable action is taken instead of a sampled one.")


class EvaluationSettings(Settings):
    """Fresh episodes that measure every training variation and a sample of the held-out ones."""

    episodes: int = setting(10, "Episodes on each variation.", unit="episodes", ge=1, le=10_000)
    every_epochs: int = setting(0, "Evaluate during training every so many epochs; 0 never.", unit="epochs", ge=0)
    held_out_sample: int = setting(20, "Held-out variations measured at most.", unit="variations", ge=0, le=100_000)
    deterministic: bool = setting(False, "Whether the most probable action is taken instead of a sampled one.")


class GateSettings(Settings):
    """Who decides between plateau and specialists."""

    mode: Literal["ask", "auto"] = setting(
        "ask", "Whether a person approves the specialists or they start by themselves."
    )
    optimal_score: float | None = setting(
        None,
        "Score (0 to 1: success, or normalised return) from which the generalist needs no specialists; empty never.",
        ge=0,
        le=1,
    )


class FinetuneSettings(Settings):
    """What differs from the learner's settings while the generalist is fine-tuned."""

    ent_coef: float | None = setting(None, "Entropy bonus of fine-tuning; empty takes the learner's.", ge=0, le=10)
    learning_rate: float | None = setting(None, "Step size of fine-tuning; empty takes the learner's.", gt=0, le=1)


class CycleSettings(Settings):
    """How often specialists and fine-tuning follow one another; the fine-tuned policy is the next cycle's generalist.

    The stop rule is that of UniDexGrasp++ (Wan et al. 2023), which ends when a cycle gains less than 0.5 %.
    """

    count: int = setting(1, "Cycles at most.", unit="cycles", ge=1, le=100)
    min_gain: float | None = setting(
        0.005,
        "Score (0 to 1: success, or normalised return) by which a cycle must raise the evaluation for another one to "
        "follow; empty goes on whatever it gained.",
        ge=-1,
        le=1,
    )
    finetune_steps: int | None = setting(
        None,
        "Environment steps of each fine-tuning but the last, which gets what is left; empty shares evenly.",
        unit="steps",
        ge=1,
    )


class BudgetSettings(Settings):
    """Environment steps: of the whole run, and of the generalist before the gate."""

    total_steps: int = setting(2_000_000, "Environment steps of the whole run, everything counted.", unit="steps", ge=1)
    generalist_steps: int = setting(
        500_000, "Steps after which the generalist goes to the gate even without a plateau.", unit="steps", ge=1
    )
