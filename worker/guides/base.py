"""The three places where demonstrations may enter, each of which does nothing by itself."""

from typing import Any

from torch import Tensor

from worker.experience import Rollout
from worker.nets import ActorCritic


class Guide:
    """No guidance; subclasses override what they use."""

    def before_training(self, network: ActorCritic) -> None:
        """Once, before the job's first epoch."""

    def reward(self, rollout: Rollout) -> Rollout:
        """Before every update: the rollout to learn from, its rewards perhaps changed."""
        return rollout

    def loss(self, network: ActorCritic, max_advantage: float) -> tuple[Tensor, dict[str, float]] | None:
        """In every minibatch: a loss to add, with diagnostics; None adds nothing.

        `max_advantage` is the epoch's largest, detached, on the scale that the learner's loss sees.
        """
        return None

    def end_epoch(self) -> None:
        """After every update: schedules move on."""

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on exactly where `state` was taken."""
