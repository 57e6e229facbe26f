"""Proximal policy optimisation."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import Problem, refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.networks import MLP, Precision
from gsl.config.suites.base import ActionKind


class PPO(LearnerSettings):
    """Proximal policy optimisation (Schulman et al. 2017) with the details of CleanRL's Procgen version."""

    implementation: ClassVar[str] = "gsl.worker.learners.ppo:PPO"
    title: ClassVar[str] = "PPO"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training", "reward", "loss"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "popart", "critic_layer_norm")
    estimates_advantages: ClassVar[bool] = True

    name: Literal["ppo"] = "ppo"
    compile: bool = setting(
        False,
        "Use torch.compile. It needs a C++ compiler and tens of seconds to start. With CUDA, rollouts run as a CUDA "
        "graph, a third faster with IMPALA on an H100. On a CPU, only small networks gain: CartPole trained "
        "1.2 to 1.6 times as fast with 64 x 2, Meta-World no faster with 512 x 2.",
    )
    precision: Precision = setting(
        "float32",
        "Precision of matrix products in the network. tf32: faster on NVIDIA GPUs, no effect elsewhere. bfloat16: "
        "fastest on a GPU, slower on most CPUs. Weights and losses are always float32.",
    )
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
    update_epochs: int = setting(
        3,
        "Passes over an epoch's steps. More passes learn more from each step, but may destabilise training.",
        unit="passes",
        ge=1,
        le=100,
    )
    anneal_lr: bool = setting(False, "Reduce the learning rate linearly to zero over the run's total steps.")
    adam_eps: float = setting(1e-5, "Adam's epsilon, for numerical stability.", gt=0, le=1)
    gamma: float = setting(0.999, "Discount factor of future rewards. Increase it for longer episodes.", ge=0, le=1)
    gae_lambda: float = setting(
        0.95, "Lambda of generalised advantage estimation: lower values reduce variance but add bias.", ge=0, le=1
    )
    clip_coef: float = setting(
        0.2, "Clipping range of the probability ratio. Reduce it for smaller policy updates.", gt=0, le=10
    )
    clip_vloss: bool = setting(True, "Clip the value loss in the same way as the policy loss.")
    norm_adv: bool = setting(True, "Normalise advantages in each minibatch.")
    norm_reward: bool = setting(
        True,
        "Divide rewards by the running standard deviation of the discounted return. Helps if rewards are large.",
    )
    popart: bool = setting(
        False,
        "Learn the values of each variation with a head and a scale of its own (PopArt). Use it if returns differ "
        "widely between variations; it replaces norm_reward.",
    )
    popart_rate: float = setting(
        0.1,
        "How far an epoch moves a PopArt scale towards the variation's own returns: 0 to 1, 1 replaces it.",
        gt=0,
        le=1,
    )
    critic_layer_norm: bool = setting(
        False,
        "Apply LayerNorm to each layer of the value network. Only for mlp, whose value network is separate.",
    )
    ent_coef: float = setting(0.01, "Weight of the entropy bonus. Increase it for more exploration.", ge=0, le=10)
    vf_coef: float = setting(0.5, "Weight of the value loss in the total loss.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Gradients with a larger norm are scaled down to it.", gt=0, le=1000)
    target_kl: float | None = setting(
        None,
        "End an epoch's updates when the approximate KL divergence from the old policy exceeds this. Empty: never.",
        gt=0,
    )

    @model_validator(mode="after")
    def _minibatches_divide_the_batch(self) -> Self:
        if self.batch_size % self.num_minibatches:
            raise ValueError(
                f"num_minibatches ({self.num_minibatches}) must divide num_envs x num_steps ({self.batch_size})"
            )
        return self

    @model_validator(mode="after")
    def _values_fit_together(self) -> Self:
        problems: list[Problem] = []
        if self.popart and self.norm_reward:
            reason = "must be off with popart, which scales the returns of each variation itself"
            problems.append((("norm_reward",), reason, True))
        if self.critic_layer_norm and not isinstance(self.network, MLP):
            reason = f"must be off with {self.network.name}, where policy and value share their layers"
            problems.append((("critic_layer_norm",), reason, True))
        refuse("PPO", problems)
        return self
