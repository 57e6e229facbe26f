"""PPO with the context of a dynamics model."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import Problem, refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings
from gsl.config.learners.cadm import CaDM
from gsl.config.learners.ppo import PPO
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class PPOCaDM(LearnerSettings):
    """PPO that sees the context of a dynamics model (Lee et al. 2020), which tells variations apart; for vectors.

    The first steps are random actions, from which the model learns; then the context is frozen, and PPO learns with it.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.cadm.informed_ppo:InformedPPO"
    title: ClassVar[str] = "PPO + CaDM"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"discrete", "continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset({"reward"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "model", "context", "encoder", "history")
    has_memory: ClassVar[bool] = True
    remembers: ClassVar[Literal["trial", "episode"]] = "episode"
    estimates_advantages: ClassVar[bool] = True

    name: Literal["ppo_cadm"] = "ppo_cadm"
    network: Network = setting(MLP(width=64, depth=2), "Networks of policy and value: mlp, for vectors.")
    num_envs: int = setting(8, "Number of environments stepped in parallel.", unit="environments", ge=1, le=4096)
    num_minibatches: int = setting(
        8, "Number of minibatches per pass over an epoch's steps; it must divide num_envs x num_steps.", ge=1, le=4096
    )
    update_epochs: int = setting(
        8,
        "Passes over an epoch's steps. More passes learn more from each step, but may destabilise training.",
        unit="passes",
        ge=1,
        le=100,
    )
    anneal_lr: bool = setting(False, "Reduce the learning rate linearly to zero over the run's total steps.")
    gamma: float = setting(0.99, "Discount factor of future rewards. Increase it for longer episodes.", ge=0, le=1)
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
    ent_coef: float = setting(0.0, "Weight of the entropy bonus. Increase it for more exploration.", ge=0, le=10)
    vf_coef: float = setting(0.5, "Weight of the value loss in the total loss.", ge=0, le=100)
    max_grad_norm: float = setting(0.5, "Gradients with a larger norm are scaled down to it.", gt=0, le=1000)
    model: MLP = setting(
        MLP(width=128, depth=2, activation="swish"), "Layers of the models, forwards and backwards in time."
    )
    context: int = setting(10, "Numbers of the context.", ge=1, le=1024)
    encoder: tuple[int, ...] = setting(
        (128, 64), "Units of each layer that makes the context of a history.", min_length=1, max_length=8,
        fail_fast=True,
    )  # fmt: skip
    history: int = setting(
        10, "Steps of the past that the context is made of; fewer at the beginning of an episode.", unit="steps",
        ge=1, le=1000,
    )  # fmt: skip
    future: int = setting(
        10, "Steps that are predicted with one context while the model learns.", unit="steps", ge=1, le=1000
    )
    backward_coef: float = setting(0.5, "Weight of predicting backwards in time.", ge=0, le=100)
    model_steps: int = setting(
        10_000,
        "Steps with random actions, in whole epochs, from which the model learns before PPO begins. They count like "
        "all others.",
        unit="steps",
        ge=1,
        le=100_000_000,
    )
    model_updates: int = setting(2000, "Updates of the model after these steps.", unit="updates", ge=1, le=10_000_000)
    model_minibatch: int = setting(
        640,
        "Steps in each update of the model, in stretches of as many as future says.",
        unit="steps",
        ge=1,
        le=1_000_000,
    )
    model_learning_rate: float = setting(1e-3, "Adam's learning rate for the model.", gt=0, le=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems: list[Problem] = []
        if not isinstance(self.network, MLP):
            problems.append(
                (("network", "name"), "must be mlp for PPO + CaDM, which is for vectors", self.network.name)
            )
        if self.batch_size % self.num_minibatches:
            reason = f"must divide num_envs x num_steps ({self.batch_size})"
            problems.append((("num_minibatches",), reason, self.num_minibatches))
        if any(units < 1 for units in self.encoder):
            problems.append((("encoder",), "must have at least one unit in each layer", self.encoder))
        refuse("PPOCaDM", problems)
        return self

    @property
    def steps_before_learning(self) -> int:
        """Whole epochs, after which the policy begins to learn."""
        epochs = -(-self.model_steps // self.batch_size)
        return (epochs + 1) * self.batch_size

    @property
    def of_ppo(self) -> PPO:
        """The settings of the PPO inside."""
        shared = {name: getattr(self, name) for name in PPO.model_fields if name in type(self).model_fields}
        return PPO(**(shared | {"name": "ppo"}))

    @property
    def of_model(self) -> CaDM:
        """The settings of the model inside: one, not probabilistic."""
        return CaDM(
            network=self.model, num_envs=self.num_envs, num_steps=self.num_steps, members=1, particles=1,
            probabilistic=False, context=self.context, encoder=self.encoder, history=self.history, future=self.future,
            backward_coef=self.backward_coef, updates=self.model_updates, minibatch=self.model_minibatch,
            learning_rate=self.model_learning_rate, device=self.device,
        )  # fmt: skip
