"""What every learner's settings say: its network, its environments, the actions and hooks that it can handle."""

from typing import ClassVar, Literal

from gsl.config.base import Settings, setting
from gsl.config.guides.base import GuideSettings, Hook
from gsl.config.networks import MLP, Network
from gsl.config.suites.base import ActionKind

Override = Literal["ent_coef", "learning_rate"]


class LearnerSettings(Settings):
    """What turns experience into a better policy. A subclass adds `name: Literal["x"] = "x"` and its fields."""

    implementation: ClassVar[str]
    """`module:attribute` of its code, called as (settings, spaces, seed, device, overrides)."""
    title: ClassVar[str]
    actions: ClassVar[frozenset[ActionKind]]
    hooks: ClassVar[frozenset[Hook]]
    """The hooks of a guide that it honours."""
    overrides: ClassVar[frozenset[Override]] = frozenset({"ent_coef", "learning_rate"})
    """What specialists and fine-tuning may set anew."""

    estimates_advantages: ClassVar[bool] = False
    """Whether its `advantage` says after each update how far the values of the rollout's steps were off."""

    name: str
    network: Network = setting(MLP(), "The policy and value network.")
    device: Literal["auto", "cpu", "cuda"] = setting("auto", "Where the network runs; auto takes CUDA where it is.")
    num_envs: int = setting(64, "Environments stepped side by side.", unit="environments", ge=1, le=4096)
    num_steps: int = setting(256, "Steps of each environment in one epoch.", unit="steps", ge=1, le=65_536)
    overlap: bool = setting(
        False,
        "Whether environments are stepped in two halves, each while the network decides for the other. It pays where "
        "a GPU decides; the number of environments must be even.",
    )
    learning_rate: float = setting(5e-4, "Step size of Adam.", gt=0, le=1)

    @property
    def batch_size(self) -> int:
        """Environment steps of one epoch."""
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
