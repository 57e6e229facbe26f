"""RL²: recurrent PPO over trials."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import Problem, refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class RL2(LearnerSettings):
    """RL² (Duan et al. 2016): PPO with a memory that lasts for a trial of several episodes; for vectors.

    It sees its last action and reward too, so it learns to explore a new variation and then to use what it has found.
    With a trial of one episode it is recurrent PPO.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.rl2.learner:RL2"
    title: ClassVar[str] = "RL²"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"reward"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "cell", "memory")
    estimates_advantages: ClassVar[bool] = True
    has_memory: ClassVar[bool] = True

    name: Literal["rl2"] = "rl2"
    network: Network = setting(
        MLP(width=64, depth=1), "Layers before the memory, which policy and value share: mlp, for vectors."
    )
    cell: Literal["gru", "lstm"] = setting("gru", "Kind of memory. gru: fewer weights. lstm: as in SB3's RecurrentPPO.")
    memory: int = setting(64, "Units of the memory. More remember more, but learn slower.", unit="units", ge=1, le=8192)
    num_minibatches: int = setting(
        4,
        "Number of minibatches per pass over an epoch's steps. Each has whole sequences of some environments, so it "
        "must divide num_envs.",
        ge=1,
        le=4096,
    )
    update_epochs: int = setting(
        4,
        "Passes over an epoch's steps. More passes learn more from each step, but may destabilise training.",
        unit="passes",
        ge=1,
        le=100,
    )
    anneal_lr: bool = setting(False, "Reduce the learning rate linearly to zero over the run's total steps.")
    adam_eps: float = setting(1e-5, "Adam's epsilon, for numerical stability.", gt=0, le=1)
    gamma: float = setting(
        0.99, "Discount factor of future rewards, also those of the trial's later episodes.", ge=0, le=1
    )
    gae_lambda: float = setting(
        0.95, "Lambda of generalised advantage estimation: lower values reduce variance but add bias.", ge=0, le=1
    )
    clip_coef: float = setting(
        0.2, "Clipping range of the probability ratio. Reduce it for smaller policy updates.", gt=0, le=10
    )
    clip_vloss: bool = setting(False, "Clip the value loss in the same way as the policy loss.")
    norm_adv: bool = setting(True, "Normalise advantages in each minibatch.")
    norm_reward: bool = setting(
        False,
        "Divide rewards by the running standard deviation of the trial's discounted return. Helps if rewards are "
        "large. What the policy sees of its last reward stays as it is.",
    )
    ent_coef: float = setting(0.01, "Weight of the entropy bonus. Increase it for more exploration.", ge=0, le=10)
    vf_coef: float = setting(0.5, "Weight of the value loss in the total loss.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Gradients with a larger norm are scaled down to it.", gt=0, le=1000)

    @model_validator(mode="after")
    def _is_for_vectors_in_whole_sequences(self) -> Self:
        problems: list[Problem] = []
        if not isinstance(self.network, MLP):
            problems.append((("network", "name"), "must be mlp for RL², which is for vectors", self.network.name))
        if self.num_envs % self.num_minibatches:
            reason = f"must divide num_envs ({self.num_envs}), because a minibatch has whole sequences of environments"
            problems.append((("num_minibatches",), reason, self.num_minibatches))
        refuse("RL2", problems)
        return self
