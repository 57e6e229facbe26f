"""Task embeddings."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import Problem, refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class TEPPO(LearnerSettings):
    """Task embeddings with PPO (Hausman et al. 2018): the policy knows its task by a random vector alone; for vectors.

    An encoder maps each task to a distribution of embeddings, from which one is drawn for every episode. Behaviour is
    rewarded from which the embedding can be told, so that different tasks, and different embeddings, become different
    behaviour.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.te_ppo.learner:TEPPO"
    title: ClassVar[str] = "TE-PPO"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"reward"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "embedding_size", "encoder_width", "window")
    estimates_advantages: ClassVar[bool] = True
    has_memory: ClassVar[bool] = True
    remembers: ClassVar[Literal["trial", "episode"]] = "episode"
    needs_one_hot: ClassVar[bool] = True

    name: Literal["te_ppo"] = "te_ppo"
    network: Network = setting(
        MLP(width=32, depth=2), "Layers of the policy, and as many of the value function: mlp, for vectors."
    )
    embedding_size: int = setting(2, "Numbers of an embedding. More tell more tasks apart.", ge=1, le=256)
    encoder_width: int = setting(
        20, "Units of each of the two layers of the encoder and of the inference network.", unit="units", ge=1, le=8192
    )
    embedding_std: float = setting(0.1, "Initial standard deviation of a task's embeddings.", gt=0, le=10)
    embedding_std_min: float = setting(0.02, "Smallest standard deviation of a task's embeddings.", gt=0, le=10)
    embedding_std_max: float = setting(0.2, "Largest standard deviation of a task's embeddings.", gt=0, le=10)
    embedding_ent_coef: float = setting(
        1e-3, "Weight of the entropy bonus of embeddings. Increase it if they shrink to points.", ge=0, le=10
    )
    inference_coef: float = setting(
        0.05,
        "Penalty, in each step's reward, for behaviour from which the embedding cannot be told. Increase it if tasks "
        "look alike.",
        ge=0,
        le=100,
    )
    window: int = setting(
        6, "Newest observations from which the inference network tells the embedding.", unit="steps", ge=1, le=256
    )
    num_minibatches: int = setting(
        16, "Number of minibatches per pass over an epoch's steps; it must divide num_envs x num_steps.", ge=1, le=4096
    )
    update_epochs: int = setting(
        10,
        "Passes over an epoch's steps. More passes learn more from each step, but may destabilise training.",
        unit="passes",
        ge=1,
        le=100,
    )
    adam_eps: float = setting(1e-5, "Adam's epsilon, for numerical stability.", gt=0, le=1)
    gamma: float = setting(0.99, "Discount factor of future rewards. Increase it for longer episodes.", ge=0, le=1)
    gae_lambda: float = setting(
        0.95, "Lambda of generalised advantage estimation: lower values reduce variance but add bias.", ge=0, le=1
    )
    clip_coef: float = setting(
        0.2, "Clipping range of the probability ratio. Reduce it for smaller policy updates.", gt=0, le=10
    )
    clip_vloss: bool = setting(False, "Clip the value loss in the same way as the policy loss.")
    norm_adv: bool = setting(True, "Normalise advantages in each minibatch.")
    norm_reward: bool = setting(
        True,
        "Divide rewards by the running standard deviation of the discounted return. Helps if rewards are large.",
    )
    ent_coef: float = setting(
        1e-3, "Bonus, in each step's reward, for unlikely actions. Increase it for more exploration.", ge=0, le=10
    )
    vf_coef: float = setting(0.5, "Weight of the value loss in the total loss.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Gradients with a larger norm are scaled down to it.", gt=0, le=1000)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems: list[Problem] = []
        if not isinstance(self.network, MLP):
            problems.append((("network", "name"), "must be mlp for TE-PPO, which is for vectors", self.network.name))
        if self.batch_size % self.num_minibatches:
            reason = f"must divide num_envs x num_steps ({self.batch_size})"
            problems.append((("num_minibatches",), reason, self.num_minibatches))
        if not self.embedding_std_min <= self.embedding_std <= self.embedding_std_max:
            bounds = f"from embedding_std_min ({self.embedding_std_min}) to embedding_std_max"
            reason = f"must be {bounds} ({self.embedding_std_max})"
            problems.append((("embedding_std",), reason, self.embedding_std))
        refuse("TE-PPO", problems)
        return self
