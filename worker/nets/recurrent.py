"""Policy and value with a memory: observations of a trial in order, or one at a time."""

import torch
from torch import Tensor, nn

from gsl.config.learners import RL2 as RL2Settings
from gsl.config.networks import MLP
from gsl.worker.nets.actor_critic import ActorCritic, fully_connected
from gsl.worker.nets.layers import VALUE, orthogonal
from gsl.worker.nets.memory import GRU, LSTM, Memory
from gsl.worker.nets.policy_heads import make_policy_head
from gsl.worker.spaces import FORGET, Spaces

CELLS: dict[str, type[Memory]] = {"gru": GRU, "lstm": LSTM}


class RecurrentActorCritic(ActorCritic):
    """Layers, a memory, and the heads of policy and value on what it puts out.

    The last number of an observation is the mark of `worker.envs.trials`; the network does not see it. As an
    ActorCritic, without a state, it treats every observation as the first of a trial.
    """

    def __init__(self, settings: RL2Settings, network: MLP, spaces: Spaces) -> None:
        super().__init__()
        self.body = fully_connected(network, spaces.observation_shape[0] - 1)
        self.memory = CELLS[settings.cell](network.width, settings.memory)
        self.policy_head = make_policy_head(network, settings.memory, spaces.actions)
        self.value_head = orthogonal(nn.Linear(settings.memory, 1), VALUE)

    def blank(self, count: int) -> Tensor:
        """The state (count, size) at the beginning of trials."""
        return self.value_head.weight.new_zeros(count, self.memory.size)

    @torch.no_grad()
    def remember(self, observation: Tensor, state: Tensor) -> Tensor:
        """The state (B, size) after seeing the observations (B, *observation_shape), cleared where a trial begins."""
        kept = (observation[:, -1:] != FORGET).to(state.dtype)
        return self.memory.step(self.body.forward(observation[:, :-1]), state * kept)

    def output(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """The policy's parameters (B, P) and the values (B,) in states (B, size)."""
        return self._heads(state[:, : self.memory.units])

    def over(self, observation: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """The same, (T * B, P) and (T * B,), of sequences (T, B, *observation_shape) from `state` on; for learning."""
        kept = (observation[..., -1] != FORGET).to(state.dtype)
        seen = self.body.forward(observation[..., :-1].flatten(0, 1)).reshape(*kept.shape, -1)
        return self._heads(self.memory.sequence(seen, state, kept).flatten(0, 1))

    def forward(self, observation: Tensor) -> tuple[Tensor, Tensor]:
        return self._heads(self.policy_features(observation))

    def policy_features(self, observation: Tensor) -> Tensor:
        count = len(observation)
        seen = self.body.forward(observation[:, :-1])[None]
        return self.memory.sequence(seen, self.blank(count), torch.ones_like(observation[None, :, -1]))[0]

    def _heads(self, features: Tensor) -> tuple[Tensor, Tensor]:
        return self.policy_head.forward(features), self.value_head.forward(features).squeeze(-1)


def make_recurrent(settings: RL2Settings, spaces: Spaces, seed: int) -> RecurrentActorCritic:
    """A fresh network on the CPU. The same seed gives the same weights, and torch's random state does not change.

    Raises TypeError for a network of pictures.
    """
    if not isinstance(settings.network, MLP):
        raise TypeError(f"{settings.network.name} is for pictures")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RecurrentActorCritic(settings, settings.network, spaces)
