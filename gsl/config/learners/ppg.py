"""Phasic policy gradient."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.suites.base import ActionKind


class PPG(LearnerSettings):
    """Phasic policy gradient (Cobbe et al. 2021): PPO in phases, each followed by an auxiliary phase on the values."""

    implementation: ClassVar[str] = "gsl.worker.learners.ppg:PPG"
    title: ClassVar[str] = "PPG"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training", "reward", "loss"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "shared")
    estimates_advantages: ClassVar[bool] = True

    name: Literal["ppg"] = "ppg"
    shared: bool = setting(
        False, "Share one network between policy and value; its body then learns values only in auxiliary phases."
    )
    n_pi: int = setting(
        32, "Epochs per phase. Memory and checkpoints hold the observations of a whole phase.", unit="epochs", ge=1,
        le=1024,
    )  # fmt: skip
    e_pi: int = setting(1, "Policy passes over an epoch's steps.", unit="passes", ge=1, le=100)
    e_v: int = setting(1, "Value passes over an epoch's steps.", unit="passes", ge=1, le=100)
    e_aux: int = setting(6, "Passes over a phase's steps in its auxiliary phase.", unit="passes", ge=1, le=100)
    beta_clone: float = setting(
        1.0,
        "Weight of the KL divergence from the policy before the auxiliary phase; higher keeps the policy closer to it.",
        ge=0,
        le=100,
    )
    aux_learning_rate: float = setting(5e-4, "Adam's learning rate in auxiliary phases.", gt=0, le=1)
    aux_rollouts: int = setting(
        4, "Minibatch size in auxiliary phases: the steps of this many environments in one epoch.", unit="environments",
        ge=1, le=4096,
    )  # fmt: skip
    num_minibatches: int = setting(
        8, "Number of minibatches per pass over an epoch's steps; it must divide num_envs x num_steps.", ge=1, le=4096
    )
    micro_batch: int | None = setting(
        None,
        "Samples per forward pass; gradients accumulate over the minibatch. Reduce it if memory is short. Empty: the "
        "fastest size, measured once per machine.",
        unit="samples",
        ge=1,
    )
    adam_eps: float = setting(1e-5, "Adam's epsilon, for numerical stability.", gt=0, le=1)
    gamma: float = setting(0.999, "Discount factor of future rewards. Increase it for longer episodes.", ge=0, le=1)
    gae_lambda: float = setting(
        0.95, "Lambda of generalised advantage estimation: lower values reduce variance but add bias.", ge=0, le=1
    )
    clip_coef: float = setting(
        0.2, "Clipping range of the probability ratio. Reduce it for smaller policy updates.", gt=0, le=10
    )
    clip_vloss: bool = setting(True, "Clip the value loss in the same way as the policy loss.")
    norm_adv: bool = setting(True, "Normalise advantages over each epoch.")
    norm_reward: bool = setting(
        True,
        "Divide rewards by the running standard deviation of the discounted return. Helps if rewards are large.",
    )
    ent_coef: float = setting(0.01, "Weight of the entropy bonus. Increase it for more exploration.", ge=0, le=10)
    vf_coef: float = setting(0.5, "Weight of the value loss outside auxiliary phases.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Gradients with a larger norm are scaled down to it.", gt=0, le=1000)

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
