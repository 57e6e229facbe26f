"""Phasic policy gradient."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.suites.base import ActionKind


class PPG(LearnerSettings):
    """Phasic policy gradient (Cobbe et al. 2021): PPO in phases, after each of which the policy learns the values."""

    implementation: ClassVar[str] = "worker.learners.ppg:PPG"
    title: ClassVar[str] = "PPG"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training", "reward", "loss"})
    estimates_advantages: ClassVar[bool] = True

    name: Literal["ppg"] = "ppg"
    shared: bool = setting(
        False, "Whether policy and value share one network, whose body hears of the values after each phase alone."
    )
    n_pi: int = setting(
        32, "Epochs of a phase; memory and checkpoints hold the observations of all of them.", unit="epochs", ge=1,
        le=1024,
    )  # fmt: skip
    e_pi: int = setting(1, "Passes of the policy over an epoch's experience.", unit="passes", ge=1, le=100)
    e_v: int = setting(1, "Passes of the value function over an epoch's experience.", unit="passes", ge=1, le=100)
    e_aux: int = setting(6, "Passes over a phase's experience when it ends.", unit="passes", ge=1, le=100)
    beta_clone: float = setting(
        1.0, "Weight of the policy's divergence from what it was when the phase ended.", ge=0, le=100
    )
    aux_learning_rate: float = setting(5e-4, "Step size of Adam when a phase ends.", gt=0, le=1)
    aux_rollouts: int = setting(
        4, "Size of a minibatch when a phase ends: so many environments' steps of an epoch.", unit="environments",
        ge=1, le=4096,
    )  # fmt: skip
    num_minibatches: int = setting(8, "Minibatches in one pass over an epoch's experience.", ge=1, le=4096)
    micro_batch: int | None = setting(
        None,
        "Samples that go through the network at once; gradients add up to the minibatch. "
        "Empty takes what is fastest, measured once on each machine.",
        unit="samples",
        ge=1,
    )
    adam_eps: float = setting(1e-5, "Adam's epsilon.", gt=0, le=1)
    gamma: float = setting(0.999, "Discount of future rewards.", ge=0, le=1)
    gae_lambda: float = setting(0.95, "Lambda of generalised advantage estimation.", ge=0, le=1)
    clip_coef: float = setting(0.2, "Clipping of the policy's probability ratio.", gt=0, le=10)
    clip_vloss: bool = setting(True, "Whether the value loss is clipped as the policy's is.")
    norm_adv: bool = setting(True, "Whether advantages are normalised over each epoch.")
    norm_reward: bool = setting(True, "Whether rewards are divided by the running deviation of the discounted return.")
    ent_coef: float = setting(0.01, "Weight of the entropy bonus.", ge=0, le=10)
    vf_coef: float = setting(0.5, "Weight of the value loss before a phase ends.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Largest norm of the gradient.", gt=0, le=1000)

    @model_validator(mode="after")
    def _minibatches_divide_the_batch(self) -> Self:
        if self.batch_size % self.num_minibatches:
            raise ValueError(
                f"num_minibatches ({self.num_minibatches}) must divide num_envs x num_steps ({self.batch_size})"
            )
        if self.aux_rollouts > self.num_envs * self.n_pi:
            raise ValueError(
                f"aux_rollouts ({self.aux_rollouts}) must be at most num_envs x n_pi ({self.num_envs * self.n_pi})"
            )
        return self
