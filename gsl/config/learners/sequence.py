"""Sequence model: what learning histories are distilled into."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import Problem, refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.learners.ppo import PPO
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class SequenceModel(LearnerSettings):
    """A causal transformer, or a GRU, into which the guide Distillation puts what specialists did; for vectors.

    Generalist and specialists are policies without memory that PPO trains. Fine-tuning then distils the specialists'
    learning histories (Algorithm Distillation, Laskin et al. 2022) or episodes into the sequence model, which acts from
    then on: it remembers its trial, and learns within it, without any gradient step.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.sequence.learner:SequenceModel"
    title: ClassVar[str] = "Sequence model"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"sequences"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "model", "width", "layers", "heads", "context")
    estimates_advantages: ClassVar[bool] = True
    has_memory: ClassVar[bool] = True
    rollout_holds_trials: ClassVar[bool] = False

    name: Literal["sequence"] = "sequence"
    network: Network = setting(
        MLP(width=64, depth=1), "Network of the policies that PPO trains, before distillation: mlp, for vectors."
    )
    model: Literal["transformer", "gru"] = setting(
        "transformer", "Kind of sequence model. transformer: sees its last steps exactly. gru: faster, remembers less."
    )
    width: int = setting(64, "Numbers that the sequence model has for each step.", unit="units", ge=4, le=4096)
    layers: int = setting(2, "Layers of the transformer. Not used by the GRU.", unit="layers", ge=1, le=24)
    heads: int = setting(4, "Attention heads of the transformer; they must divide width.", unit="heads", ge=1, le=64)
    context: int = setting(
        100,
        "Steps that the sequence model learns from at once. The transformer acts by so many of its last steps; two to "
        "four episodes suffice.",
        unit="steps",
        ge=4,
        le=8192,
    )
    dropout: float = setting(
        0.1, "Share of numbers in the transformer that are left out at random while it learns.", ge=0, lt=1
    )
    num_minibatches: int = setting(
        4, "PPO: number of minibatches per pass over an epoch's steps; it must divide num_envs x num_steps.", ge=1,
        le=4096,
    )  # fmt: skip
    update_epochs: int = setting(4, "PPO: passes over an epoch's steps.", unit="passes", ge=1, le=100)
    gamma: float = setting(0.99, "PPO: discount factor of future rewards.", ge=0, le=1)
    gae_lambda: float = setting(0.95, "PPO: lambda of generalised advantage estimation.", ge=0, le=1)
    clip_coef: float = setting(0.2, "PPO: clipping range of the probability ratio.", gt=0, le=10)
    norm_reward: bool = setting(
        False,
        "PPO: divide rewards by the running standard deviation of the discounted return. Helps if they are large.",
    )
    ent_coef: float = setting(0.01, "PPO: weight of the entropy bonus.", ge=0, le=10)
    vf_coef: float = setting(0.5, "PPO: weight of the value loss in the total loss.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "PPO: gradients with a larger norm are scaled down to it.", gt=0, le=1000)

    @model_validator(mode="after")
    def _is_for_vectors_and_divides(self) -> Self:
        problems: list[Problem] = []
        if not isinstance(self.network, MLP):
            reason = "must be mlp for a sequence model, which is for vectors"
            problems.append((("network", "name"), reason, self.network.name))
        if self.width % self.heads:
            problems.append((("heads",), f"must divide width ({self.width})", self.heads))
        if self.batch_size % self.num_minibatches:
            reason = f"must divide num_envs x num_steps ({self.batch_size})"
            problems.append((("num_minibatches",), reason, self.num_minibatches))
        refuse("SequenceModel", problems)
        return self

    def before_distillation(self) -> PPO:
        """The learner of generalist and specialists."""
        shared = set(PPO.model_fields) & set(type(self).model_fields) - {"name"}
        return PPO(**{name: getattr(self, name) for name in shared})
