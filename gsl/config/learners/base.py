"""What every learner's settings declare: its network, its environments, and the actions and hooks it supports."""

from typing import ClassVar, Literal

from gsl.config.base import Settings, setting
from gsl.config.guides.base import GuideSettings, Hook
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind

Override = Literal["ent_coef", "learning_rate"]


class LearnerSettings(Settings):
    """An algorithm that improves a policy. A subclass adds `name: Literal["x"] = "x"` and its fields."""

    implementation: ClassVar[str]
    """`module:attribute` of its code, called as (settings, spaces, seed, device, overrides)."""
    title: ClassVar[str]
    actions: ClassVar[frozenset[ActionKind]]
    hooks: ClassVar[frozenset[Hook]]
    """The hooks of a guide that it supports."""
    overrides: ClassVar[frozenset[Override]] = frozenset({"ent_coef", "learning_rate"})
    """Settings that specialists and fine-tuning may override."""

    architecture: ClassVar[tuple[str, ...]] = ("network",)
    """Fields that decide the shape of its networks: a fork keeps them, because its checkpoint fits no other."""

    estimates_advantages: ClassVar[bool] = False
    """Whether it computes the advantage of every step of a rollout, which prioritized sampling needs."""

    has_memory: ClassVar[bool] = False
    """Whether it remembers from step to step. It then also sees its last action and reward, and where to forget."""
    needs_one_hot: ClassVar[bool] = False
    """Whether observations must end with a one-hot vector of the task; see `one_hot_size` of suites."""

    remembers: ClassVar[Literal["trial", "episode"]] = "trial"
    """How long a learner with memory remembers; one that forgets after every episode gains nothing by trials."""

    plans: ClassVar[bool] = False
    """Whether it plans its actions, for which the suite must have a reward function."""

    rollout_holds_trials: ClassVar[bool] = True
    """With a memory: whether it trains on trials, whole ones in each rollout. Otherwise evaluations alone play them."""

    whole_trials: ClassVar[bool] = False
    """Whether it learns from whole trials alone: each of its rollouts begins with new ones."""

    compares_variations: ClassVar[bool] = False
    """Whether it learns how variations differ, and so needs at least two of them."""

    is_external: ClassVar[bool] = False
    """Whether it is a trainer of somebody else's, with a network, environments and sampling of its own."""

    name: str
    network: Network = setting(MLP(), "Network of policy and value; choose one that supports the suite's observations.")
    device: Literal["auto", "cpu", "cuda"] = setting(
        "auto", "Device of the network. auto: CUDA if available, otherwise the CPU."
    )
    num_envs: int = setting(
        64,
        "Number of environments stepped in parallel. More environments make larger, less correlated batches.",
        unit="environments",
        ge=1,
        le=4096,
    )
    num_steps: int = setting(
        256,
        "Steps of each environment per epoch. An epoch has num_envs x num_steps environment steps.",
        unit="steps",
        ge=1,
        le=65_536,
    )
    overlap: bool = setting(
        False,
        "Step the environments in two halves, one while the network computes actions for the other. On a GPU with "
        "Procgen it was slower by itself and faster together with compile. num_envs must be even.",
    )
    learning_rate: float = setting(5e-4, "Adam's learning rate. Reduce it if training is unstable.", gt=0, le=1)

    @property
    def is_tracked(self) -> bool:
        """Whether a script of somebody's own trains by itself and only reports; no worker then does anything."""
        return False

    @property
    def policies(self) -> int:
        """Number of policies, each of which acts in an equal share of the environments."""
        return 1

    @property
    def fewest_episodes(self) -> int:
        """Episodes of a trial that it needs at least."""
        return 1

    @property
    def batch_size(self) -> int:
        """Environment steps per epoch."""
        return self.num_envs * self.num_steps

    @property
    def steps_before_learning(self) -> int:
        """Environment steps of a job before its first update."""
        return self.batch_size


def incompatibility(learner: type[LearnerSettings], guide: type[GuideSettings]) -> str | None:
    """Why this learner does not work with this guide; None if it does. The README's table is made from this."""
    missing = sorted(guide.hooks - learner.hooks)
    if not missing:
        return None
    hooks = f"{' and '.join(missing)} hook{'s' if len(missing) > 1 else ''}"
    return f"{learner.title} does not support the {hooks}, which {guide.title} needs"
