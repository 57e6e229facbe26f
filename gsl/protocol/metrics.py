"""What the diagnostics of an epoch mean: those of the learners, of the guides, of every epoch, and of the machine.

Plugins may report others. They are shown under their own names, after these.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["", "nats", "share", "steps", "steps/s", "episodes", "GiB", "cores"]
Group = Literal["training", "system", "other"]
"""What it says something about: learning, the machine, or whatever plugins report."""


@dataclass(frozen=True)
class Metric:
    """A readable name, a unit (empty if there is none) and one line of meaning."""

    title: str
    unit: Unit
    meaning: str
    group: Group = "training"


METRICS: dict[str, Metric] = {
    "policy_loss": Metric("Policy loss", "", "Without entropy bonus and guide"),
    "value_loss": Metric("Value loss", "", "Half the squared error of the predicted returns"),
    "critic_loss": Metric("Critic loss", "", "Half the squared error of the two critics, added up"),
    "value": Metric("Predicted value", "", "Mean return that the critics predict for replayed steps"),
    "explained_variance": Metric(
        "Explained variance", "", "1: returns are predicted exactly; 0: no better than by a mean"
    ),
    "entropy": Metric("Entropy", "nats", "How random the policy's actions are"),
    "temperature": Metric("Temperature", "", "Weight of the entropy against the reward"),
    "step_share": Metric(
        "Share of the longest step", "share", "How much of the step that the KL limit allows TRPO took; 0: none"
    ),
    "surrogate_gain": Metric("Surrogate gain", "", "How much TRPO's step promises to improve the normalised advantage"),
    "approx_kl": Metric("KL divergence", "nats", "How far an update moves the policy from the one that acted"),
    "return_before": Metric("Return before adapting", "", "Mean of the episodes before the inner step"),
    "return_after": Metric("Return after adapting", "", "Mean of the episodes after it, of the same trials"),
    "context_kl": Metric(
        "KL of the context", "nats", "How much the encoder believes to know of a variation, beyond the prior"
    ),
    "clip_fraction": Metric("Clip fraction", "share", "Samples whose policy change was cut off by clipping"),
    "link_kl": Metric("KL to the link", "nats", "How far LEEP's members are from their link, on average"),
    "inference_loss": Metric("Inference loss", "nats", "How badly TE-PPO's embeddings are told from what happens"),
    "embedding_std": Metric(
        "Spread of embeddings", "", "Standard deviation of a task's embeddings, mean over the tasks"
    ),
    "embedding_separation": Metric(
        "Separation of embeddings", "", "Distance of the two most similar tasks, in their standard deviations"
    ),
    "grad_norm": Metric("Gradient norm", "", "Of all parameters, before clipping"),
    "policy_grad_norm": Metric("Policy's gradient norm", "", "Of the policy's parameters; it is not clipped"),
    "critic_grad_norm": Metric("Critics' gradient norm", "", "Of the critics' parameters; it is not clipped"),
    "learning_rate": Metric("Learning rate", "", "Step size of the optimiser"),
    "auxiliary_value_loss": Metric("Auxiliary value loss", "", "Of the policy network's values, in auxiliary phases"),
    "clone_kl": Metric("KL of cloning", "nats", "How far auxiliary phases move the policy; less is better"),
    "model_loss": Metric(
        "Model loss", "", "Of a model of the dynamics: forwards, backwards and, if it says, its uncertainty"
    ),
    "model_error": Metric(
        "Prediction error", "", "Squared error of the standardised change of the state, on known steps"
    ),
    "backward_error": Metric("Backward prediction error", "", "The same, predicted backwards in time"),
    "unseen_error_1_step": Metric(
        "Error on new steps, 1 ahead", "", "Of the predicted state, in squared deviations, before it is learned from"
    ),
    "unseen_error_20_steps": Metric(
        "Error on new steps, 20 ahead", "", "The same after twenty steps that are predicted from the first one on"
    ),
    "model_steps": Metric("Steps for the model", "steps", "Random steps so far, from which the context is learned"),
    "replayed_steps": Metric("Steps in the replay", "steps", "Experience from which batches are drawn"),
    "demonstration_loss": Metric("Demonstration loss", "", "The guide's loss on demonstrations, with its weight"),
    "demonstration_log_prob": Metric(
        "Likelihood of demonstrations", "nats", "Mean log-probability of the demonstrated actions"
    ),
    "demonstration_weight": Metric("Weight of demonstrations", "", "The guide's coefficient, which may decay"),
    "demonstration_value_loss": Metric(
        "Value loss on demonstrations", "", "Half the squared error of the returns predicted for them"
    ),
    "teacher_kl": Metric("KL to specialists", "nats", "How far the policy is from its teachers"),
    "teacher_weight": Metric("Weight of specialists", "", "The guide's coefficient, which may decay"),
    "taught_share": Metric("Steps with a teacher", "share", "Steps on variations that have a specialist"),
    "discriminator_loss": Metric("Discriminator loss", "", "How badly it tells the policy's steps from shown ones"),
    "discriminator_accuracy": Metric(
        "Discriminator accuracy", "share", "50%: the policy's steps look like the demonstrations"
    ),
    "mean_length": Metric("Episode length", "steps", "Mean of the episodes that ended in the epoch"),
    "episodes": Metric("Episodes", "episodes", "How many ended in the epoch"),
    "steps_per_second": Metric("Speed", "steps/s", "Environment steps per second of acting and learning"),
    "system_processor": Metric("Processor", "cores", "Cores that the trainer and its children keep busy", "system"),
    "system_memory": Metric("Memory", "GiB", "Resident, of the trainer and its children", "system"),
    "system_memory_peak": Metric("Peak memory", "GiB", "The most since the trainer started", "system"),
    "system_gpu_use": Metric("GPU use", "share", "Time in which the GPU works, for whichever process", "system"),
    "system_gpu_memory": Metric("GPU memory", "GiB", "Reserved by the trainer on its GPU", "system"),
    "system_gpu_memory_peak": Metric("Peak GPU memory", "GiB", "The most since the trainer started", "system"),
}
"""By the name in reports, in the order of the page."""


SYSTEM = frozenset(name for name, each in METRICS.items() if each.group == "system")
"""Names of what a trainer takes of its machine."""


def metric(name: str) -> Metric:
    """An unknown metric is called by its name."""
    return METRICS.get(name, Metric(name, "", "", "other"))


def in_order(names: set[str]) -> list[str]:
    """In the page's order, unknown names last."""
    places = {name: place for place, name in enumerate(METRICS)}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))
