"""MAML-TRPO: a policy from which one gradient step suffices."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings, Override
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class MAML(LearnerSettings):
    """Model-agnostic meta-learning (Finn et al. 2017) with TRPO as the outer step; for vectors.

    A trial is some episodes before and some after one step of policy gradient on the former. What is learned is the
    policy before, from which that step leads furthest. Each environment plays one trial in every epoch.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.maml.learner:MAML"
    title: ClassVar[str] = "MAML-TRPO"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset()
    overrides: ClassVar[frozenset[Override]] = frozenset()
    has_memory: ClassVar[bool] = True
    whole_trials: ClassVar[bool] = True
    compares_variations: ClassVar[bool] = True

    name: Literal["maml"] = "maml"
    network: Network = setting(MLP(width=64, depth=2), "Network of the policy: mlp, for vectors.")
    num_envs: int = setting(
        20, "Number of environments, each of which plays one trial per epoch.", unit="environments", ge=1, le=4096
    )
    num_steps: int = setting(
        2000,
        "Steps of each environment per epoch; a whole trial must fit. What is left after it is not learned from.",
        unit="steps",
        ge=1,
        le=65_536,
    )
    learning_rate: float = setting(0.1, "Length of the step that adapts the policy to a variation.", gt=0, le=10)
    adapt_after: int = setting(
        10, "Episodes of a trial before the policy adapts, once, to what they showed.", unit="episodes", ge=1, le=1000
    )
    max_kl: float = setting(
        0.01, "Largest mean KL divergence between adapted policies before and after an update.", gt=0, le=10
    )
    cg_iterations: int = setting(
        10, "Iterations of conjugate gradients, which find the update's direction.", unit="iterations", ge=1, le=1000
    )
    cg_damping: float = setting(
        1e-5, "Added to the Fisher matrix's diagonal. Larger values make updates more like plain gradients.", ge=0,
        le=100,
    )  # fmt: skip
    fisher_share: float = setting(
        0.25, "Share of an epoch's steps from which the Fisher matrix is estimated. Fewer are faster.", gt=0, le=1
    )
    backtracks: int = setting(
        15, "How often an update is shortened until it improves adapted policies within the KL limit.", ge=1, le=100
    )
    backtrack_ratio: float = setting(0.8, "Factor by which it is shortened each time.", gt=0, lt=1)
    gamma: float = setting(0.99, "Discount factor of future rewards. Increase it for longer episodes.", ge=0, le=1)
    gae_lambda: float = setting(
        1.0, "Lambda of generalised advantage estimation: lower values reduce variance but add bias.", ge=0, le=1
    )

    @model_validator(mode="after")
    def _is_for_vectors(self) -> Self:
        if not isinstance(self.network, MLP):
            reason = "must be mlp for MAML-TRPO, which is for vectors"
            refuse("MAML", [(("network", "name"), reason, self.network.name)])
        return self

    @property
    def fewest_episodes(self) -> int:
        return self.adapt_after + 1
