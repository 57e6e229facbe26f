"""CaDM: models of the dynamics with a context, and planning with them."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import Problem, refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings, Override
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class CaDM(LearnerSettings):
    """Context-aware dynamics model (Lee et al. 2020): learns how the environment moves, and plans every action.

    A context, made of what happened in the last steps, tells variations with different dynamics apart. Without a
    context it is PE-TS (Chua et al. 2018), and with one member besides a plain dynamics model.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.cadm.learner:CaDM"
    title: ClassVar[str] = "CaDM"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"replay"})
    overrides: ClassVar[frozenset[Override]] = frozenset({"learning_rate"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "members", "probabilistic", "context", "encoder", "history")
    has_memory: ClassVar[bool] = True
    remembers: ClassVar[Literal["trial", "episode"]] = "episode"
    plans: ClassVar[bool] = True

    name: Literal["cadm"] = "cadm"
    network: Network = setting(
        MLP(width=200, depth=4, activation="swish"), "Layers of each model, forwards and backwards: mlp, for vectors."
    )
    num_envs: int = setting(10, "Number of environments stepped in parallel.", unit="environments", ge=1, le=4096)
    num_steps: int = setting(
        200,
        "Steps of each environment per epoch. An epoch has num_envs x num_steps environment steps.",
        unit="steps",
        ge=1,
        le=65_536,
    )
    learning_rate: float = setting(1e-3, "Adam's learning rate for the models.", gt=0, le=1)
    members: int = setting(
        5,
        "Number of models, each of which learns from a bootstrap sample of the steps. 1: a single model of all steps.",
        unit="models",
        ge=1,
        le=64,
    )
    probabilistic: bool = setting(
        True, "Models also predict how uncertain the next state is, and planning samples what happens."
    )
    context: int = setting(
        10, "Numbers of the context. 0: none, so that models cannot tell variations apart.", ge=0, le=1024
    )
    encoder: tuple[int, ...] = setting(
        (256, 128, 64), "Units of each layer that makes the context of a history.", min_length=1, max_length=8,
        fail_fast=True,
    )  # fmt: skip
    history: int = setting(
        10, "Steps of the past that the context is made of; fewer at the beginning of an episode.", unit="steps",
        ge=1, le=1000,
    )  # fmt: skip
    future: int = setting(
        10,
        "Steps that are predicted with one context in training. With 1, the context describes the present state, and "
        "predictions over many steps explode.",
        unit="steps",
        ge=1,
        le=1000,
    )
    backward_coef: float = setting(
        0.5, "Weight of predicting backwards in time, from which only the context learns in the end.", ge=0, le=100
    )
    updates: int = setting(200, "Updates of the models after each epoch.", unit="updates", ge=1, le=1_000_000)
    minibatch: int = setting(
        2560, "Steps in each update of a model; in stretches of as many as future says with a context.", unit="steps",
        ge=1, le=1_000_000,
    )  # fmt: skip
    weight_decay: float = setting(5e-5, "Adam's L2 penalty of the models' weights.", ge=0, le=1)
    warm_up: int = setting(
        2000, "Steps with random actions, in whole epochs, before a learner that starts from scratch plans.",
        unit="steps", ge=1, le=10_000_000,
    )  # fmt: skip
    replay_size: int = setting(
        200_000, "Most steps to learn from; the oldest are dropped.", unit="steps", ge=1, le=100_000_000
    )
    handed_on: int = setting(
        50_000,
        "Number of the newest steps that the generalist takes along into further training and fine-tuning. They are "
        "stored in its last checkpoint.",
        unit="steps",
        ge=0,
        le=100_000_000,
    )
    horizon: int = setting(30, "Steps that are planned ahead.", unit="steps", ge=1, le=1000)
    candidates: int = setting(200, "Plans that are compared at once.", unit="plans", ge=2, le=100_000)
    elites: int = setting(
        50, "Best plans, to whose mean and variance the search moves.", unit="plans", ge=1, le=100_000
    )
    iterations: int = setting(
        5, "Times that continuous plans are improved; discrete ones are compared once.", unit="times", ge=1, le=1000
    )
    keep: float = setting(0.1, "Share of mean and variance that stay as they were in each improvement.", ge=0, lt=1)
    start_variance: float = setting(0.25, "Variance of the first plans around those of the step before.", gt=0, le=1)
    particles: int = setting(
        20, "Futures that are predicted of each plan, divided equally among the members.", unit="futures", ge=1, le=1000
    )

    @model_validator(mode="after")
    def _plans_can_be_compared(self) -> Self:
        problems: list[Problem] = []
        if not isinstance(self.network, MLP):
            problems.append((("network", "name"), "must be mlp for CaDM, which is for vectors", self.network.name))
        if self.elites > self.candidates:
            reason = f"must be at most candidates ({self.candidates}), of which they are the best"
            problems.append((("elites",), reason, self.elites))
        if self.particles % self.members:
            reason = f"must be a multiple of members ({self.members}), which share them equally"
            problems.append((("particles",), reason, self.particles))
        elif not self.probabilistic and self.particles > self.members:
            reason = f"must be members ({self.members}): without probabilistic, those of one member are all the same"
            problems.append((("particles",), reason, self.particles))
        if any(units < 1 for units in self.encoder):
            problems.append((("encoder",), "must have at least one unit in each layer", self.encoder))
        refuse("CaDM", problems)
        return self
