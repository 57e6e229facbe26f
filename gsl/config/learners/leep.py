"""Linked ensemble of policies."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import Problem, refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.suites.base import ActionKind


class LEEP(LearnerSettings):
    """Linked ensemble for the epistemic POMDP (Ghosh et al. 2021): PPO policies that share the environments.

    Each member has its own network and, with bootstrap sampling, its own variations. A penalty keeps it close to the
    link of all members, which acts: each action as likely as the member that likes it most finds it, normalised. Where
    members disagree, because training does not settle what is right, the link tries what any of them would do.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.leep:LEEP"
    title: ClassVar[str] = "LEEP"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"reward"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "members")
    estimates_advantages: ClassVar[bool] = True

    name: Literal["leep"] = "leep"
    members: int = setting(
        4, "Number of policies. Each learns from an equal share of the environments.", unit="policies", ge=2, le=32
    )
    link_coef: float = setting(
        0.1, "Weight of the KL divergence of each member from the link. 0: members learn independently.", ge=0, le=100
    )
    acts: Literal["link", "member"] = setting(
        "link",
        "What acts in evaluations and demonstrations. link: the link of all members. member: each environment is "
        "played by one member. Actions are sampled, or the most likely ones if evaluation.deterministic is on.",
    )
    num_minibatches: int = setting(
        8, "Number of minibatches per pass; it must divide a member's share of num_envs x num_steps.", ge=1, le=4096
    )
    update_epochs: int = setting(
        3,
        "Passes over an epoch's steps. More passes learn more from each step, but may destabilise training.",
        unit="passes",
        ge=1,
        le=100,
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
    norm_adv: bool = setting(True, "Normalise advantages in each minibatch.")
    norm_reward: bool = setting(
        True,
        "Divide rewards by the running standard deviation of the discounted return. Helps if rewards are large.",
    )
    ent_coef: float = setting(0.01, "Weight of the entropy bonus. Increase it for more exploration.", ge=0, le=10)
    vf_coef: float = setting(0.5, "Weight of the value loss in the total loss.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Gradients with a larger norm are scaled down to it.", gt=0, le=1000)

    @model_validator(mode="after")
    def _members_share_equally(self) -> Self:
        problems: list[Problem] = []
        if self.num_envs % self.members:
            reason = f"must be divisible by members ({self.members}), which share the environments equally"
            problems.append((("num_envs",), reason, self.num_envs))
        elif (share := self.batch_size // self.members) % self.num_minibatches:
            reason = f"must divide a member's share of num_envs x num_steps ({share})"
            problems.append((("num_minibatches",), reason, self.num_minibatches))
        if self.overlap:
            problems.append((("overlap",), "must be off for LEEP, whose members share all environments", True))
        refuse("LEEP", problems)
        return self

    @property
    def policies(self) -> int:
        return self.members
