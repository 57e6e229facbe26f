"""Trust region policy optimisation."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings, Override
from gsl.config.networks import MLP
from gsl.config.suites.base import ActionKind


class TRPO(LearnerSettings):
    """Trust region policy optimisation (Schulman et al. 2015) with advantages by GAE; for vectors.

    An epoch is one step of the policy, as far as the KL divergence allows, so it needs many steps per epoch.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.trpo:TRPO"
    title: ClassVar[str] = "TRPO"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"before_training", "reward"})
    overrides: ClassVar[frozenset[Override]] = frozenset({"ent_coef", "learning_rate"})
    estimates_advantages: ClassVar[bool] = True

    name: Literal["trpo"] = "trpo"
    learning_rate: float = setting(1e-3, "Adam's learning rate for the value function.", gt=0, le=1)
    max_kl: float = setting(
        0.01, "Largest mean KL divergence of a step of the policy. Reduce it if training is unstable.", gt=0, le=10
    )
    cg_iterations: int = setting(
        10, "Iterations of conjugate gradients, which find the step's direction.", unit="iterations", ge=1, le=1000
    )
    cg_damping: float = setting(
        0.1, "Added to the Fisher matrix's diagonal. Larger values make steps more like plain gradients.", ge=0, le=100
    )
    fisher_share: float = setting(
        1.0, "Share of an epoch's steps from which the Fisher matrix is estimated. Fewer are faster.", gt=0, le=1
    )
    backtracks: int = setting(
        10, "How often a step is shortened until it improves the policy within the KL limit.", ge=1, le=100
    )
    backtrack_ratio: float = setting(0.8, "Factor by which it is shortened each time.", gt=0, lt=1)
    value_epochs: int = setting(10, "Passes of the value function over an epoch's steps.", unit="passes", ge=1, le=100)
    value_minibatch: int = setting(256, "Samples in a minibatch of the value function.", unit="samples", ge=1)
    gamma: float = setting(0.99, "Discount factor of future rewards. Increase it for longer episodes.", ge=0, le=1)
    gae_lambda: float = setting(
        0.97, "Lambda of generalised advantage estimation: lower values reduce variance but add bias.", ge=0, le=1
    )
    norm_reward: bool = setting(
        True,
        "Divide rewards by the running standard deviation of the discounted return. Helps if rewards are large.",
    )
    ent_coef: float = setting(0.0, "Weight of the entropy bonus. Increase it for more exploration.", ge=0, le=10)

    @model_validator(mode="after")
    def _is_for_vectors(self) -> Self:
        if not isinstance(self.network, MLP):
            reason = f"must be mlp for TRPO: in {self.network.name}, a step of the policy would change the values too"
            refuse("TRPO", [(("network", "name"), reason, self.network.name)])
        return self
