"""PEARL: soft actor-critic on a belief about the variation."""

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from gsl.config.base import setting
from gsl.config.errors import Problem, refuse
from gsl.config.guides.base import Hook
from gsl.config.learners.base import LearnerSettings, Override
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind


class PEARL(LearnerSettings):
    """PEARL (Rakelly et al. 2019): soft actor-critic that guesses which variation it plays, from what it has seen.

    An encoder turns the steps of a trial into a distribution over latent numbers. Policy and critics see a sample of
    it, drawn anew for each episode: of the prior in the first episodes of a trial, of the posterior in the others.
    """

    implementation: ClassVar[str] = "gsl.worker.learners.pearl.learner:PEARL"
    title: ClassVar[str] = "PEARL"
    actions: ClassVar[frozenset[ActionKind]] = frozenset({"continuous"})
    hooks: ClassVar[frozenset[Hook]] = frozenset()
    overrides: ClassVar[frozenset[Override]] = frozenset({"learning_rate"})
    architecture: ClassVar[tuple[str, ...]] = ("network", "latent")
    has_memory: ClassVar[bool] = True
    compares_variations: ClassVar[bool] = True

    name: Literal["pearl"] = "pearl"
    network: Network = setting(
        MLP(width=128, depth=2, activation="relu"), "Networks of policy, critics and encoder: mlp, for vectors."
    )
    latent: int = setting(5, "Numbers that describe a variation.", unit="numbers", ge=1, le=1024)
    num_envs: int = setting(16, "Number of environments stepped in parallel.", unit="environments", ge=1, le=4096)
    num_steps: int = setting(
        80,
        "Steps of each environment per epoch. An epoch has num_envs x num_steps environment steps.",
        unit="steps",
        ge=1,
        le=65_536,
    )
    learning_rate: float = setting(
        3e-4, "Adam's learning rate for policy, critics, encoder and temperature.", gt=0, le=1
    )
    explore_episodes: int = setting(
        2, "Episodes of a trial that are played by samples of the prior, to find out.", unit="episodes", ge=1, le=1000
    )
    gamma: float = setting(0.99, "Discount factor of future rewards. Increase it for longer episodes.", ge=0, le=1)
    update_ratio: float = setting(
        0.1, "Updates per environment step. More updates learn more from each step, but take longer.", gt=0, le=64
    )
    meta_batch: int = setting(8, "Variations of an update.", unit="variations", ge=1, le=4096)
    replay_batch: int = setting(128, "Steps of each variation in an update.", unit="steps", ge=1, le=65_536)
    context_batch: int = setting(
        64, "Steps of each variation from which the encoder infers in an update.", unit="steps", ge=1, le=65_536
    )
    context_size: int = setting(
        200,
        "Number of each variation's newest steps, of episodes that explore, from which those are drawn.",
        unit="steps",
        ge=1,
        le=1_000_000,
    )
    replay_size: int = setting(
        500_000,
        "Capacity of the replay buffer, shared equally by the variations; the oldest steps are dropped.",
        unit="steps", ge=1, le=100_000_000,
    )  # fmt: skip
    warm_up: int = setting(
        2000, "Steps to collect before the first update of each job.", unit="steps", ge=0, le=10_000_000
    )
    kl_weight: float = setting(
        0.1,
        "Weight of the KL divergence of the latent numbers from the prior, beside the critics' loss.",
        ge=0,
        le=1000,
    )
    tau: float = setting(0.005, "Rate at which target critics follow the critics (Polyak averaging).", gt=0, le=1)
    temperature: float = setting(
        0.2, "Initial weight of the entropy. Increase it for more exploration at the start.", gt=0, le=100
    )
    tune_temperature: bool = setting(True, "Adjust the temperature automatically to reach target_entropy.")
    target_entropy: float | None = setting(
        None, "Target entropy of the policy in nats. Empty: minus the number of action components."
    )

    @model_validator(mode="after")
    def _is_for_vectors_and_holds_an_epoch(self) -> Self:
        problems: list[Problem] = []
        if not isinstance(self.network, MLP):
            problems.append((("network", "name"), "must be mlp for PEARL, which is for vectors", self.network.name))
        if self.replay_size < (least := self.steps_before_learning):
            reason = f"must be at least {least}, to hold one epoch and the warm-up"
            problems.append((("replay_size",), reason, self.replay_size))
        refuse("PEARL", problems)
        return self

    @property
    def fewest_episodes(self) -> int:
        return self.explore_episodes + 1

    @property
    def steps_before_learning(self) -> int:
        return max(self.batch_size, self.warm_up)
