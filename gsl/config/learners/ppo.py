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

    implementation: ClassVar[str] = "worker.learners.ppo:PPO"
    title: ClassVar[str] = "PPO"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training", "reward", "loss"})
    estimates_advantages: ClassVar[bool] = True

    name: Literal["ppo"] = "ppo"
    compile: bool = setting(
        False,
        "Whether torch.compile is used; tens of seconds to start, and a C++ compiler is needed. On CUDA the rollout's "
        "network runs as a CUDA graph; on a CPU updates from vector observations take about a quarter less time.",
    )
    precision: Precision = setting(
        "float32",
        "Products inside the network: float32; tf32, faster on an NVIDIA GPU and the same elsewhere; bfloat16, faster "
        "still on a GPU, and slower on most CPUs. Weights and losses stay float32.",
    )
    num_minibatches: int = setting(8, "Minibatches in one pass over an epoch's experience.", ge=1, le=4096)
    micro_batch: int | None = setting(
        None,
        "Samples that go through the network at once; gradients add up to the minibatch. "
        "Empty takes what is fastest, measured once on each machine.",
        unit="samples",
        ge=1,
    )
    update_epochs: int = setting(3, "Passes over an epoch's experience.", unit="passes", ge=1, le=100)
    anneal_lr: bool = setting(False, "Whether the learning rate falls linearly to zero over the run's steps.")
    adam_eps: float = setting(1e-5, "Adam's epsilon.", gt=0, le=1)
    gamma: float = setting(0.999, "Discount of future rewards.", ge=0, le=1)
    gae_lambda: float = setting(0.95, "Lambda of generalised advantage estimation.", ge=0, le=1)
    clip_coef: float = setting(0.2, "Clipping of the policy's probability ratio.", gt=0, le=10)
    clip_vloss: bool = setting(True, "Whether the value loss is clipped as the policy's is.")
    norm_adv: bool = setting(True, "Whether advantages are normalised in each minibatch.")
    norm_reward: bool = setting(True, "Whether rewards are divided by the running deviation of the discounted return.")
    popart: bool = setting(
        False,
        "Whether values are learned on a scale of each variation's own (PopArt), with a value head for each. For tasks "
        "whose returns differ; it takes the place of norm_reward.",
    )
    popart_rate: float = setting(
        0.1, "How far an epoch moves a variation's scale towards that of its own returns, with PopArt.", gt=0, le=1
    )
    critic_layer_norm: bool = setting(
        False,
        "Whether each layer of the value network is normalised (LayerNorm). For mlp, whose values have their own.",
    )
    ent_coef: float = setting(0.01, "Weight of the entropy bonus.", ge=0, le=10)
    vf_coef: float = setting(0.5, "Weight of the value loss.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Largest norm of the gradient.", gt=0, le=1000)
    target_kl: float | None = setting(None, "Approximate KL divergence that ends an epoch's updates early.", gt=0)

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
            reason = "must be false with popart, which scales each variation's returns by themselves"
            problems.append((("norm_reward",), reason, True))
        if self.critic_layer_norm and not isinstance(self.network, MLP):
            reason = f"must be false with {self.network.name}, whose layers policy and values share"
            problems.append((("critic_layer_norm",), reason, True))
        refuse("PPO", problems)
        return self
