"""Settings of the method: specialists, demonstrations, evaluation, gate, fine-tuning, cycles, budget."""

from typing import Literal

from gsl.config.base import Settings, setting


class SpecialistSettings(Settings):
    """How many specialists there are, what they train on, and how they start."""

    count: int = setting(
        4, "Number of specialists trained in each cycle; they run in parallel.", unit="specialists", ge=1, le=1000
    )
    variations_each: int = setting(
        1,
        "Number of the lowest variations that each specialist trains on. More variations need more steps per "
        "specialist.",
        unit="variations",
        ge=1,
        le=10_000,
    )
    selection: Literal["mean", "upper_bound", "gain", "lower_bound"] = setting(
        "mean",
        "How variations are selected for specialists. mean: lowest mean return. upper_bound: lowest upper confidence "
        "bound, so only variations that are certainly low. gain: low variations that improved during training. "
        "lower_bound: lowest lower confidence bound, which prefers uncertain variations; only for older runs.",
    )
    confidence: float = setting(
        0.9, "Confidence level of the bounds that upper_bound and lower_bound use.", gt=0.5, lt=1
    )
    leave_out_at: float | None = setting(
        None,
        "Variations with at least this score in the gate's evaluation get no specialist (0 to 1: success rate or "
        "normalised return). If too few are below it, fewer specialists are trained. Empty: no limit.",
        gt=0,
        le=1,
    )
    partition: Literal["random", "balanced", "clustered"] = setting(
        "random",
        "How the selected variations are divided among specialists. random: at random. balanced: with similar mean "
        "returns. clustered: variations with similar returns and policy features go to the same specialist.",
    )
    start: Literal["clone", "clone_fresh_head", "scratch"] = setting(
        "clone",
        "Initial policy of a specialist. clone: a copy of the generalist. clone_fresh_head: a copy with a "
        "re-initialised policy head, which explores more. scratch: a new network.",
    )
    steps: int = setting(
        500_000,
        "Environment steps of each specialist in each cycle, including its evaluations.",
        unit="steps",
        ge=1,
    )
    rungs: int = setting(
        1,
        "Rungs of successive halving. The steps are divided equally among the rungs; after each rung the half with the "
        "largest gains continues with the steps of those that stop. Specialists without any gain always stop. 1 turns "
        "halving off.",
        unit="rungs",
        ge=1,
        le=8,
    )
    lowest_steps: int = setting(
        0,
        "Environment steps for training the generalist on all the lowest variations before specialists are cloned from "
        "it. 0 skips this.",
        unit="steps",
        ge=0,
    )
    ent_coef: float | None = setting(
        None,
        "Entropy bonus of specialists. Increase it if they stop exploring too early. Empty: as in the learner.",
        ge=0,
        le=10,
    )
    learning_rate: float | None = setting(
        None, "Adam's learning rate for specialists. Empty: as in the learner.", gt=0, le=1
    )
    stop_at_plateau: bool = setting(
        False, "Stop a specialist when it reaches a plateau by the criterion above, which saves the rest of its steps."
    )
    solved_at: float | None = setting(
        None,
        "Stop a specialist when its evaluation reaches this score (0 to 1: success rate or normalised return). Empty: "
        "never.",
        ge=0,
        le=1,
    )
    min_share: float = setting(
        0.5,
        "Share of specialists that must succeed. With fewer, the run asks you before it continues, also in auto mode.",
        ge=0,
        le=1,
    )


class DemonstrationSettings(Settings):
    """Which episodes of specialists and generalist are kept for fine-tuning."""

    record: Literal["episodes", "history"] = setting(
        "episodes",
        "What is recorded. episodes: those that the trained policies play. history: what a specialist did while it "
        "learnt, from its first steps to its last, evenly spaced; only the guide Distillation learns from that.",
    )
    histories: int = setting(
        4,
        "Learning histories to keep of each variation of a specialist, each of another environment. Only for record: "
        "history.",
        unit="histories",
        ge=1,
        le=1000,
    )
    per_variation: int = setting(
        20,
        "Episodes to keep of each variation that a specialist demonstrates, or of each of its histories.",
        unit="episodes",
        ge=1,
        le=10_000,
    )
    generalist_per_variation: int = setting(
        20,
        "Episodes to keep of each variation that has no specialist; the generalist demonstrates these so that it does "
        "not forget them. 0: none.",
        unit="episodes",
        ge=0,
        le=10_000,
    )
    max_tries: int = setting(
        100,
        "Most episodes to record per variation. Increase it if the filter rejects most of them.",
        unit="episodes",
        ge=1,
        le=100_000,
    )
    filter: Literal["success", "return"] = setting(
        "success",
        "Which episodes are kept. success: successful ones. return: a specialist's episodes with a higher return than "
        "the generalist's evaluated mean, and the generalist's own that reach this mean and a score above 0. The mean "
        "is corrected for noise and for the selection of low variations.",
    )
    weight: Literal["none", "return", "advantage"] = setting(
        "none",
        "How demonstrated steps of one variation are weighted. none: equally. return: by their episode's return. "
        "advantage: by how much better the episode went from that step on. Every variation has the same total weight.",
    )
    deterministic: bool = setting(
        False, "Record the policy's most likely action instead of a sampled one. Demonstrations then vary less."
    )


class EvaluationSettings(Settings):
    """Fresh episodes that measure every training variation and a sample of the held-out ones."""

    episodes: int = setting(
        10,
        "Episodes per variation. More episodes measure more precisely and cost more steps.",
        unit="episodes",
        ge=1,
        le=10_000,
    )
    every_epochs: int = setting(
        0, "Number of epochs between evaluations during training; 0 turns them off.", unit="epochs", ge=0
    )
    held_out_sample: int = setting(
        20,
        "Most held-out variations to evaluate, the same ones in every evaluation. Their steps do not count towards the "
        "budget.",
        unit="variations",
        ge=0,
        le=100_000,
    )
    deterministic: bool = setting(
        False, "Evaluate the policy's most likely action instead of a sampled one. Changes every score of the run."
    )


class GateSettings(Settings):
    """Who decides between plateau and specialists."""

    mode: Literal["ask", "auto"] = setting(
        "ask", "ask: a person approves or edits the proposed specialists. auto: the proposal is approved at once."
    )
    deadline_hours: float | None = setting(
        None,
        "Hours that the run waits for a person at its gate; then at_deadline decides. Empty: as long as it takes.",
        unit="hours",
        gt=0,
        le=8760,
    )
    at_deadline: Literal["approve", "reject", "keep waiting"] = setting(
        "keep waiting",
        "What happens when deadline_hours have passed. approve: the specialists start as proposed. reject: the run "
        "ends without them. keep waiting: webhooks are told once more.",
    )
    policy: str | None = setting(
        None,
        "Policy of the server that may approve the proposal by itself; a person is asked if it does not. Empty: none.",
        max_length=50,
    )
    policy_version: int | None = setting(
        None, "Version of the policy. Empty: the newest one when the gate opens.", ge=1
    )
    optimal_score: float | None = setting(
        None,
        "End the run without further specialists once the generalist's evaluation reaches this score (0 to 1: success "
        "rate or normalised return). Empty: never.",
        ge=0,
        le=1,
    )


class FinetuneSettings(Settings):
    """Settings of the learner that differ while the generalist is fine-tuned."""

    ent_coef: float | None = setting(None, "Entropy bonus during fine-tuning. Empty: as in the learner.", ge=0, le=10)
    learning_rate: float | None = setting(
        None,
        "Adam's learning rate during fine-tuning. Reduce it if the generalist forgets. Empty: as in the learner.",
        gt=0,
        le=1,
    )


class CycleSettings(Settings):
    """How often specialists and fine-tuning are repeated; the fine-tuned policy is the next cycle's generalist.

    The stop rule is that of UniDexGrasp++ (Wan et al. 2023), which ends when a cycle gains less than 0.5 %.
    """

    count: int = setting(
        1, "Most cycles of specialists and fine-tuning; they share the run's budget.", unit="cycles", ge=1, le=100
    )
    min_gain: float | None = setting(
        0.005,
        "End the run when a cycle raises the evaluated score by less than this (0 to 1: success rate or normalised "
        "return). Empty: run all cycles.",
        ge=-1,
        le=1,
    )
    finetune_steps: int | None = setting(
        None,
        "Environment steps of fine-tuning in every cycle but the last, which gets the rest of the budget. Empty: the "
        "cycles share the rest equally.",
        unit="steps",
        ge=1,
    )


class BudgetSettings(Settings):
    """Environment steps of the whole run, and of the generalist before the gate."""

    total_steps: int = setting(
        2_000_000,
        "Environment steps of the whole run: training, specialists, demonstrations, fine-tuning and the evaluations at "
        "gates. Use the same total for runs that you compare.",
        unit="steps",
        ge=1,
    )
    generalist_steps: int = setting(
        500_000,
        "Most environment steps of the generalist before the gate, which opens even if there is no plateau yet.",
        unit="steps",
        ge=1,
    )
